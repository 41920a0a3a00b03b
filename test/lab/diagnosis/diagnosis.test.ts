import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { frontierOf, frontierSizes } from '../../../src/lab/diagnosis/frontier';
import { diagnose } from '../../../src/lab/diagnosis/diagnose';
import { openCorpus } from '../../../src/lab/open/openCorpus';
import { verdictConfidence } from '../../../src/lab/diagnosis/confidence';
import { computeBreakEven, expansionCost } from '../../../src/lab/diagnosis/cost';
import { replayedTokens } from '../../../src/lab/vocabulary/replay';
import { signalsOf, suggestSize, verdictOf, type DiagnosisCounts } from '../../../src/lab/diagnosis/signals';
import { continueBpe, countWords, Exposures, loadTokenizer, tenthPercentile } from '../../../src/tokenizer/index';
import { abcTunes } from '../../support/abcTunes';
import { letterTokenizer } from '../vocabulary/letters';

const heldOut = (tokensBefore: number, tokensAfter: number, lostBefore = 0, lostAfter = 0) => ({
  bytes: 10_000,
  tokensBefore,
  tokensAfter,
  lostBefore,
  lostAfter,
});

const counts = (change: Partial<DiagnosisCounts> = {}): DiagnosisCounts => ({
  newTokens: 256,
  exposureP10: 300,
  links: 0,
  lostCharacters: 0,
  epochs: 1,
  trainBytes: 1_000_000,
  heldOut: heldOut(8000, 4000),
  general: { bytes: 10_000, tokens: 3000 },
  preTokens: { bytes: 10_000, count: 500 },
  parameters: 3_700_000,
  hiddenSize: 256,
  embeddingRows: 4096,
  tied: true,
  boundaries: null,
  boundPairs: 0,
  ...change,
});

describe('the frontier', () => {
  // "abab abab": a=0 b=1, new ids from 10. ab (10) four times, abab (11) twice: ab itself is left with none.
  const tokens = [
    { kind: 'merge', id: 10, piece: 'ab', left: 0, right: 1, occurrencesAtMerge: 4 },
    { kind: 'merge', id: 11, piece: 'abab', left: 10, right: 10, occurrencesAtMerge: 2 },
  ] as const;
  it('counts tokens and occurrences of every smaller vocabulary from one trace', () => {
    expect(frontierOf({ tokens, tokensAfter: Float64Array.of(9, 5, 3) }, [0, 1, 2])).toEqual([
      { newTokens: 0, tokens: 9, exposureP10: 0, links: 0 },
      { newTokens: 1, tokens: 5, exposureP10: 4, links: 0 },
      { newTokens: 2, tokens: 3, exposureP10: 2, links: 1 },
    ]);
  });
  it('shows sizes that ascend from the untouched vocabulary to the largest', () => {
    const sizes = frontierSizes(1234);
    expect(sizes.slice(0, 4)).toEqual([0, 16, 17, 18]);
    expect(sizes.slice(-4)).toEqual([1024, 1100, 1200, 1234]);
    expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
    expect(sizes).toEqual(expect.arrayContaining([99, 100, 110, 128, 990, 1000]));
    expect(frontierSizes(0)).toEqual([0]);
  });
});

describe('the suggested size', () => {
  const points = [
    { newTokens: 0, tokens: 1000, exposureP10: 0 },
    { newTokens: 64, tokens: 800, exposureP10: 900 },
    { newTokens: 128, tokens: 700, exposureP10: 400 },
    { newTokens: 256, tokens: 650, exposureP10: 120 },
    { newTokens: 512, tokens: 620, exposureP10: 40 },
  ];
  it('is the largest whose rare tokens are seen often enough', () => {
    expect(suggestSize(points, 1)).toBe(256);
    expect(suggestSize(points, 3)).toBe(512);
    expect(suggestSize(points, 0.05)).toBe(0);
  });
  it('steps back where the last doubling saved next to nothing', () => {
    const flat = points.map((p) => (p.newTokens === 256 ? { ...p, tokens: 695 } : p));
    expect(suggestSize(flat, 1)).toBe(128);
  });
});

