// Text that a tokenizer cannot write, through the diagnosis: the first signal for new tokens, counted as byte fallback would
// spell it, so that a model with byte fallback and one without are told the same.
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/lab/diagnosis/diagnose';
import { learnVocabulary } from '../../../src/lab/vocabulary/learnVocabulary';
import { openCorpus } from '../../../src/lab/open/openCorpus';
import type { Diagnosis, Signal } from '../../../src/lab/diagnosis/diagnosis';
import type { TokenizerModel } from '../../../src/lab/open/tokenizerModel';
import { buildVocabulary } from '../../../src/lab/vocabulary/vocabulary';
import { BYTE_TO_CHARACTER } from '../../../src/tokenizer/byteLevelAlphabet';
import { loadTokenizer } from '../../../src/tokenizer/index';
import { seededRandom } from '../../../src/random';

type Json = Record<string, unknown>;

const idsOf = (pieces: readonly string[]) => Object.fromEntries(pieces.map((piece, id) => [piece, id]));
const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
const letters = ['<unk>', '▁', ...'abcdefghijklmnopqrstuvwxyz.,ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

const characterModel = (change: Json = {}): Json => ({
  added_tokens: [
    { id: 0, content: '<unk>', special: true, normalized: false, lstrip: false, rstrip: false, single_word: false },
  ],
  normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
  pre_tokenizer: null,
  post_processor: null,
  decoder: { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
  model: {
    type: 'BPE',
    unk_token: '<unk>',
    fuse_unk: true,
    byte_fallback: false,
    ignore_merges: false,
    vocab: idsOf([...letters, ...bytes]),
    merges: [],
    ...change,
  },
});
const byteModel = (letters: readonly string[], unknown: string | null = null): Json => ({
  ...characterModel({ vocab: idsOf(['<unk>', ...letters]), unk_token: unknown, fuse_unk: false }),
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true },
  decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true },
});
const unigramModel: Json = {
  ...characterModel(),
  normalizer: null,
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  model: { type: 'Unigram', unk_id: 0, byte_fallback: false, vocab: letters.map((piece, at) => [piece, -at]) },
};
const wordPieceModel: Json = {
  ...characterModel(),
  normalizer: null,
  pre_tokenizer: { type: 'BertPreTokenizer' },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: false },
  model: {
    type: 'WordPiece',
    unk_token: '<unk>',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: idsOf([...letters, ...letters.slice(2).map((letter) => `##${letter}`)]),
  },
};

function modelOf(json: Json): TokenizerModel {
  const tokenizer = loadTokenizer(json);
  return {
    tokenizer,
    checkpoint: { name: 'small', tokenizerFiles: { 'tokenizer.json': JSON.stringify(json) } },
    summary: {
      name: 'small',
      parameters: 2_000_000,
      hiddenSize: 64,
      embeddingRows: tokenizer.largestId + 1,
      tied: true,
    },
  };
}

const general = { name: 'prose', documents: ['call me ishmael. some years ago, never mind how long precisely.'] };

/** Lines of frequent two-character words between English ones. `share` of the words are Chinese. */
function lines(count: number, share: number): string {
  const random = seededRandom(3);
  const characters = [...'山水風月花人天春江秋雲日來'];
  const chinese = Array.from({ length: 30 }, () => [0, 0].map(() => characters[Math.floor(random() * 13)]).join(''));
  const english = ['the', 'river', 'runs', 'under', 'moon', 'and', 'wind', 'of', 'autumn', 'light', 'bring', 'home'];
  const word = () => {
    const from = random() < share ? chinese : english;
    return from[Math.floor(from.length * random() ** 2)]!;
  };
  return Array.from({ length: count }, () => JSON.stringify({ text: Array.from({ length: 12 }, word).join(' ') })).join(
    '\n',
  );
}

async function diagnosed(json: Json, text: string, newTokens?: number) {
  const corpus = await openCorpus([new File([text], 'poems.jsonl')], general);
  const model = modelOf(json);
  const { diagnosis } = await diagnose(model, corpus, newTokens === undefined ? {} : { newTokens });
  return { model, corpus, diagnosis };
}

const signalOf = (diagnosis: Diagnosis, name: Signal['name']) =>
  diagnosis.signals.find((signal) => signal.name === name);

