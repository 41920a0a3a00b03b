import { describe, expect, it } from 'vitest';
import { emptyPair, jointsOf, packPairs, type TwoCuts } from '../../src/corpus/index';
import { ignoredTarget } from '../../src/ignoredTarget';

/** Tokens of these lengths, numbered from `first`. */
function cut(first: number, lengths: readonly number[]) {
  const ends = lengths.map((_, at) => lengths.slice(0, at + 1).reduce((sum, length) => sum + length, 0));
  return {
    ids: Uint32Array.from(lengths, (_, at) => first + at),
    starts: ends.map((end, at) => end - lengths[at]!),
    ends,
  };
}

function text(lengths: readonly number[], other: readonly number[]): TwoCuts {
  const [a, b] = [cut(100, lengths), cut(200, other)];
  return { ids: a.ids, other: b.ids, joints: jointsOf(a, b) };
}

describe('joints of two cuts', () => {
  it('are where both end a token', () => {
    expect(jointsOf(cut(0, [3, 1, 2, 4]), cut(0, [1, 2, 3, 2, 2]))).toEqual([
      [0, 0],
      [1, 2],
      [3, 3],
      [4, 5],
    ]);
    expect(jointsOf(cut(0, [2, 3]), cut(0, [1, 2, 2]))).toEqual([
      [0, 0],
      [2, 3],
    ]);
  });

  it('are not within a character that several tokens share', () => {
    const bytes = { ids: Uint32Array.of(1, 2, 3, 4), starts: [0, 1, 1, 1], ends: [1, 2, 2, 2] };
    expect(jointsOf(bytes, cut(0, [1, 1]))).toEqual([
      [0, 0],
      [1, 1],
      [4, 2],
    ]);
    expect(jointsOf(cut(0, [1, 1]), bytes)).toEqual([
      [0, 0],
      [1, 1],
      [2, 4],
    ]);
  });
});

describe('rows of two cuts', () => {
  const documents = [
    text([3, 1, 2, 4], [1, 2, 1, 2, 2, 2]),
    text([2, 2, 2], [1, 1, 1, 1, 1, 1]),
    text([5], [1, 1, 1, 1, 1]),
  ];

  it('hold the same text in both, and pair the tokens that end where the other does', () => {
    const rows = [...packPairs(documents, 6)];
    expect(rows.map(({ ids }) => [...ids])).toEqual([
      [100, 101, 102, 103, 0, 0],
      [100, 101, 102, 0, 0, 0],
      [100, 0, 0, 0, 0, 0],
    ]);
    expect(rows.map(({ other }) => [...other.ids])).toEqual([
      [200, 201, 202, 203, 204, 205],
      [200, 201, 202, 203, 204, 205],
      [200, 201, 202, 203, 204, 0],
    ]);
    expect(rows.map(({ partners }) => [...partners])).toEqual([
      [1, 2, 3, 5, -1, -1],
      [1, 3, 5, -1, -1, -1],
      [4, -1, -1, -1, -1, -1],
    ]);
    expect(rows[0]!.targets.slice(0, 4)).toEqual(Uint32Array.of(101, 102, 103, ignoredTarget));
    expect(rows.map(({ documentLengths }) => documentLengths)).toEqual([
      [4, 2],
      [3, 3],
      [1, 5],
    ]);
    expect(rows.map(({ other }) => other.documentLengths)).toEqual([[6], [6], [5, 1]]);
  });

  it('go on in the next row where both meet, and know what follows there', () => {
    const rows = [...packPairs([documents[0]!], 4)];
    expect(rows.map(({ ids }) => [...ids])).toEqual([
      [100, 101, 102, 0],
      [103, 0, 0, 0],
    ]);
    expect(rows.map(({ other }) => [...other.ids])).toEqual([
      [200, 201, 202, 203],
      [204, 205, 0, 0],
    ]);
    expect(rows[0]!.targets[2]).toBe(103);
  });

  it('leave out what no row has room for, and go on behind it', () => {
    const rows = [...packPairs([text([1, 5, 1], [1, 1, 1, 1, 1, 1, 1])], 3)];
    expect(rows.map(({ ids }) => [...ids])).toEqual([
      [100, 0, 0],
      [102, 0, 0],
    ]);
  });

  it('fill a batch up with what predicts and pairs nothing', () => {
    const { targets, partners, documentLengths, other } = emptyPair(3);
    expect([...targets]).toEqual([ignoredTarget, ignoredTarget, ignoredTarget]);
    expect([...partners]).toEqual([-1, -1, -1]);
    expect([documentLengths, other.documentLengths]).toEqual([[3], [3]]);
  });
});
