/**
 * Zips, stored and never compressed (weights do not shrink): written as a stream by client-zip, read back by ranges so
 * that the lab can check the very bytes it handed out. The reader knows what our writer writes (stored entries, zip64)
 * and refuses everything else by name. Layout: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.
 */
import { makeZip } from 'client-zip';
import { LabError } from '../error';
import { blobSource, bytesSource, rangeChecked, treeOf, type ByteSource, type FileTree } from './byteSource';
import { chunksOf, streamOf, type FileContent, type FolderSink } from './sink';

export interface ZipFile {
  readonly name: string;
  readonly content: FileContent;
}

/** Files are opened one at a time, as the consumer pulls. */
export function zipStream(
  files: Iterable<ZipFile> | AsyncIterable<ZipFile>,
  lastModified = new Date(),
): ReadableStream<Uint8Array> {
  async function* inputs() {
    for await (const { name, content } of files) yield { name, input: streamOf(content), lastModified };
  }
  return cancellable(makeZip(inputs()));
}

/** client-zip's stream rejects its own `cancel()` with the reason given; a cancelled stream is not an error. */
function cancellable(
  stream: ReadableStream<Uint8Array>,
  onCancel: (reason: unknown) => Promise<void> = async () => undefined,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel(reason) {
        await Promise.allSettled([onCancel(reason), reader.cancel(reason)]);
      },
    },
    { highWaterMark: 0 },
  );
}

/** A FolderSink whose files come out of `stream` as a zip; the two ends wait for each other. */
export function zipSink(lastModified = new Date()): {
  readonly sink: FolderSink;
  readonly stream: ReadableStream<Uint8Array>;
} {
  const waiting = new TransformStream<ZipFile, ZipFile>();
  const writer = waiting.writable.getWriter();
  // A reader that stops pulling fails the next write; nobody waits for `closed` besides.
  writer.closed.catch(() => undefined);
  const sink: FolderSink = {
    async write(name, content) {
      let finish = (_error?: unknown): void => undefined;
      const written = new Promise<void>((resolve, reject) => {
        finish = (error) => (error === undefined ? resolve() : reject(error as Error));
      });
      const watched = (async function* () {
        let failure: unknown = new LabError('cancelled', `Whoever read the zip stopped before \`${name}\` was whole.`);
        try {
          for await (const chunk of chunksOf(content)) yield chunk;
          failure = undefined;
        } catch (error) {
          failure = error;
          throw error;
        } finally {
          finish(failure);
        }
      })();
      try {
        // `closed` rejects when the stream is cancelled, even if this file was never begun.
        await Promise.all([writer.write({ name, content: watched }), Promise.race([written, writer.closed])]);
      } catch (cause) {
        // A cancelled stream gives no reason unless its reader did.
        throw cause ?? new LabError('cancelled', `Whoever read the zip stopped before \`${name}\` was whole.`);
      }
    },
    close: () => writer.close(),
  };
  async function* files(): AsyncGenerator<ZipFile, void, undefined> {
    const reader = waiting.readable.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        yield value;
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  }
  return { sink, stream: cancellable(zipStream(files(), lastModified), (reason) => writer.abort(reason)) };
}

/** Throws `checkpoint/zip-format`, `checkpoint/zip-unsupported` or `checkpoint/truncated`. */
export async function openZip(zip: Blob | Uint8Array, name = 'model.zip', signal?: AbortSignal): Promise<FileTree> {
  const source = zip instanceof Uint8Array ? bytesSource(name, zip) : blobSource(name, zip);
  const { start, size, entries } = await findDirectory(source, signal);
  const directory = view(await source.read(start, start + size, signal));
  const sources = new Map<string, ByteSource>();
  let at = 0;
  for (let index = 0; index < entries; index++) {
    if (at + 46 > size || directory.getUint32(at, true) !== 0x02014b50)
      throw formatError(name, `entry ${index} is cut off`);
    const nameLength = directory.getUint16(at + 28, true);
    const extraLength = directory.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + directory.getUint16(at + 32, true);
    if (next > size) throw formatError(name, `entry ${index} is cut off`);
    const file = new TextDecoder().decode(bytesAt(directory, at + 46, nameLength));
    if ((directory.getUint16(at + 8, true) & 1) !== 0 || directory.getUint16(at + 10, true) !== 0) {
      throw new LabError(
        'checkpoint/zip-unsupported',
        `\`${file}\` in \`${name}\` is compressed or encrypted; only stored files are read.`,
        'Unpack the zip and choose the folder.',
        { file: name, entry: file },
      );
    }
    const sizes = zip64(directory, at, at + 46 + nameLength, extraLength);
    if (sizes.stored !== sizes.bytes)
      throw formatError(name, `\`${file}\` is stored in ${sizes.stored} of ${sizes.bytes} bytes`);
    if (sizes.offset + 30 + sizes.bytes > start) throw formatError(name, `\`${file}\` reaches past the files`);
    if (sources.has(file)) throw formatError(name, `\`${file}\` is there twice`);
    if (!file.endsWith('/')) sources.set(file, entrySource(source, file, sizes.offset, sizes.bytes, start));
    at = next;
  }
  return treeOf(name, sources);
}

