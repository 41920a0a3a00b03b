import { describe, expect, it } from 'vitest';
import { initialRows, NormalGenerator, type InitialRowsRequest, type InitMethod } from '../../src/graft/index';
import { labErrorOf } from '../checkpoint/writeBytes';

const hiddenSize = 4;
const oldIds = 700;
// Input and head rows differ, and rows past the old ids hold poison: nothing may read them.
const matrixRow = (side: 'input' | 'output', id: number): number[] =>
  Array.from({ length: hiddenSize }, (_, i) =>
    id >= oldIds ? NaN : Math.fround(Math.sin(id * 7 + i) + (side === 'output' ? 100 : 0)),
  );
const pieceLength = (id: number): number => 1 + (id % 4);
const asked: string[] = [];
const request = (changes: Partial<InitialRowsRequest>): InitialRowsRequest => ({
  init: 'subword-mean',
  newTokens: [
    { id: 700, pieces: [3, 5, 3] },
    { id: 701, pieces: [699] },
  ],
  oldIds,
  readRows: (side, ids) => {
    asked.push(side);
    return Float32Array.from(ids.flatMap((id) => matrixRow(side, id)));
  },
  pieceLength,
  hiddenSize,
  tied: false,
  initializerRange: 0.02,
  seed: 1,
  ...changes,
});
const mean = (side: 'input' | 'output', ids: readonly number[]) =>
  Array.from({ length: hiddenSize }, (_, i) =>
    Math.fround(ids.reduce((sum, id) => sum + matrixRow(side, id)[i]!, 0) / ids.length),
  );

