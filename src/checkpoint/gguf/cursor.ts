/**
 * A reader's place in a GGUF header: bytes come by ranges of a megabyte, so that a header of a few kilobytes before
 * gigabytes of weights costs one read. Lengths are checked against the file's size before anything is made of them.
 */
import { LabError } from '../../error';
import { truncated, type ByteSource } from '../byteSource';

const WINDOW_BYTES = 2 ** 20;
/** Vocabularies of 256,000 tokens take about 10 MB; no header needs more than this. */
export const MAX_HEADER_BYTES = 256 * 2 ** 20;
/** Chat templates reach tens of kilobytes. */
const MAX_STRING_BYTES = 16 * 2 ** 20;

export class HeaderCursor {
  /** Offset in the file. */
  at = 0;
  private window: DataView = new DataView(new ArrayBuffer(0));
  private windowStart = 0;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(
    readonly source: ByteSource,
    private readonly signal?: AbortSignal,
  ) {}

  /** Bytes of the file behind the cursor, as far as a header may reach. */
  get left(): number {
    return Math.min(this.source.size, MAX_HEADER_BYTES) - this.at;
  }

  u8(): Promise<number> {
    return this.scalar(1, (view, at) => view.getUint8(at));
  }

  u32(): Promise<number> {
    return this.scalar(4, (view, at) => view.getUint32(at, true));
  }

  u64(): Promise<bigint> {
    return this.scalar(8, (view, at) => view.getBigUint64(at, true));
  }

  async scalar<T>(bytes: number, read: (view: DataView, at: number) => T): Promise<T> {
    if (!this.holds(bytes)) await this.fill(bytes);
    const value = read(this.window, this.at - this.windowStart);
    this.at += bytes;
    return value;
  }

  /** A count of things that take at least `leastBytes` each; refused where the file cannot hold them. */
  async count(leastBytes: number, what: string): Promise<number> {
    const count = await this.u64();
    if (count * BigInt(leastBytes) <= BigInt(Math.max(0, this.left))) return Number(count);
    throw headerError(this.source.name, `it claims ${count} ${what}, more than its ${this.source.size} bytes can hold`);
  }

  /** Copied: the caller owns them. */
  async bytes(length: number): Promise<Uint8Array> {
    if (length > WINDOW_BYTES && !this.holds(length)) {
      if (length > this.left) throw this.tooShort(length);
      const bytes = await this.source.read(this.at, this.at + length, this.signal);
      this.at += length;
      return bytes;
    }
    if (!this.holds(length)) await this.fill(length);
    const from = this.window.byteOffset + this.at - this.windowStart;
    this.at += length;
    return new Uint8Array(this.window.buffer, from, length).slice();
  }

  async text(what: string): Promise<string> {
    const length = await this.count(1, `bytes for ${what}`);
    if (length > MAX_STRING_BYTES) throw headerError(this.source.name, `${what} has ${length} bytes`);
    if (!this.holds(length)) await this.fill(length);
    const from = this.window.byteOffset + this.at - this.windowStart;
    this.at += length;
    try {
      return this.decoder.decode(new Uint8Array(this.window.buffer, from, length));
    } catch (cause) {
      throw headerError(this.source.name, `${what} is not UTF-8`, cause);
    }
  }

  private holds(bytes: number): boolean {
    return this.at + bytes <= this.windowStart + this.window.byteLength;
  }

  private async fill(bytes: number): Promise<void> {
    if (bytes > this.left) throw this.tooShort(bytes);
    const end = Math.min(this.source.size, this.at + Math.max(bytes, WINDOW_BYTES));
    const read = await this.source.read(this.at, end, this.signal);
    this.window = new DataView(read.buffer, read.byteOffset, read.byteLength);
    this.windowStart = this.at;
  }

  private tooShort(bytes: number): LabError {
    const needed = this.at + bytes;
    if (needed <= this.source.size) {
      return headerError(this.source.name, `its header is longer than ${MAX_HEADER_BYTES} bytes`);
    }
    return truncated(this.source.name, needed, this.source.size);
  }
}

export function headerError(file: string, why: string, cause?: unknown): LabError {
  return new LabError(
    'checkpoint/gguf-header',
    `\`${file}\` is not a whole GGUF file: ${why}.`,
    'The file is damaged; fetch it again.',
    { file },
    cause,
  );
}
