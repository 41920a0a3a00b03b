/** Where a folder is written: one file after the other, each as a stream. Zip, picked folder, private files, Node. */
import { LabError } from '../error';

export type FileContent = string | Uint8Array | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

export interface FolderSink {
  /**
   * Resolves when the file is written in full; a file that fails half-way is not there.
   * @param name may lie in folders (`model/config.json`); they are made.
   */
  write(name: string, content: FileContent): Promise<void>;
  /** Takes away a file of an earlier writing, if it is there. Absent where nothing can lie from before. */
  remove?(name: string): Promise<void>;
  /** No file can follow. Resolves when everything lies where it should. */
  close(): Promise<void>;
}

/** Notes the names of what is written through it, in order. */
export function recordingSink(inner: FolderSink): FolderSink & { readonly written: readonly string[] } {
  const written: string[] = [];
  return {
    ...inner,
    written,
    async write(name, content) {
      await inner.write(name, content);
      written.push(name);
    },
  };
}

/** A folder within another: `model/` of a larger download. Closing it leaves the outer one open. */
export function subfolderSink(outer: FolderSink, folder: string): FolderSink {
  return {
    write: (name, content) => outer.write(`${folder}/${name}`, content),
    ...(outer.remove ? { remove: (name: string) => outer.remove!(`${folder}/${name}`) } : {}),
    close: async () => undefined,
  };
}

export async function* chunksOf(content: FileContent): AsyncGenerator<Uint8Array, void, undefined> {
  if (typeof content === 'string') yield new TextEncoder().encode(content);
  else if (content instanceof Uint8Array) yield content;
  else if (content instanceof ReadableStream || content instanceof Blob) {
    // Safari's streams have no async iterator.
    const reader = (content instanceof Blob ? content.stream() : content).getReader();
    let finished = false;
    try {
      for (;;) {
        const { done, value } = await reader.read();
        finished = done;
        if (done) return;
        yield value;
      }
    } finally {
      if (!finished) await reader.cancel().catch(() => undefined);
    }
  } else yield* content;
}

/** Pulled chunk by chunk: nothing is read ahead of the consumer. */
export function streamOf(content: FileContent): ReadableStream<Uint8Array> {
  const chunks = chunksOf(content);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await chunks.return();
      },
    },
    { highWaterMark: 0 },
  );
}

/** What writing threw, as a LabError: `storage/quota` where space ran out, else `storage/write`. */
export async function storageError(cause: unknown, file: string): Promise<unknown> {
  if (cause instanceof LabError || (cause instanceof DOMException && cause.name === 'AbortError')) return cause;
  const { name, code } = (cause ?? {}) as { name?: string; code?: string };
  if (name === 'QuotaExceededError' || code === 'ENOSPC' || code === 'EDQUOT') {
    const estimate = await globalThis.navigator?.storage?.estimate?.().catch(() => undefined);
    const room = estimate?.quota
      ? `: ${estimate.usage ?? 0} of ${estimate.quota} bytes that this page may use are taken`
      : '';
    return new LabError(
      'storage/quota',
      `There is no room for \`${file}\`${room}.`,
      'Free some space (or forget the saved run), or save into a folder of your own.',
      { file, usage: estimate?.usage, quota: estimate?.quota },
      cause,
    );
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  return new LabError(
    'storage/write',
    `\`${file}\` could not be written: ${why}`,
    'Check that the folder still exists and may be written to.',
    { file },
    cause,
  );
}
