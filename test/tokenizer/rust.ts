// The oracle: the Rust library through its npm package. Its offsets count code points of the input; the codec's count
// UTF-16 units, so the oracle's are converted.
import { Tokenizer as RustTokenizer } from 'tokenizers';

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
