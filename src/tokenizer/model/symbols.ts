// From a piece of text to the symbols that merging starts from. The two BPE families differ only here: byte-level models
// begin with the piece's UTF-8 bytes, SentencePiece-style models with its characters, and with bytes where a character has
// no piece of its own.
import { BYTE_TO_CHARACTER } from '../byteLevelAlphabet';
import type { LostSpan } from './model';

export interface SymbolSource {
  /** Writes the symbols of a piece from 0 on and answers how many there are. */
  fill(text: string, work: SymbolWork): number;
  /** The symbol a byte begins as, for tokens whose bytes are no valid text; -1 where there is none. */
  idOfByte(byte: number): number;
  /** What stands for text without a symbol; null where it is left out. */
  readonly unknownId: number | null;
  /** The same rule over a vocabulary that has grown. */
  over(vocabulary: ReadonlyMap<string, number>): SymbolSource;
}

/** Buffers that are reused from piece to piece. `starts` and `ends` are UTF-16 positions of each initial symbol. */
export class SymbolWork {
  ids = new Int32Array(256);
  /** Index of the initial symbol after the last one a (merged) symbol holds. */
  ends = new Int32Array(256);
  /** UTF-16 unit where initial symbol i begins and ends in the piece. Bytes of one character share both. */
  unitStart = new Int32Array(256);
  unitEnd = new Int32Array(256);
  /** Characters of the piece that no symbol stands for. A new list for each piece that loses any. */
  lost: LostSpan[] | null = null;

  reserve(symbols: number): void {
    if (symbols <= this.ids.length) return;
    const length = Math.max(symbols, this.ids.length * 2);
    this.ids = new Int32Array(length);
    this.ends = new Int32Array(length);
    this.unitStart = new Int32Array(length);
    this.unitEnd = new Int32Array(length);
  }

  set(at: number, id: number, unitStart: number, unitEnd: number): void {
    this.ids[at] = id;
    this.ends[at] = at + 1;
    this.unitStart[at] = unitStart;
    this.unitEnd[at] = unitEnd;
  }

  lose(start: number, end: number, tokens: number): void {
    (this.lost ??= []).push({ start, end, tokens });
  }

  /** One more character under the last unknown token. */
  loseOn(start: number, end: number): void {
    const last = this.lost!.at(-1)!;
    if (last.end < start) this.lose(start, end, 0);
    else this.lost![this.lost!.length - 1] = { ...last, end };
  }
}

/**
 * Bytes through the byte-level alphabet. A byte without a piece becomes the unknown token or, where there is none, is left
 * out, as in the Rust library; the character is lost with it, whatever its other bytes.
 */
export class ByteSymbols implements SymbolSource {
  private readonly idOf: Int32Array;
  private readonly isWhole: boolean;

  constructor(
    vocabulary: ReadonlyMap<string, number>,
    readonly unknownId: number | null = null,
    private readonly fuseUnknown = false,
  ) {
    this.idOf = Int32Array.from(BYTE_TO_CHARACTER, (character) => vocabulary.get(character) ?? -1);
    this.isWhole = this.idOf.every((id) => id >= 0);
  }

  idOfByte(byte: number): number {
    return this.idOf[byte]!;
  }

  over(vocabulary: ReadonlyMap<string, number>): ByteSymbols {
    return new ByteSymbols(vocabulary, this.unknownId, this.fuseUnknown);
  }

