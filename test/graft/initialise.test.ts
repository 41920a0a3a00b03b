import { describe, expect, it } from 'vitest';
import { initialRows, NormalGenerator, type InitialRowsRequest } from '../../src/graft/index';
import { labErrorOf } from '../checkpoint/writeBytes';

const hiddenSize = 4;
const oldIds = 700;
// Input and head rows differ, and rows past the old ids hold poison: nothing may read them.
const matrixRow = (side: 'input' | 'output', id: number): number[] =>
  Array.from({ length: hiddenSize }, (_, i) =>
    id >= oldIds ? NaN : Math.fround(Math.sin(id * 7 + i) + (side === 'output' ? 100 : 0)),
  );
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
    for (const init of ['subword-mean', 'first-subword'] as const) {
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
