// tokenizer.model made of tokenizer.json. SentencePiece itself is asked in test/interop/test_sentencepiece.py.
import { describe, expect, it } from 'vitest';
import { readSentencePiece } from '../../../src/tokenizer/convert/sentencePieceFile';
import {
  extendSentencePieceModel,
  loadTokenizer,
  makeSentencePieceModel,
  makeTokenizerJson,
} from '../../../src/tokenizer/index';

const SPACE = '\u2581';
const vocabulary = [
  '<unk>',
  '<s>',
  '<0x41>',
  SPACE,
  'a',
  'b',
  'ab',
  `${SPACE}ab`,
  '\u{20000}',
  'x',
  '\ufeff'.repeat(4),
];
const base = {
  added_tokens: [
    { id: 1, content: '<s>', special: true },
    { id: 9, content: 'x', special: false },
  ],
  normalizer: { type: 'Replace', pattern: { String: ' ' }, content: SPACE },
  pre_tokenizer: null,
  model: {
    type: 'BPE',
    byte_fallback: true,
    unk_token: '<unk>',
    vocab: Object.fromEntries(vocabulary.map((piece, id) => [piece, id])),
    merges: ['a b', `${SPACE} ab`],
  },
};
const config = { bos_token: '<s>' };
const made = (json: typeof base) => makeSentencePieceModel(loadTokenizer(json, config), json);

describe('makeSentencePieceModel', () => {
  it('has every piece with its kind, and scores in the order of the merges', () => {
    const { pieces, modelType, addDummyPrefix } = readSentencePiece(made(base)!);
    expect([modelType, addDummyPrefix]).toEqual([2, false]);
    expect(pieces.map(({ piece }) => piece)).toEqual(vocabulary);
    expect(pieces.map(({ type }) => type)).toEqual([2, 3, 6, 1, 1, 1, 1, 1, 1, 4, 1]);
    expect(pieces[6]!.score).toBeGreaterThan(pieces[7]!.score);
    for (const single of [3, 4, 5, 8]) expect(pieces[single]!.score).toBeLessThan(pieces[7]!.score);
  });

  it('is extended like one that came with the model, and gives the merges back', () => {
    const tokenizer = loadTokenizer(base, config);
    const extended = tokenizer.extended([{ kind: 'merge', id: 11, piece: 'ba', left: 5, right: 4 }]);
    const file = extendSentencePieceModel(made(base)!, extended);
    expect(readSentencePiece(file).pieces.at(-1)).toMatchObject({ piece: 'ba', type: 1 });
    const { files } = makeTokenizerJson({}, file, 'gemma3_text')!;
    const { merges } = (JSON.parse(files['tokenizer.json']!) as { model: { merges: unknown[] } }).model;
    expect(merges).toEqual([
      ['a', 'b'],
      [SPACE, 'ab'],
      ['b', 'a'],
    ]);
  });

  it('knows a sequence of one normaliser, and a space before every text', () => {
    const one = { ...base, normalizer: { type: 'Sequence', normalizers: [base.normalizer] } };
    expect(makeSentencePieceModel(loadTokenizer(one, config), one)).toEqual(made(base));
    const two = { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: SPACE }, base.normalizer] };
    const prefixed = { ...base, normalizer: two };
    const file = makeSentencePieceModel(loadTokenizer(prefixed, config), prefixed)!;
    expect(readSentencePiece(file).addDummyPrefix).toBe(true);
  });

  it.each<[string, object]>([
    [
      'a space only where there is none',
      { normalizer: null, pre_tokenizer: { type: 'Metaspace', replacement: SPACE } },
    ],
    ['other normalisation', { normalizer: { type: 'NFKC' } }],
    ['no unknown piece', { model: { ...base.model, unk_token: null } }],
    ['a piece that neighbours make, and no merge', { model: { ...base.model, merges: ['a b'] } }],
  ])('is not made where SentencePiece would cut otherwise: %s', (_, changes) => {
    expect(made({ ...base, ...changes })).toBeUndefined();
  });
});
