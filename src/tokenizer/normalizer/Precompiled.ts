// SentencePiece's compiled character map: a double-array trie (Darts) from UTF-8 to offsets in a block of zero-terminated
// texts. As the Rust library walks it: grapheme by grapheme, the shortest entry that begins one of under six bytes, or else
// character by character.
import { invalid } from '../json';
import { AlignedTextBuilder, type AlignedText } from './alignedText';
import type { Normalizer } from './normalizer';

const LARGEST_GRAPHEME = 6;

export class Precompiled implements Normalizer {
  private readonly trie: Uint32Array;
  private readonly texts: Uint8Array;
  private readonly encoder = new TextEncoder();
  private readonly decoder = new TextDecoder();
  private readonly graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
  private readonly known = new Map<string, string | null>();

  /** @param charsmap of tokenizer.json, in base64. */
  constructor(charsmap: string, field: string) {
    let bytes: Uint8Array;
    try {
      bytes = Uint8Array.from(atob(charsmap), (character) => character.charCodeAt(0));
    } catch {
      throw invalid(field, 'is not base64');
    }
    const view = new DataView(bytes.buffer);
    const trieBytes = bytes.length >= 4 ? view.getUint32(0, true) : bytes.length;
    if (trieBytes % 4 !== 0 || 4 + trieBytes > bytes.length) throw invalid(field, 'is cut off');
    this.trie = Uint32Array.from({ length: trieBytes / 4 }, (_, unit) => view.getUint32(4 + 4 * unit, true));
    this.texts = bytes.subarray(4 + trieBytes);
  }

  normalize(input: AlignedText): AlignedText {
    const builder = new AlignedTextBuilder(input);
    for (const { segment, index } of this.graphemes.segment(input.text)) {
      const whole = this.encoder.encode(segment).length < LARGEST_GRAPHEME ? this.replacement(segment) : null;
      if (whole !== null) {
        put(builder, segment, whole, index);
        continue;
      }
      let at = index;
      for (const character of segment) {
        const text = this.replacement(character);
        if (text === null) builder.keep(at, at + character.length);
        else put(builder, character, text, at);
        at += character.length;
      }
    }
    return builder.finish();
  }

  private replacement(text: string): string | null {
    let found = this.known.get(text);
    if (found === undefined) {
      found = this.lookUp(this.encoder.encode(text));
      this.known.set(text, found);
    }
    return found;
  }

  private lookUp(key: Uint8Array): string | null {
    let at = offsetOf(this.trie[0] ?? 0);
    for (const byte of key) {
      if (byte === 0) return null;
      at ^= byte;
      const unit = this.trie[at];
      if (unit === undefined || labelOf(unit) !== byte) return null;
      at ^= offsetOf(unit);
      if (((unit >>> 8) & 1) === 1) {
        const start = (this.trie[at] ?? 0) & 0x7fffffff;
        const end = this.texts.indexOf(0, start);
        return this.decoder.decode(this.texts.subarray(start, end < 0 ? this.texts.length : end));
      }
    }
    return null;
  }
}

function labelOf(unit: number): number {
  return (unit & 0x800000ff) >>> 0;
}

function offsetOf(unit: number): number {
  return ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0;
}

/** Character by character as far as both go; what is more belongs to the last one. */
function put(builder: AlignedTextBuilder, old: string, replacement: string, index: number): void {
  const from = Array.from(old);
  const starts = [index];
  for (const character of from) starts.push(starts.at(-1)! + character.length);
  Array.from(replacement).forEach((character, place) => {
    const source = Math.min(place, from.length - 1);
    builder.replace(character, starts[source]!, starts[source + 1]!);
  });
}