describe('the verdict', () => {
  const cases: [string, Partial<DiagnosisCounts>, boolean, string][] = [
    ['compresses and is fragmented', {}, true, 'expand'],
    ['compresses, not fragmented', { general: { bytes: 10_000, tokens: 8000 } }, true, 'expand-for-speed'],
    ['saves too little', { heldOut: heldOut(8000, 7600) }, true, 'do-not-expand'],
    ['would compress, but no size is seen often enough', {}, false, 'need-more-data'],
    ['saves too little and is too small', { heldOut: heldOut(8000, 7900) }, false, 'do-not-expand'],
  ];
  it.each(cases)('%s', (_, change, holds, verdict) => {
    expect(verdictOf(counts(change), holds)).toBe(verdict);
  });

  const little = { general: { bytes: 10_000, tokens: 8000 } };
  const lossy: [string, Partial<DiagnosisCounts>, boolean, string][] = [
    ['a hundredth lost, saves too little', { heldOut: heldOut(8000, 7900, 100) }, true, 'expand'],
    ['a hundredth lost, not fragmented', { heldOut: heldOut(8000, 4000, 100), ...little }, true, 'expand'],
    ['most lost, and no size is seen often enough', { heldOut: heldOut(8000, 7900, 9000) }, false, 'need-more-data'],
    ['less than a hundredth lost, saves too little', { heldOut: heldOut(8000, 7900, 99) }, true, 'do-not-expand'],
    ['less than a hundredth lost, too small', { heldOut: heldOut(8000, 7900, 99) }, false, 'do-not-expand'],
  ];
  it.each(lossy)('where text is lost: %s', (_, change, holds, verdict) => {
    expect(verdictOf(counts(change), holds)).toBe(verdict);
  });

  const notation = { grammar: 'chess-moves', tokens: 8000, violations: 3000, atomicTokens: 4200 };
  it('is one token a symbol where the base violates a notation and merges save hardly more than its atoms', () => {
    expect(verdictOf(counts({ boundaries: notation }), true)).toBe('atomic-only');
    expect(verdictOf(counts({ boundaries: { ...notation, atomicTokens: 7000 } }), true)).toBe('expand');
    expect(verdictOf(counts({ boundaries: { ...notation, violations: 300 } }), true)).toBe('expand');
    // Atoms that save 6 % are not worth it, however little merges save beyond them.
    const little = { heldOut: heldOut(8000, 6900) };
    expect(verdictOf(counts({ ...little, boundaries: { ...notation, atomicTokens: 7500 } }), true)).toBe('expand');
  });
});

describe('signals', () => {
  it('carry the formula of the compute break-even, k d / (N + (V + k) d)', () => {
    const body = 3_700_000 - 4096 * 256;
    expect(computeBreakEven(256, counts())).toBeCloseTo((256 * 256) / (body + (4096 + 256) * 256), 12);
  });
  it('are read against their marks', () => {
    const reading = Object.fromEntries(signalsOf(counts()).map((signal) => [signal.name, signal.reading]));
    expect(reading).toEqual({
      compression: 'strong',
      fragmentation: 'strong',
      exposure: 'watch',
      budget: 'watch',
      vocabularyShare: 'good',
      naturalness: 'good',
      ceiling: 'shown',
    });
  });
});

