/** What the lab's normalizers and pre-tokenizers make of every character that this Unicode has, for Python to hold against the Rust library. */
import { writeFileSync } from 'node:fs';
import { unaligned } from '../../src/tokenizer/normalizer/alignedText';
import { createNormalizer } from '../../src/tokenizer/normalizer/createNormalizer';
import { createPreTokenizer } from '../../src/tokenizer/preTokenizer/createPreTokenizer';

const bert = { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true };
const normalizers: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(['NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'StripAccents'].map((type) => [type, { type }])),
  uncased: { ...bert, strip_accents: null, lowercase: true },
  cased: { ...bert, strip_accents: false, lowercase: false },
};
const preTokenizers: Readonly<Record<string, unknown>> = {
  Punctuation: { type: 'Punctuation', behavior: 'Isolated' },
  BertPreTokenizer: { type: 'BertPreTokenizer' },
  WhitespaceSplit: { type: 'WhitespaceSplit' },
  Digits: { type: 'Digits', individual_digits: true },
};
/** Of scripts whose thousands of characters are all alike, one in so many. */
const alike = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Tangut}]/u;
const oneIn = 97;
/** A character between letters, and before a mark that may go with it. */
const contexts = [
  ['a', 'b'],
  ['', '\u0301'],
  ['e\u0301', '\u0323'],
] as const;

export async function main([out]: readonly string[]): Promise<number> {
  if (out === undefined) throw new Error('A file to write is needed.');
  const texts: string[] = [];
  for (let point = 0; point < 0x110000; point++) {
    if (point >= 0xd800 && point < 0xe000) continue;
    const character = String.fromCodePoint(point);
    if (/[\p{Cn}\p{Co}]/u.test(character) || (alike.test(character) && point % oneIn > 0)) continue;
    for (const [before, behind] of contexts) texts.push(`${before}${character}${behind}`);
  }
  const eachOf = <Value>(stages: Readonly<Record<string, unknown>>, made: (json: unknown) => (text: string) => Value) =>
    Object.fromEntries(Object.entries(stages).map(([name, json]) => [name, texts.map(made(json))]));
  const found = {
    texts,
    normalized: eachOf(normalizers, (json) => {
      const normalizer = createNormalizer(json);
      return (text) => normalizer.normalize(unaligned(text, 0)).text;
    }),
    pieces: eachOf(preTokenizers, (json) => {
      const preTokenizer = createPreTokenizer(json);
      return (text) => preTokenizer.split([{ text, start: 0, added: 0 }], true).map((piece) => piece.text);
    }),
  };
  writeFileSync(out, JSON.stringify(found));
  return 0;
}
