// The oracle: the Rust library through its npm package. Its offsets count code points of the input; the codec's count
// UTF-16 units, so the oracle's are converted.
import { Tokenizer as RustTokenizer } from 'tokenizers';
import type { Tokenizer } from '../../src/tokenizer/index';

export interface RustEncoding {
  readonly ids: number[];
  readonly starts: number[];
  readonly ends: number[];
}

export function rustTokenizer(json: string): RustTokenizer {
  return RustTokenizer.fromString(json);
}

export async function rustEncode(oracle: RustTokenizer, text: string, specialTokens = false): Promise<RustEncoding> {
  const encoding = await oracle.encode(text, null, { addSpecialTokens: specialTokens });
  const unitOf: number[] = [];
  let unit = 0;
  for (const character of text) {
    unitOf.push(unit);
    unit += character.length;
  }
  unitOf.push(unit);
  const offsets = encoding.getOffsets();
  return {
    ids: encoding.getIds(),
    starts: offsets.map(([start]) => unitOf[start!]!),
    ends: offsets.map(([, end]) => unitOf[end!]!),
  };
}

/** The first token of a text that has another id or other offsets than the oracle's; null where none has. */
export async function differenceFromRust(
  codec: Tokenizer,
  oracle: RustTokenizer,
  text: string,
): Promise<string | null> {
  const expected = await rustEncode(oracle, text);
  const { ids, starts, ends } = codec.encode(text);
  for (let at = 0; at < Math.max(ids.length, expected.ids.length); at++) {
    const ours = [ids[at], starts[at], ends[at]];
    const theirs = [expected.ids[at], expected.starts[at], expected.ends[at]];
    if (ours.join() !== theirs.join()) {
      const around = text.slice(Math.max(0, (starts[at] ?? 0) - 12), (starts[at] ?? 0) + 12);
      return `token ${at}: ${ours.join()} instead of ${theirs.join()} near ${JSON.stringify(around)}`;
    }
  }
  return null;
}
