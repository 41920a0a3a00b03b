// A byte stream to text. Invalid UTF-8 is replaced and counted, never dropped in silence; a file that is no text
// at all (UTF-16, archives, images) is refused from its first bytes.
import { LabError } from '../error';
import { utf8Length } from './utf8Length';

/** What a picked or dropped `File` is to the reader. */
export interface CorpusFile {
  readonly name: string;
  readonly size: number;
  stream(): ReadableStream<Uint8Array>;
  /** Where there is one, tables and zips are read piece by piece. */
  slice?(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
  /** Of a packed file: how much of its `size` the last stream has taken so far. */
  readonly consumedBytes?: number;
}

/** At least so many of the first bytes, where the file has them. */
export async function startOf(file: CorpusFile, bytes: number): Promise<Uint8Array> {
  if (file.slice) return new Uint8Array(await file.slice(0, Math.min(file.size, bytes)).arrayBuffer());
  const reader = file.stream().getReader();
  const start: number[] = [];
  try {
    while (start.length < bytes) {
      const { done, value } = await reader.read();
      if (done) break;
      start.push(...value.subarray(0, bytes));
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  return Uint8Array.from(start);
}

export interface DecodedBytes {
  bytes: number;
  invalidBytes: number;
}

/** Of U+FFFD in UTF-8. */
const REPLACEMENT_BYTES = 3;

/**
 * The text in chunks that are cut anywhere; a byte order mark is no text.
 * @param counted receives the running totals.
 * @throws LabError corpus/not-text.
 */
export async function* decodeText(
  file: CorpusFile,
  counted: DecodedBytes,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const replacements = new ReplacementCount();
  const reader = file.stream().getReader();
  let validBytes = 0;
  let isFirst = true;
  // The next piece is fetched while this one is read.
  let coming = fetched(reader);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await coming;
      if (!done) coming = fetched(reader);
      if (!done && isFirst) refuseBinary(file.name, value);
      let text = decoder.decode(value, { stream: !done });
      const textBytes = utf8Length(text);
      validBytes += textBytes;
      if (!done) counted.bytes += value.length;
      // ASCII as it came, with nothing of it held back.
      const isAscii = !done && textBytes === text.length && text.length === value.length;
      if (isAscii) replacements.forgetSeam();
      else {
        if (!done) replacements.addBytes(value);
        replacements.addText(text);
      }
      if (isFirst && text.startsWith('\ufeff')) text = text.slice(1);
      if (text !== '') isFirst = false;
      // A replaced sequence counts three bytes in the text, whatever it was in the file.
      counted.invalidBytes = Math.max(0, counted.bytes - (validBytes - REPLACEMENT_BYTES * replacements.invalid));
      if (text !== '') yield text;
      if (done) break;
    }
  } finally {
    // Also where the reader of the text stops early, so that nothing goes on unpacking behind it.
    await reader.cancel().catch(() => undefined);
  }
}

/** A read whose failure is met where it is awaited, if it ever is. */
function fetched(reader: ReadableStreamDefaultReader<Uint8Array>): ReturnType<typeof reader.read> {
  const read = reader.read();
  read.catch(() => undefined);
  return read;
}

/** How many U+FFFD of the decoded text the decoder put there: all of them but those spelled out in the bytes. */
class ReplacementCount {
  invalid = 0;
  private tail: readonly number[] = [];

  /** Where what came last ended with a character. */
  forgetSeam(): void {
    this.tail = [];
  }

  addText(text: string): void {
    for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', at + 1)) this.invalid++;
  }

  addBytes(bytes: Uint8Array): void {
    const seam = [...this.tail, ...bytes.subarray(0, 2)];
    for (let at = 0; at < this.tail.length; at++) if (isReplacement(seam, at)) this.invalid--;
    for (let at = bytes.indexOf(0xef); at >= 0; at = bytes.indexOf(0xef, at + 1)) {
      if (isReplacement(bytes, at)) this.invalid--;
    }
    this.tail = [...this.tail, ...bytes.subarray(-2)].slice(-2);
  }
}

function isReplacement(bytes: ArrayLike<number>, at: number): boolean {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd;
}

function refuseBinary(name: string, bytes: Uint8Array): void {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const head = bytes.subarray(0, 4096);
  const zeros = head.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
  if (utf16) {
    throw new LabError('corpus/not-text', `${name} is UTF-16, not UTF-8.`, 'Save it as UTF-8 and add it again.', {
      file: name,
    });
  }
  const kind = kindOf(bytes);
  if (kind) {
    const hint = kind.isPacked
      ? 'Unpack it and add what comes out.'
      : 'Plain text, JSON, tables and Parquet are read. Convert it to one of them first.';
    throw new LabError('corpus/not-text', `${name} is ${kind.title}, not text.`, hint, { file: name });
  }
  if (zeros > 0) {
    throw new LabError(
      'corpus/not-text',
      `${name} is no text: ${zeros} of its first ${head.length} bytes are zero.`,
      'Plain text and JSON lines are read. Unpack archives and convert documents to text first.',
      { file: name, zeros },
    );
  }
}

interface BinaryKind {
  readonly start: readonly number[];
  readonly title: string;
  readonly isPacked?: boolean;
}

/** What corpora come in that is no text, by its first bytes. */
const kinds: readonly BinaryKind[] = [
  { start: [0x28, 0xb5, 0x2f, 0xfd], title: 'packed with Zstandard', isPacked: true },
  { start: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], title: 'packed with xz', isPacked: true },
  { start: [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59], title: 'packed with bzip2', isPacked: true },
  { start: [0x1f, 0x8b, 8], title: 'packed with gzip', isPacked: true },
  { start: [0x37, 0x7a, 0xbc, 0xaf], title: 'a 7z archive', isPacked: true },
  { start: [0x50, 0x4b, 3, 4], title: 'a zip archive, or a document that is one', isPacked: true },
  { start: [0x25, 0x50, 0x44, 0x46, 0x2d], title: 'a PDF document' },
  { start: [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31], title: 'an Arrow file' },
  { start: [0xff, 0xff, 0xff, 0xff], title: 'an Arrow stream' },
  { start: [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], title: 'a NumPy array' },
];

function kindOf(bytes: Uint8Array): BinaryKind | undefined {
  return kinds.find(({ start }) => start.every((byte, at) => bytes[at] === byte));
}
