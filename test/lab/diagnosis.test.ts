import { describe, expect, it } from 'vitest';
import { frontierOf, frontierSizes } from '../../src/lab/frontier';
import { computeBreakEven, signalsOf, suggestSize, verdictOf, type DiagnosisCounts } from '../../src/lab/signals';

const counts = (change: Partial<DiagnosisCounts> = {}): DiagnosisCounts => ({
  newTokens: 256,
  exposureP10: 300,
  epochs: 1,
  trainBytes: 1_000_000,
  heldOut: { bytes: 10_000, tokensBefore: 8000, tokensAfter: 4000 },
  general: { bytes: 10_000, tokens: 3000 },
  preTokens: { bytes: 10_000, count: 500 },
  parameters: 3_700_000,
  hiddenSize: 256,
  embeddingRows: 4096,
  tied: true,
  ...change,
});

describe('the frontier', () => {
  // "abab abab": a=0 b=1, new ids from 10. ab (10) four times, abab (11) twice: ab itself is left with none.
  const merges = [
    { left: 0, right: 1, count: 4 },
    { left: 10, right: 10, count: 2 },
  ];
  it('counts tokens and occurrences of every smaller vocabulary from one trace', () => {
    expect(frontierOf(merges, 10, 9, [0, 1, 2])).toEqual([
      { newTokens: 0, tokens: 9, exposureP10: 0 },
      { newTokens: 1, tokens: 5, exposureP10: 4 },
      { newTokens: 2, tokens: 3, exposureP10: 0 },
    ]);
  });
  it('shows sizes that ascend from the untouched vocabulary to the largest', () => {
    expect(frontierSizes(300)).toEqual([0, 16, 32, 64, 96, 128, 192, 256, 300]);
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
    ['saves too little', { heldOut: { bytes: 10_000, tokensBefore: 8000, tokensAfter: 7600 } }, true, 'do-not-expand'],
    ['would compress, but no size is seen often enough', {}, false, 'need-more-data'],
    [
      'saves too little and is too small',
      { heldOut: { bytes: 10_000, tokensBefore: 8000, tokensAfter: 7900 } },
      false,
      'do-not-expand',
    ],
  ];
  it.each(cases)('%s', (_, change, holds, verdict) => {
    expect(verdictOf(counts(change), holds)).toBe(verdict);
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
      ceiling: 'shown',
    });
  });
});