describe('confidence', () => {
  const documents = (before: number, after: number) => ({
    bytes: Array.from({ length: 40 }, () => 250),
    tokensBefore: Array.from({ length: 40 }, (_, n) => before + (n % 5)),
    tokensAfter: Array.from({ length: 40 }, (_, n) => after + (n % 5)),
    lostBefore: Array.from({ length: 40 }, () => 0),
    lostAfter: Array.from({ length: 40 }, () => 0),
  });

  it('is full where every redraw and every moved mark ends at the same verdict', () => {
    expect(verdictConfidence(counts(), documents(200, 100), [300])).toEqual({
      ...{ verdict: 'expand', confidence: 1 },
      resampled: { same: 1, otherwise: null },
    });
  });

  it('falls where there are hardly any held-out documents to draw from', () => {
    const two = {
      bytes: [250, 250],
      tokensBefore: [200, 200],
      tokensAfter: [100, 100],
      lostBefore: [0, 0],
      lostAfter: [0, 0],
    };
    expect(verdictConfidence(counts(), two, [300]).confidence).toBeCloseTo(0.4, 10);
  });

  it('falls where a mark lies close to the measurement', () => {
    const close = counts({ heldOut: heldOut(8080, 7240) });
    const { verdict, confidence, resampled } = verdictConfidence(close, documents(200, 179), [300]);
    expect(resampled.same).toBe(confidence);
    expect([null, verdict]).not.toContain(resampled.otherwise);
    expect(verdict).toBe('expand');
    expect(confidence).toBeGreaterThan(0.4);
    expect(confidence).toBeLessThan(0.95);
  });
});

describe('a corpus in which no size is seen often enough', () => {
  // Every word is frequent enough to be merged and too rare to be learned: under 100 occurrences each.
  const corpusOf = (words: readonly string[], each: number) => {
    const text = words.flatMap((word) => Array.from({ length: each }, () => word));
    const lines = Array.from({ length: Math.ceil(text.length / 8) }, (_, at) =>
      JSON.stringify({ text: Array.from({ length: 8 }, (_, n) => text[(at + n * 97) % text.length]).join(' ') }),
    );
    return openCorpus([new File([lines.join('\n')], 'words.jsonl')], { name: '', documents: ['abc def'] });
  };
  const letters = [...'abcdefgh'];
  const words = (length: number, count: number) =>
    Array.from({ length: count }, (_, n) =>
      Array.from({ length }, (_, at) => letters[(n * 7 + at * 3 + ((n >> 2) % 5) * at) % 8]).join(''),
    );
  const json = (tokenizer: ReturnType<typeof letterTokenizer>) => ({
    tokenizer,
    checkpoint: { name: 'letters', tokenizerFiles: { 'tokenizer.json': '{}' } },
    summary: { name: 'letters', parameters: 4_000_000, hiddenSize: 16, embeddingRows: 10, tied: true },
  });

  it.each([
    ['long words', words(12, 24), 20],
    ['many words', words(8, 60), 12],
    ['few words', words(16, 10), 30],
    ['short words', words(6, 24), 20],
  ])('is read at the largest size, whatever the smallest one saves: %s', async (_, list, each) => {
    const corpus = await corpusOf(list, each);
    const { diagnosis, extension } = await diagnose(json(letterTokenizer()), corpus);
    const largest = extension!.tokens.length;
    expect(Math.max(...diagnosis.frontier.map(({ exposureP10 }) => exposureP10))).toBeLessThan(100);
    expect(diagnosis.readAtNewTokens).toBe(largest);
    const compression = diagnosis.signals.find(({ name }) => name === 'compression')!;
    expect(compression.inputs.newTokens).toBe(largest);
    expect(1 - diagnosis.frontier[0]!.bytesPerToken / diagnosis.frontier.at(-1)!.bytesPerToken).toBeCloseTo(
      compression.value,
      10,
    );
    expect(diagnosis.verdict).toBe('need-more-data');
    // The same verdict as at a size that is named, and the smallest size is what does the least harm.
    const named = await diagnose(json(letterTokenizer()), corpus, { newTokens: largest });
    expect(named.diagnosis.verdict).toBe('need-more-data');
    expect(diagnosis.suggestedNewTokens).toBe(diagnosis.frontier[1]!.newTokens);
  });
});

