// Characters that are younger than the tables of the Rust library; test/interop/test_every_character.py asks it about all there are.
import { describe, expect, it } from 'vitest';
import { unaligned } from '../../src/tokenizer/normalizer/alignedText';
import { createNormalizer } from '../../src/tokenizer/normalizer/createNormalizer';
import { createPreTokenizer } from '../../src/tokenizer/preTokenizer/createPreTokenizer';

const normalized = (json: unknown, text: string) => createNormalizer(json).normalize(unaligned(text, 0));
const piecesOf = (json: unknown, text: string) =>
  createPreTokenizer(json)
    .split([{ text, start: 0, added: 0 }], true)
    .map((piece) => piece.text);

describe('a form', () => {
  it('leaves characters that came after Unicode 9', () => {
    // The square of the era Reiwa is of 2019, that of a company of 1993.
    expect(normalized({ type: 'NFKC' }, '\u32ff\u337f').text).toBe('\u32ff株式会社');
    expect(normalized({ type: 'NFKD' }, 'x\u{1fbf0}').text).toBe('x\u{1fbf0}');
  });

  it('puts nothing in order or together across them', () => {
    // U+08D3 is a mark below of Unicode 11, which would stand before the accent.
    expect(normalized({ type: 'NFC' }, 'e\u0301\u08d3').text).toBe('é\u08d3');
    expect(normalized({ type: 'NFC' }, 'e\u08d3\u0301').text).toBe('e\u08d3\u0301');
    expect(normalized({ type: 'NFD' }, 'é\u08d3').text).toBe('e\u0301\u08d3');
  });

  it('aligns what stands around them', () => {
    const { text, starts, ends } = normalized({ type: 'NFC' }, 'e\u0301\u08d3o\u0308') as unknown as {
      text: string;
      starts: ArrayLike<number> | null;
      ends: ArrayLike<number> | null;
    };
    expect(text).toBe('é\u08d3ö');
    expect([Array.from(starts!), Array.from(ends!)]).toEqual([
      [0, 2, 3],
      [1, 3, 4],
    ]);
  });

  it('puts halfwidth letters and marks together', () => {
    expect(normalized({ type: 'NFKC' }, 'ｶﾞﾊﾟ').text).toBe('ガパ');
    expect(normalized({ type: 'NFKC' }, '\u3131\u314f\uffa1\uffc2').text).toBe('가가');
  });
});

describe('marks and punctuation', () => {
  it('are no accents to StripAccents that came after Unicode 9', () => {
    expect(normalized({ type: 'StripAccents' }, 'a\u0301b\u08d4c\u08d3d').text).toBe('abc\u08d3d');
  });

  it('are none to BERT that came after Unicode 8', () => {
    const bert = { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: true };
    expect(normalized({ ...bert, lowercase: true }, 'A\u0301b\u08e3c\u08d4d').text).toBe('abc\u08d4d');
    // A sign above a number: of 2005, and of 2021.
    expect(normalized({ ...bert, lowercase: false }, 'a\u0600b\u0890c').text).toBe('ab\u0890c');
  });

  it('divide words only where Unicode 8 knew them', () => {
    for (const type of ['Punctuation', 'BertPreTokenizer']) {
      expect(piecesOf({ type, behavior: 'Isolated' }, 'a\u2e42b\u2e43c')).toEqual(['a', '\u2e42', 'b\u2e43c']);
    }
  });
});
