/**
 * How many bytes xz makes of a text: liblzma, in libarchive's WebAssembly, at xz's own defaults (preset 6, CRC64). The
 * sizes are those of `xz` and of Python's `lzma.compress` to the byte. Of them about 60 are the container's (headers, index,
 * check), whatever the text: 0.06 bits per byte of 8 KB.
 *
 * It computes in a worker of libarchive's own, which can be ended at any moment. How such a worker starts differs between
 * the page and Node, and comes from outside (src/worker/xzWorker.ts, src/headless/xzWorker.ts).
 */
import type { ArchiveEntryFile } from 'libarchive.js';
import { LabError, missingFileHint } from '../../error';
import { throwIfCancelled } from '../cancel';

/** Bytes of the compressed file. */
export type CompressedSize = (text: Uint8Array<ArrayBuffer>, signal?: AbortSignal) => Promise<number>;

/** What libarchive needs of a worker. */
export interface XzWorker {
  postMessage(message: unknown, transfer?: unknown): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject): void;
  terminate(): unknown;
  /** Ports deliver nothing before. */
  start?(): void;
}

/** Starts a worker with libarchive's script for it; `onFailure` is called when it cannot go on. */
export type StartXzWorker = (onFailure: (cause: unknown) => void) => Promise<XzWorker>;

/** The library (1 MB) is loaded when the first text comes. Throws `lab/no-xz` when that fails, and `cancelled`. */
export function xzSizeWith(startWorker: StartXzWorker): CompressedSize {
  return async (text, signal) => {
    throwIfCancelled(signal);
    const over = new AbortController();
    let worker: XzWorker | undefined;
    const write = async (onFailure: (cause: unknown) => void) => {
      const { Archive, ArchiveCompression, ArchiveFormat } = await import('libarchive.js');
      throwIfCancelled(signal);
      worker = await startWorker(onFailure);
      if (over.signal.aborted) worker.terminate();
      throwIfCancelled(signal);
      Archive.init({ getWorker: () => worker });
      // The library's type asks for a description of a file; it reads a File.
      const file = new File([text], 'text') as unknown as ArchiveEntryFile;
      const written = await Archive.write({
        files: [{ file, pathname: 'text' }],
        outputFileName: 'text.xz',
        compression: ArchiveCompression.XZ,
        format: ArchiveFormat.RAW,
        passphrase: null,
      });
      return written.size;
    };
    try {
      return await new Promise<number>((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(cancelled(signal)), { signal: over.signal });
        write(reject).then(resolve, reject);
      });
    } catch (thrown) {
      throw thrown instanceof LabError ? thrown : noXz(thrown);
    } finally {
      over.abort();
      worker?.terminate();
    }
  };
}

/** Documents one after the other, with nothing between them: an end costs nothing. */
export function joined(documents: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(documents.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const document of documents) {
    all.set(document, at);
    at += document.length;
  }
  return all;
}

function cancelled(signal: AbortSignal): LabError {
  return new LabError('cancelled', 'The operation was cancelled.', '', {}, signal.reason);
}

function noXz(cause: unknown): LabError {
  return new LabError(
    'lab/no-xz',
    `The library that compresses with xz failed: ${cause instanceof Error ? cause.message : String(cause)}`,
    `${missingFileHint()} The page's policy must allow 'wasm-unsafe-eval'.`,
    {},
    cause,
  );
}