describe('a tokenizer that cannot write the texts', () => {
  const extendable: [string, Json][] = [
    ['one unknown token for a run', characterModel()],
    ['an unknown token for each character', characterModel({ fuse_unk: false })],
    ['nothing for them', characterModel({ unk_token: null })],
    [
      'byte fallback without all bytes',
      characterModel({ byte_fallback: true, vocab: idsOf([...letters, ...bytes.slice(0, 200)]) }),
    ],
  ];

  it.each(extendable)('is told what its twin with byte fallback is told: %s', async (_, json) => {
    const text = lines(600, 0.7);
    const { diagnosis } = await diagnosed(json, text);
    const { diagnosis: twin } = await diagnosed(characterModel({ byte_fallback: true }), text);
    expect(signalOf(twin, 'lostText')).toBeUndefined();
    expect(twin.verdict).toMatch(/^expand/u);
    expect(diagnosis.verdict).toBe('expand');
    expect(diagnosis.signals[0]).toMatchObject({ name: 'lostText', weight: 'decides', reading: 'strong' });
    for (const name of ['fragmentation', 'ceiling'] as const) {
      expect(signalOf(diagnosis, name)!.value).toBeCloseTo(signalOf(twin, name)!.value, 10);
    }
    // With a token for every character both cut the texts alike; lost characters come first, so sizes in between differ.
    expect(diagnosis.frontier.at(-1)!.bytesPerToken).toBeCloseTo(twin.frontier.at(-1)!.bytesPerToken, 10);
    expect(diagnosis.frontier[0]!.bytesPerToken).toBeCloseTo(twin.frontier[0]!.bytesPerToken, 10);
    const { lostBytes, heldOutBytes, lostBytesAfter, lostCharacters } = signalOf(diagnosis, 'lostText')!.inputs;
    expect(signalOf(diagnosis, 'lostText')!.value).toBeCloseTo(lostBytes! / heldOutBytes!, 12);
    expect([lostBytesAfter, lostCharacters]).toEqual([0, 13]);
  });

  it.each<[string, Json]>([
    ['byte-level without the letters of some bytes', byteModel(BYTE_TO_CHARACTER.slice(0, 128))],
    ['the same with an unknown token', byteModel(BYTE_TO_CHARACTER.slice(0, 128), '<unk>')],
    ['unigram', unigramModel],
    ['wordpiece', wordPieceModel],
  ])('is never told to keep its vocabulary: %s', async (_, json) => {
    const { diagnosis, model } = await diagnosed(json, lines(400, 0.6));
    expect(diagnosis).toMatchObject({
      verdict: 'expand',
      signals: [{ name: 'lostText', weight: 'decides' }, {}, {}, {}, {}, {}, {}, {}],
    });
    const extendable = model.tokenizer.family === 'byte-level-bpe';
    expect(diagnosis.suggestedNewTokens > 0).toBe(extendable);
  });

  it.each<[string, Json]>(extendable)(
    'is told to bring more text where its characters are hardly seen: %s',
    async (_, json) => {
      const { diagnosis } = await diagnosed(json, lines(12, 0.7));
      expect(diagnosis.verdict).toBe('need-more-data');
    },
  );

  it('says so of a little lost text without letting it decide', async () => {
    const { diagnosis } = await diagnosed(characterModel(), `${lines(900, 0)}\n${lines(1, 0.3)}`);
    const lost = signalOf(diagnosis, 'lostText')!;
    expect(lost.weight).toBe('warns');
    expect(lost.value).toBeLessThan(0.01);
  });

  it('has no such signal where everything is written', async () => {
    const { diagnosis } = await diagnosed(characterModel(), lines(200, 0));
    expect(signalOf(diagnosis, 'lostText')).toBeUndefined();
  });

  it.each(extendable)('loses less with a vocabulary built on it, and says how much: %s', async (_, json) => {
    const { model, corpus } = await diagnosed(json, lines(300, 0.6));
    const lostAfter: number[] = [];
    for (const newTokens of [2, 6, 40]) {
      const extension = await learnVocabulary(model, corpus, { newTokens });
      const { summary } = await buildVocabulary(model, corpus, extension, newTokens);
      expect(summary.heldOut.lostBefore).toBeGreaterThan(0);
      expect(summary.heldOut.tokensAfter).toBeLessThan(summary.heldOut.tokensBefore);
      for (const token of summary.newTokens) expect(token.tokensSaved).toBeGreaterThanOrEqual(0);
      lostAfter.push(summary.heldOut.lostAfter);
    }
    expect(lostAfter[0]).toBeGreaterThan(lostAfter[1]!);
    expect(lostAfter.at(-1)).toBe(0);
  });
});