  fill(text: string, work: SymbolWork): number {
    work.lost = null;
    if (!this.isWhole) return this.fillWithGaps(text, work);
    work.reserve(text.length * 3);
    let count = 0;
    const put = (byte: number, unitStart: number, unitEnd: number): void => {
      work.set(count++, this.idOf[byte]!, unitStart, unitEnd);
    };
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit < 0x80) {
        put(unit, at, at + 1);
      } else if (unit < 0x800) {
        put(0xc0 | (unit >> 6), at, at + 1);
        put(0x80 | (unit & 63), at, at + 1);
      } else if (unit < 0xd800 || unit > 0xdbff) {
        put(0xe0 | (unit >> 12), at, at + 1);
        put(0x80 | ((unit >> 6) & 63), at, at + 1);
        put(0x80 | (unit & 63), at, at + 1);
      } else {
        const point = text.codePointAt(at)!;
        put(0xf0 | (point >> 18), at, at + 2);
        put(0x80 | ((point >> 12) & 63), at, at + 2);
        put(0x80 | ((point >> 6) & 63), at, at + 2);
        put(0x80 | (point & 63), at, at + 2);
        at++;
      }
    }
    return count;
  }

  private fillWithGaps(text: string, work: SymbolWork): number {
    work.reserve(text.length * 3);
    let count = 0;
    let inUnknown = false;
    let at = 0;
    for (const character of text) {
      const end = at + character.length;
      const first = count;
      let isLost = false;
      for (const byte of encoder.encode(character)) {
        const id = this.idOf[byte]!;
        if (id >= 0) work.set(count++, id, at, end);
        else if (this.unknownId !== null) {
          if (inUnknown && this.fuseUnknown) work.unitEnd[count - 1] = end;
          else work.set(count++, this.unknownId, at, end);
        }
        inUnknown = id < 0;
        isLost ||= inUnknown;
      }
      if (isLost) work.lose(at, end, count - first);
      at = end;
    }
    return count;
  }
}

const encoder = new TextEncoder();

/** Characters, then `<0xNN>` bytes, then the unknown token (one for a run where `fuseUnknown`). */
export class CharacterSymbols implements SymbolSource {
  /** Ids of `<0x00>` to `<0xFF>`; -1 where the vocabulary lacks one or byte fallback is off. */
  private readonly byteIds: Int32Array;

  constructor(
    private readonly vocabulary: ReadonlyMap<string, number>,
    private readonly byteFallback: boolean,
    readonly unknownId: number | null,
    private readonly fuseUnknown: boolean,
  ) {
    this.byteIds = Int32Array.from({ length: 256 }, (_, byte) =>
      byteFallback ? (vocabulary.get(byteFallbackPiece(byte)) ?? -1) : -1,
    );
  }

  idOfByte(byte: number): number {
    return this.byteIds[byte]!;
  }

  over(vocabulary: ReadonlyMap<string, number>): CharacterSymbols {
    return new CharacterSymbols(vocabulary, this.byteFallback, this.unknownId, this.fuseUnknown);
  }

  fill(text: string, work: SymbolWork): number {
    work.lost = null;
    work.reserve(text.length * 3);
    let count = 0;
    // As in the Rust library, an unknown token waits for the next character that has a piece or is unknown: bytes pass it.
    let waiting = -1;
    let waitingEnd = -1;
    let at = 0;
    for (const character of text) {
      const end = at + character.length;
      const id = this.vocabulary.get(character);
      const bytes = id === undefined ? this.bytesOf(character) : null;
      if (bytes !== null) {
        for (const byte of bytes) work.set(count++, this.byteIds[byte]!, at, end);
      } else if (id === undefined && this.unknownId === null) {
        work.lose(at, end, 0);
      } else if (id === undefined && waiting >= 0 && this.fuseUnknown) {
        work.loseOn(at, end);
        waitingEnd = end;
      } else {
        if (waiting >= 0) work.set(count++, this.unknownId!, waiting, waitingEnd);
        waiting = -1;
        if (id !== undefined) work.set(count++, id, at, end);
        else {
          work.lose(at, end, 1);
          [waiting, waitingEnd] = [at, end];
        }
      }
      at = end;
    }
    if (waiting >= 0) work.set(count++, this.unknownId!, waiting, waitingEnd);
    return count;
  }

  private bytesOf(character: string): Uint8Array | null {
    const bytes = encoder.encode(character);
    return bytes.every((byte) => this.byteIds[byte]! >= 0) ? bytes : null;
  }
}

export function byteFallbackPiece(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}