/** Where the data lies is told by the local header only: it is read with the first bytes. */
function entrySource(zip: ByteSource, file: string, offset: number, bytes: number, limit: number): ByteSource {
  let start: Promise<number> | undefined;
  const locate = async (): Promise<number> => {
    const local = view(await zip.read(offset, offset + 30));
    if (local.getUint32(0, true) !== 0x04034b50) throw formatError(zip.name, `\`${file}\` has no header`);
    const found = offset + 30 + local.getUint16(26, true) + local.getUint16(28, true);
    if (found + bytes > limit) throw formatError(zip.name, `\`${file}\` reaches past the files`);
    return found;
  };
  return rangeChecked(file, bytes, async (from, to, signal) => {
    const base = await (start ??= locate());
    return zip.read(base + from, base + to, signal);
  });
}

async function findDirectory(
  source: ByteSource,
  signal?: AbortSignal,
): Promise<{ start: number; size: number; entries: number }> {
  // The end record is 22 bytes and a comment of up to 65,535.
  const tailStart = Math.max(0, source.size - 22 - 0xffff);
  const tail = view(await source.read(tailStart, source.size, signal));
  let end = tail.byteLength - 22;
  while (
    end >= 0 &&
    !(tail.getUint32(end, true) === 0x06054b50 && end + 22 + tail.getUint16(end + 20, true) === tail.byteLength)
  )
    end--;
  if (end < 0) throw formatError(source.name, 'it has no end record');
  let entries = tail.getUint16(end + 10, true);
  let size = tail.getUint32(end + 12, true);
  let start = tail.getUint32(end + 16, true);
  if (entries === 0xffff || size === 0xffffffff || start === 0xffffffff) {
    if (end < 20 || tail.getUint32(end - 20, true) !== 0x07064b50)
      throw formatError(source.name, 'its zip64 locator is missing');
    const at = count(tail, end - 12);
    if (at + 56 > source.size) throw formatError(source.name, 'its zip64 record is cut off');
    const record = view(await source.read(at, at + 56, signal));
    if (record.getUint32(0, true) !== 0x06064b50) throw formatError(source.name, 'its zip64 record is missing');
    entries = count(record, 32);
    size = count(record, 40);
    start = count(record, 48);
  }
  if (start + size > source.size || entries * 46 > size) throw formatError(source.name, 'its directory is cut off');
  return { start, size, entries };
}

/** Sizes and offset of a directory entry; those that read 0xffffffff stand in the zip64 extra field instead. */
function zip64(
  directory: DataView,
  entry: number,
  extra: number,
  extraLength: number,
): { stored: number; bytes: number; offset: number } {
  let [stored, bytes, offset] = [20, 24, 42].map((field) => directory.getUint32(entry + field, true)) as [
    number,
    number,
    number,
  ];
  for (let at = extra; at + 4 <= extra + extraLength; at += 4 + directory.getUint16(at + 2, true)) {
    if (directory.getUint16(at, true) !== 1) continue;
    const end = Math.min(extra + extraLength, at + 4 + directory.getUint16(at + 2, true));
    let field = at + 4;
    const wide = (narrow: number): number => {
      if (narrow !== 0xffffffff || field + 8 > end) return narrow;
      field += 8;
      return count(directory, field - 8);
    };
    bytes = wide(bytes);
    stored = wide(stored);
    offset = wide(offset);
  }
  return { stored, bytes, offset };
}

function count(from: DataView, at: number): number {
  const value = from.getBigUint64(at, true);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function bytesAt(from: DataView, start: number, length: number): Uint8Array {
  return new Uint8Array(from.buffer, from.byteOffset + start, length);
}

function formatError(file: string, why: string): LabError {
  return new LabError('checkpoint/zip-format', `\`${file}\` is not a whole zip: ${why}.`, 'Write or fetch it again.', {
    file,
  });
}