describe('initialRows', () => {
  it('takes the mean of the old pieces, repeated ones as often as they occur, each side from its own matrix', async () => {
    const { input, output } = await initialRows(request({}));
    expect([...input]).toEqual([...mean('input', [3, 5, 3]), ...matrixRow('input', 699)]);
    expect([...output!]).toEqual([...mean('output', [3, 5, 3]), ...matrixRow('output', 699)]);
  });

  it('never touches a head that a tied model does not have', async () => {
    asked.length = 0;
    const rows = await initialRows(request({ tied: true }));
    expect(rows.output).toBeUndefined();
    expect(asked).not.toContain('output');
  });

  it('takes one method for each side', async () => {
    const { input, output } = await initialRows(request({ init: { input: 'zero', output: 'first-subword' } }));
    expect([...input]).toEqual(new Array(8).fill(0));
    expect([...output!]).toEqual([...matrixRow('output', 3), ...matrixRow('output', 699)]);
  });

  /** Weights of the pieces 3, 5 and 7. */
  const weighted: Partial<Record<InitMethod, (side: 'input' | 'output') => readonly number[]>> = {
    'length-weighted-mean': () => [4, 2, 4],
    'exponential-mean': (side) => [2, 4, 6].map((power) => Math.exp(side === 'input' ? power : -power)),
    'first-subword': () => [1, 0, 0],
    'last-subword': () => [0, 0, 1],
  };
  it.each(Object.entries(weighted))('%s weighs the pieces, each side from its own matrix', async (init, weights) => {
    const rows = await initialRows(
      request({
        init: init as InitMethod,
        newTokens: [
          { id: 700, pieces: [3, 5, 7] },
          { id: 701, pieces: [699] },
        ],
      }),
    );
    for (const side of ['input', 'output'] as const) {
      const [each, total] = [weights(side), weights(side).reduce((sum, weight) => sum + weight, 0)];
      const expected = Array.from(
        { length: hiddenSize },
        (_, i) => [3, 5, 7].reduce((sum, id, at) => sum + each[at]! * matrixRow(side, id)[i]!, 0) / total,
      );
      const found = [...rows[side]!];
      found
        .slice(0, hiddenSize)
        .forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, side === 'input' ? 6 : 4));
      expect(found.slice(hiddenSize)).toEqual(matrixRow(side, 699));
    }
  });

  it('weighs the pieces of a token of a thousand without a weight that is no number', async () => {
    const pieces = Array.from({ length: 1000 }, (_, at) => at % 700);
    const rows = await initialRows(request({ init: 'exponential-mean', newTokens: [{ id: 700, pieces }] }));
    expect([...rows.input, ...rows.output!].every(Number.isFinite)).toBe(true);
  });

  it('draws gaussian rows with the mean and the covariance of the old rows', async () => {
    const count = 20_000;
    const newTokens = Array.from({ length: count }, (_, i) => ({ id: oldIds + i, pieces: [1] }));
    const { input } = await initialRows(request({ init: 'gaussian', newTokens, tied: true }));
    const moments = (rows: readonly (readonly number[])[]) => {
      const means = Array.from(
        { length: hiddenSize },
        (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length,
      );
      const covariance = (i: number, j: number) =>
        rows.reduce((sum, row) => sum + (row[i]! - means[i]!) * (row[j]! - means[j]!), 0) / rows.length;
      return { means, covariance };
    };
    const old = moments(Array.from({ length: oldIds }, (_, id) => matrixRow('input', id)));
    const drawn = moments(
      Array.from({ length: count }, (_, at) => [...input.subarray(at * hiddenSize, (at + 1) * hiddenSize)]),
    );
    // Five standard errors of each estimate.
    for (let i = 0; i < hiddenSize; i++) {
      const spread = Math.sqrt(old.covariance(i, i) / count);
      expect(Math.abs(drawn.means[i]! - old.means[i]!)).toBeLessThan(5 * spread);
      for (let j = 0; j < hiddenSize; j++) {
        const [a, b, ab] = [old.covariance(i, i), old.covariance(j, j), old.covariance(i, j)];
        expect(Math.abs(drawn.covariance(i, j) - ab)).toBeLessThan(5 * Math.sqrt((a * b + ab * ab) / count));
      }
    }
  });

  it('scales new rows to the median norm of the old ones, of the sides that are asked for', async () => {
    const norm = (row: readonly number[]) => Math.hypot(...row);
    const median = (side: 'input' | 'output') =>
      Array.from({ length: oldIds }, (_, id) => norm(matrixRow(side, id))).sort((a, b) => a - b)[oldIds / 2]!;
    const plain = await initialRows(request({}));
    for (const medianNorm of ['input', 'output', 'both'] as const) {
      const start = { input: 'subword-mean', output: 'subword-mean', medianNorm } as const;
      const rows = await initialRows(request({ init: start }));
      for (const side of ['input', 'output'] as const) {
        const [found, before] = [[...rows[side]!], [...plain[side]!]];
        if (medianNorm !== 'both' && medianNorm !== side) {
          expect(found).toEqual(before);
          continue;
        }
        const [row, made] = [found.slice(0, hiddenSize), before.slice(0, hiddenSize)];
        expect(norm(row) / median(side)).toBeCloseTo(1, 5);
        row.forEach((value, i) => expect(value / norm(row)).toBeCloseTo(made[i]! / norm(made), 5));
      }
    }
  });

  it('leaves rows of zeros as they are when they are to be scaled', async () => {
    const { input } = await initialRows(request({ init: { input: 'zero', output: 'zero', medianNorm: 'both' } }));
    expect([...input]).toEqual(new Array(8).fill(0));
  });

  it('takes the global mean over trained rows only: padding and new rows do not count', async () => {
    const { input, output } = await initialRows(request({ init: 'global-mean' }));
    const ids = Array.from({ length: oldIds }, (_, id) => id);
    for (const [side, rows] of [
      ['input', input],
      ['output', output!],
    ] as const) {
      expect([...rows]).toEqual([...mean(side, ids), ...mean(side, ids)]);
    }
  });

  it('refuses pieces that are not of the old tokenizer: they would read rows that were never trained', async () => {
    for (const piece of [700, -1, 1.5]) {
      const error = await labErrorOf(initialRows(request({ newTokens: [{ id: 700, pieces: [3, piece] }] })));
      expect([error.code, error.details.piece]).toEqual(['graft/piece-not-old', piece]);
    }
  });

  it('starts a token that the old tokenizer had no id for as the mean of all old rows', async () => {
    const newTokens = [
      { id: 700, pieces: [3] },
      { id: 701, pieces: [] },
    ];
    for (const init of [
      'subword-mean',
      'first-subword',
      'last-subword',
      'length-weighted-mean',
      'exponential-mean',
    ] as const) {
      const { input } = await initialRows(request({ newTokens, init, tied: true }));
      const { input: all } = await initialRows(request({ newTokens, init: 'global-mean', tied: true }));
      expect([...input.subarray(0, hiddenSize)]).toEqual(mean('input', [3]));
      expect([...input.subarray(hiddenSize)]).toEqual([...all.subarray(hiddenSize)]);
    }
  });

  it('reads many tokens in portions without changing the result', async () => {
    const newTokens = Array.from({ length: 1300 }, (_, i) => ({ id: oldIds + i, pieces: [i % 700, (i * 13) % 700] }));
    const { input } = await initialRows(request({ newTokens, tied: true }));
    for (const index of [0, 511, 512, 1299]) {
      expect([...input.subarray(index * hiddenSize, (index + 1) * hiddenSize)]).toEqual(
        mean('input', newTokens[index]!.pieces),
      );
    }
  });

  it('draws the same random rows for the same seed, others for another, and a row of its own for each id and side', async () => {
    const rows = async (changes: Partial<InitialRowsRequest>) => initialRows(request({ init: 'random', ...changes }));
    const first = await rows({});
    expect(await rows({})).toEqual(first);
    expect((await rows({ seed: 2 })).input).not.toEqual(first.input);
    expect(first.output).not.toEqual(first.input);
    const alone = await rows({ newTokens: [{ id: 701, pieces: [1] }] });
    expect(alone.input).toEqual(first.input.slice(hiddenSize));
  });

  it('draws from N(0, initializer_range): mean, deviation, tails and independence as they should be', () => {
    const count = 200_000;
    const normal = new NormalGenerator(42, 7);
    const draws = Float64Array.from({ length: count }, () => normal.next());
    const moment = (power: number) => draws.reduce((sum, x) => sum + x ** power, 0) / count;
    // Five standard errors of each estimate.
    expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(count));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
    const lagged = draws.reduce((sum, x, i) => sum + x * (draws[i + 1] ?? 0), 0) / count;
    expect(Math.abs(lagged)).toBeLessThan(5 / Math.sqrt(count));
  });
});
