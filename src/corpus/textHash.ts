// What a text is known by, in one pass over it: corpora of hundreds of megabytes are hashed on their way. The numbers of `split`
// decide what is held out, and must never change.
import { AsciiBytes } from './asciiBytes';
import { utf8Length } from './utf8Length';

/** FNV-1a over UTF-16 units: its offset and prime. */
const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** The state that a text goes on from which stands behind the prefix. */
function stateAfter(prefix: string): number {
  let state = OFFSET;
  for (let at = 0; at < prefix.length; at++) state = Math.imul(state ^ prefix.charCodeAt(at), PRIME);
  return state;
}

const SAMPLE = stateAfter('sample ');
const ENTITY = stateAfter('entity ');

/** Of many texts, one after another: millions of objects for them would be collected again and again. */
export class TextHashes {
  /** FNV-1a with a final mix (murmur3), as an unsigned 32-bit number. */
  split = new Uint32Array(1024);
  /** The same of `sample ` and the text: independent of `split`, which the held-out documents have taken the low end of. */
  rank = new Uint32Array(1024);
  /** Together with `split`, 64 bits that tell texts apart. */
  other = new Uint32Array(1024);
  /** Of the text in UTF-8. */
  bytes = new Uint32Array(1024);
  private readonly ascii = new AsciiBytes();

  /** From the first place on. */
  setAll(texts: readonly string[]): void {
    if (!this.ascii.encode(texts)) {
      for (let at = 0; at < texts.length; at++) this.set(at, texts[at]!);
      return;
    }
    while (texts.length > this.split.length) this.grow();
    let start = 0;
    for (let at = 0; at < texts.length; at++) {
      const end = start + texts[at]!.length;
      this.setAscii(at, start, end);
      start = end;
    }
  }

  set(at: number, text: string): void {
    if (at >= this.split.length) this.grow();
    let split = OFFSET;
    let rank = SAMPLE;
    let other = text.length;
    let units = 0;
    for (let unitAt = 0; unitAt < text.length; unitAt++) {
      const unit = text.charCodeAt(unitAt);
      units |= unit;
      split = Math.imul(split ^ unit, PRIME);
      rank = Math.imul(rank ^ unit, PRIME);
      other = Math.imul(((other << 5) | (other >>> 27)) ^ unit, 0x9e3779b1);
    }
    this.split[at] = mixed(split);
    this.rank[at] = mixed(rank);
    this.other[at] = mixed(other);
    this.bytes[at] = units < 0x80 ? text.length : utf8Length(text);
  }

  /** What `set` does, of characters that lie in `ascii`. */
  private setAscii(at: number, start: number, end: number): void {
    const { bytes } = this.ascii;
    let split = OFFSET;
    let rank = SAMPLE;
    let other = end - start;
    for (let byteAt = start; byteAt < end; byteAt++) {
      const byte = bytes[byteAt]!;
      split = Math.imul(split ^ byte, PRIME);
      rank = Math.imul(rank ^ byte, PRIME);
      other = Math.imul(((other << 5) | (other >>> 27)) ^ byte, 0x9e3779b1);
    }
    this.split[at] = mixed(split);
    this.rank[at] = mixed(rank);
    this.other[at] = mixed(other);
    this.bytes[at] = end - start;
  }

  private grow(): void {
    for (const name of ['split', 'rank', 'other', 'bytes'] as const) {
      const wide = new Uint32Array(2 * this[name].length);
      wide.set(this[name]);
      this[name] = wide;
    }
  }
}

/** Of one name after another. */
export class EntityHash {
  /** The hash of `entity ` and the name. */
  split = 0;
  /** Together with `split`, 64 bits that tell names apart. */
  other = 0;

  set(entity: string): void {
    let split = ENTITY;
    let other = entity.length;
    for (let at = 0; at < entity.length; at++) {
      const unit = entity.charCodeAt(at);
      split = Math.imul(split ^ unit, PRIME);
      other = Math.imul(((other << 5) | (other >>> 27)) ^ unit, 0x9e3779b1);
    }
    this.split = mixed(split);
    this.other = mixed(other);
  }
}

/** The hash of `entity ` and the name. */
export function entityHash(entity: string): number {
  let state = ENTITY;
  for (let at = 0; at < entity.length; at++) state = Math.imul(state ^ entity.charCodeAt(at), PRIME);
  return mixed(state);
}

export function documentHash(text: string): number {
  let state = OFFSET;
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), PRIME);
  return mixed(state);
}

/** The final mix of murmur3. */
function mixed(state: number): number {
  let hash = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
