// Exposure of new tokens at every size, links of merge chains apart; and why a vocabulary has fewer tokens than asked for.
import { describe, expect, it } from 'vitest';
import {
  continueBpe,
  countWords,
  Exposures,
  learnVocabulary,
  linkIds,
  standingOccurrences,
  tenthPercentile,
  type TracedToken,
} from '../../../src/tokenizer/index';
import { letterTokenizer } from '../../lab/vocabulary/letters';

const merge = (id: number, left: number, right: number, occurrencesAtMerge: number): TracedToken => ({
  kind: 'merge',
  id,
  piece: `p${id}`,
  left,
  right,
  occurrencesAtMerge,
});

/** 0 to 9 are old; new ids from 10. */
const chains: [string, TracedToken[], number[], number[]][] = [
  // Occurrences with all of them, and those of tokens that are no links.
  [
    'a chain of three, each wholly in the next',
    [merge(10, 0, 1, 900), merge(11, 10, 2, 900), merge(12, 11, 3, 900)],
    [0, 0, 900],
    [900],
  ],
  ['a link that keeps a twentieth stands alone', [merge(10, 0, 1, 1000), merge(11, 10, 2, 950)], [50, 950], [50, 950]],
  ['one that keeps less does not', [merge(10, 0, 1, 1000), merge(11, 10, 2, 951)], [49, 951], [951]],
  [
    'a rare token that nothing is built on is no link',
    [merge(10, 0, 1, 1000), merge(11, 4, 5, 3)],
    [1000, 3],
    [1000, 3],
  ],
  [
    'a half of two longer tokens',
    [merge(10, 0, 1, 100), merge(11, 10, 2, 60), merge(12, 3, 10, 40)],
    [0, 60, 40],
    [60, 40],
  ],
  ['a token doubled', [merge(10, 0, 1, 100), merge(11, 10, 10, 50)], [0, 50], [50]],
];

describe('exposure', () => {
  it.each(chains)('%s', (_, tokens, occurrences, standing) => {
    const exposures = new Exposures(tokens);
    expect(Array.from(exposures.of(tokens.length))).toEqual(occurrences);
    expect(Array.from(exposures.standing(tokens.length))).toEqual(standing);
    expect(Array.from(standingOccurrences(tokens.map((token) => ({ ...token, occurrences: 0 }))))).toEqual(standing);
    const links = linkIds(tokens);
    expect(occurrences.filter((_, index) => !links.has(tokens[index]!.id))).toEqual(standing);
  });

  it('calls a token a link only in a vocabulary that holds what is built on it', () => {
    const exposures = new Exposures(chains[0]![1]);
    expect([1, 2, 3].map((size) => Array.from(exposures.standing(size)))).toEqual([[900], [900], [900]]);
  });

  it('is not pulled down by links: its tenth percentile is of what stands alone', () => {
    const links = Array.from({ length: 40 }, (_, at) => merge(10 + at, at === 0 ? 0 : 9 + at, 1, 500));
    expect(tenthPercentile(new Exposures(links).of(40))).toBe(0);
    expect(tenthPercentile(new Exposures(links).standing(40))).toBe(500);
    expect(tenthPercentile([])).toBe(0);
  });
});

describe('fewer tokens than were asked for', () => {
  const documents = ['abab abab cdcd', 'abab cdcd ef', 'gh ef abab'];
  const learned = async (rules: Parameters<typeof continueBpe>[2], texts = documents) => {
    const tokenizer = letterTokenizer();
    const { tokens, shortfall } = await continueBpe(tokenizer, await countWords(tokenizer, texts), rules);
    return { tokens: tokens.map(({ piece }) => piece), shortfall };
  };

  it('are explained by what was turned down, each candidate once', async () => {
    const { tokens, shortfall } = await learned({ newTokens: 256, minFrequency: 3 });
    expect(shortfall).toMatchObject({ asked: 256, learned: tokens.length });
    // "ab" and "abab" are learned, and "Ġabab" as often as it stands behind a space; what is left stands once or twice.
    expect(shortfall!.turnedDown['too-rare']).toBeGreaterThan(0);
    expect(Object.keys(shortfall!.turnedDown)).toEqual(['too-rare']);
  });

  it.each([
    ['too-few-documents', { minDocuments: 3 }],
    ['too-long', { maxPieceLength: 2 }],
    ['never-merge', { neverMerge: /c/u }],
  ] as const)('%s', async (reason, rules) => {
    const { shortfall } = await learned({ newTokens: 256, minFrequency: 1, ...rules });
    expect(shortfall!.turnedDown[reason]).toBeGreaterThan(0);
    expect(shortfall!.turnedDown['too-rare']).toBeUndefined();
  });

  it('are none where every word has become one token, and none where there are as many', async () => {
    expect((await learned({ newTokens: 256, minFrequency: 1 })).shortfall).toMatchObject({ turnedDown: {} });
    expect((await learned({ newTokens: 2, minFrequency: 1 })).shortfall).toBeNull();
  });

  it.each(['independent', 'added'] as const)('are explained of the other ways too: %s', async (method) => {
    const { tokens, shortfall } = await learnVocabulary(letterTokenizer(), documents, { method, newTokens: 99 });
    expect(shortfall).toMatchObject({ asked: 99, learned: tokens.length });
    expect(shortfall!.turnedDown['too-rare']).toBeGreaterThan(0);
  });

  it.each([
    [['abcd efgh'], {}, /7 are seen less often than asked for/u, /lower the minimum frequency/u],
    [['abab abab abab'], { minDocuments: 2 }, /stand in fewer documents/u, /number of documents/u],
    [['a b a b'], { neverMerge: /./u }, /match what is never merged/u, /never merged/u],
    [['a'], {}, /no two tokens stand side by side/u, /Keep the vocabulary/u],
  ])('are an error that says why where there is none at all: %j', async (texts, rules, message, hint) => {
    const error = await learned({ newTokens: 4, ...rules }, texts).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'tokenizer/nothing-to-learn' });
    expect((error as Error).message).toMatch(message);
    expect((error as { hint: string }).hint).toMatch(hint);
  });
});