describe('tunes in ABC notation', () => {
  it('are known as such, and not held back by links of merge chains', async () => {
    const json = JSON.parse(readFileSync('public/models/rootstock/tokenizer.json', 'utf8')) as unknown;
    const tunes = abcTunes(1500).map((text) => JSON.stringify({ text }));
    const corpus = await openCorpus([new File([tunes.join('\n')], 'tunes.jsonl')], {
      name: 'prose',
      documents: ['Call me Ishmael. Some years ago, never mind how long precisely.'],
    });
    const { diagnosis, extension } = await diagnose(
      {
        tokenizer: loadTokenizer(json),
        checkpoint: { name: 'rootstock', tokenizerFiles: { 'tokenizer.json': '{}' } },
        summary: { name: 'rootstock', parameters: 4_731_136, hiddenSize: 256, embeddingRows: 4096, tied: true },
      },
      corpus,
    );
    expect(diagnosis.verdict).toBe('expand');
    expect(diagnosis.signals.find(({ name }) => name === 'boundaries')!.grammar).toBe('abc-music');
    const read = diagnosis.frontier.find(({ newTokens }) => newTokens === diagnosis.readAtNewTokens)!;
    expect(read.links).toBeGreaterThan(0);
    const withLinks = new Exposures(extension!.tokens).of(read.newTokens);
    expect(tenthPercentile(withLinks)).toBeLessThan(read.exposureP10);
    expect(diagnosis.signals.find(({ name }) => name === 'exposure')!.inputs.links).toBe(read.links);
  });
});

describe('the cost of new rows', () => {
  it('counts weights, gradients and moments, and the arithmetic of a byte before and after', () => {
    const sizes = { parameters: 3_000_000, hiddenSize: 100, embeddingRows: 1000, tied: true };
    expect(expansionCost(sizes, 200, { before: 2, after: 4 })).toEqual({
      newParameters: 20_000,
      trainingBytes: 320_000,
      multiplyAddsPerByte: { before: 1_500_000, after: 755_000 },
    });
  });
});

describe('merges replayed on other text', () => {
  it('give the same number of tokens as encoding with each size of the vocabulary', async () => {
    const tokenizer = letterTokenizer();
    const text = (seed: number) =>
      Array.from({ length: 400 }, (_, n) => ['abab', 'bcab', 'cab', 'abc'][(n * seed) % 4]!).join(' ');
    const words = await countWords(tokenizer, [text(3), text(5)]);
    const { tokens } = await continueBpe(tokenizer, words, { newTokens: 12 });
    const other = [text(7), 'abcabc bab ccab'];
    const replayed = await replayedTokens(tokenizer, other, tokens);
    const encoded = Array.from({ length: tokens.length + 1 }, (_, k) => {
      const extended = tokenizer.extended(tokens.slice(0, k));
      return other.reduce((sum, document) => sum + extended.encode(document).ids.length, 0);
    });
    expect(Array.from(replayed)).toEqual(encoded);
    expect(encoded.at(-1)).toBeLessThan(encoded[0]!);
  });
});

describe('a tokenizer that can be measured and not extended', () => {
  it('is diagnosed without a frontier', async () => {
    const pieces = ['[UNK]', 'a', 'b', '##a', '##b', '##ab'];
    const json = {
      pre_tokenizer: { type: 'BertPreTokenizer' },
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 20,
        vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      },
    };
    const text = Array.from({ length: 200 }, (_, n) => JSON.stringify({ text: `a${'ab'.repeat(n % 5)} ba` }));
    const corpus = await openCorpus([new File([text.join('\n')], 'words.jsonl')], { name: '', documents: [] });
    const { extension, diagnosis } = await diagnose(
      {
        tokenizer: loadTokenizer(json),
        checkpoint: { name: 'words', tokenizerFiles: { 'tokenizer.json': JSON.stringify(json) } },
        summary: { name: 'words', parameters: 1000, hiddenSize: 8, embeddingRows: 6, tied: true },
      },
      corpus,
    );
    expect(extension).toBeNull();
    expect(diagnosis).toMatchObject({ verdict: 'do-not-expand', frontier: [], suggestedNewTokens: 0 });
    expect(diagnosis.mostFragmented[0]!.pieces.length).toBeGreaterThanOrEqual(3);
  });
});
