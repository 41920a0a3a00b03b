/**
 * One file while it is downloaded: it grows at its end in the store, and in memory from the byte on that the store has no
 * room for. It can be begun again, which is why writing goes through here and not straight to the store.
 */
import { LabError } from '../../error';
import { bytesSource, rangeChecked, type ByteSource } from '../byteSource';
import type { HubFile } from './describeModel';
import type { Appender, FileStore } from './fileStore';

export function blobName({ etag }: HubFile): string {
  return `blob-${etag}`;
}

export class GrowingBlob {
  private appender: Appender | undefined;
  private isFull = false;
  private overflow: Uint8Array[] = [];
  private overflowBytes = 0;

  private constructor(
    private readonly store: FileStore,
    private readonly file: HubFile,
    private stored: number,
  ) {}

  /** With what an earlier visit kept; what is longer than the file was left by something else and goes. */
  static async open(store: FileStore, file: HubFile): Promise<GrowingBlob> {
    const blob = new GrowingBlob(store, file, await store.size(blobName(file)));
    if (blob.stored > file.size) await blob.clear();
    return blob;
  }

  /** Bytes there now. */
  get size(): number {
    return this.stored + this.overflowBytes;
  }

  /** The store was full: what it could not take is in memory. */
  get isInMemory(): boolean {
    return this.overflow.length > 0;
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (!this.isFull) {
      try {
        this.appender ??= await this.store.append(blobName(this.file));
        await this.appender.write(chunk);
        this.stored += chunk.byteLength;
        return;
      } catch (thrown) {
        if (!(thrown instanceof LabError) || thrown.code !== 'storage/quota') throw thrown;
        this.isFull = true;
      }
    }
    this.overflow.push(chunk);
    this.overflowBytes += chunk.byteLength;
  }

  /** Nothing of it is kept. */
  async clear(): Promise<void> {
    await this.close();
    await this.store.remove(blobName(this.file));
    this.stored = 0;
    this.isFull = false;
    this.overflow = [];
    this.overflowBytes = 0;
  }

  async source(): Promise<ByteSource> {
    await this.close();
    const { name } = this.file;
    const stored = await this.store.open(blobName(this.file), name);
    return this.isInMemory ? joined(name, stored, this.overflow) : (stored ?? bytesSource(name, new Uint8Array(0)));
  }

  async close(): Promise<void> {
    await this.appender?.close();
    this.appender = undefined;
  }
}

function joined(name: string, stored: ByteSource | undefined, rest: readonly Uint8Array[]): ByteSource {
  const kept = stored?.size ?? 0;
  const starts: number[] = [];
  let at = kept;
  for (const chunk of rest) {
    starts.push(at);
    at += chunk.byteLength;
  }
  return rangeChecked(name, at, async (start, end, signal) => {
    const bytes = new Uint8Array(end - start);
    if (stored && start < kept) bytes.set(await stored.read(start, Math.min(end, kept), signal));
    rest.forEach((chunk, index) => {
      const first = starts[index]!;
      const [from, to] = [Math.max(start, first), Math.min(end, first + chunk.byteLength)];
      if (from < to) bytes.set(chunk.subarray(from - first, to - first), from - start);
    });
    return bytes;
  });
}
