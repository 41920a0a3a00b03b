import { describe, expect, it } from 'vitest';
import { effectiveRank } from '../../../src/lab/evidence/effectiveRank';
import { nearestRows } from '../../../src/lab/evidence/neighbours';
import { rowFigures } from '../../../src/lab/evidence/rowFigures';
import type { VocabularyRows } from '../../../src/lab/evidence/rows';
import { NormalGenerator } from '../../../src/graft/index';

function normals(rows: number, hiddenSize: number, stream = 0): number[][] {
  const normal = new NormalGenerator(5, stream);
  return Array.from({ length: rows }, () => Array.from({ length: hiddenSize }, () => normal.next()));
}

function rowsOf(values: readonly (readonly number[])[]): VocabularyRows {
  const hiddenSize = values[0]!.length;
  return {
    count: values.length,
    hiddenSize,
    read: async (start, end) => Float32Array.from(values.slice(start, end).flat()),
  };
}

const plainNorm = (row: readonly number[]) => Math.hypot(...row);
const plainCosine = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0) / plainNorm(a) / plainNorm(b);

describe('nearest rows', () => {
  it('are those of a sort by cosine, without the token itself and rows of no token', async () => {
    // More rows than one piece of the matrix holds.
    const values = normals(2100, 1024);
    values[2050] = values[3]!.map((value) => 2 * value);
    const isToken = (id: number) => id % 7 !== 5;
    const expected = values
      .map((row, id) => ({ id, cosine: plainCosine(values[3]!, row) }))
      .filter(({ id }) => id !== 3 && isToken(id))
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, 5);
    const found = await nearestRows(rowsOf(values), 3, 5, isToken);
    expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    expect(found[0]!.id).toBe(2050);
    for (const [at, { cosine }] of found.entries()) expect(cosine).toBeCloseTo(expected[at]!.cosine, 5);
  });

  it('are none of a row of zeros', async () => {
    expect(
      await nearestRows(
        rowsOf([
          [0, 0],
          [1, 0],
        ]),
        0,
        3,
        () => true,
      ),
    ).toEqual([]);
  });
});

describe('figures of new rows', () => {
  const old = normals(300, 16).map((row) => row.map((value, i) => value + (i === 0 ? 2 : 0)));
  const mean = old[0]!.map((_, i) => old.reduce((sum, row) => sum + row[i]!, 0) / old.length);
  const ordinary = old[10]!.map((value) => value * 1.01);
  const short = old[20]!.map((value) => value * 0.05);
  const nearMean = mean.map((value, i) => value + (i === 1 ? 0.01 : 0));
  const values = [...old, ordinary, short, nearMean];
  const newIds = [300, 301, 302];
  const isOld = (id: number) => id < 300;
  const norms = old.map(plainNorm).sort((a, b) => a - b);
  const middle = (norms[149]! + norms[150]!) / 2;

  it('are norms over the median of the old ones', async () => {
    const figures = await rowFigures({ input: rowsOf(values) }, newIds, isOld);
    for (const id of newIds) expect(figures.get(id)!.norm.input).toBeCloseTo(plainNorm(values[id]!) / middle, 5);
    expect(figures.get(300)!.norm.output).toBeUndefined();
  });

  it('call a short input row under-trained in an untied model, and an output row near the mean in any', async () => {
    const tied = await rowFigures({ input: rowsOf(values) }, newIds, isOld);
    expect(newIds.map((id) => tied.get(id)!.indicators)).toEqual([[], [], ['output-row-near-mean']]);
    const sides = {
      input: rowsOf([...old, ordinary, short, ordinary]),
      output: rowsOf([...old, ordinary, nearMean, ordinary]),
    };
    const untied = await rowFigures(sides, newIds, isOld);
    expect(newIds.map((id) => untied.get(id)!.indicators)).toEqual([
      [],
      ['short-input-row', 'output-row-near-mean'],
      [],
    ]);
  });

  it('calls about two percent of old rows under-trained by either indicator', async () => {
    // Every old row once more as a new one: the same distribution.
    const twice = [...old, ...old];
    const ids = old.map((_, id) => 300 + id);
    const figures = await rowFigures({ input: rowsOf(twice), output: rowsOf(twice) }, ids, isOld);
    const counted = (indicator: string) =>
      ids.filter((id) => figures.get(id)!.indicators.some((each) => each === indicator)).length;
    expect([counted('short-input-row'), counted('output-row-near-mean')]).toEqual([5, 5]);
  });
});

describe('the effective rank', () => {
  const rank = async (rows: readonly (readonly number[])[]) =>
    (await effectiveRank(Float32Array.from(rows.flat()), rows[0]!.length))!;

  it('is the number of rows where they are orthogonal and as long, and 1 where all are parallel', async () => {
    const orthogonal = Array.from({ length: 6 }, (_, i) => Array.from({ length: 10 }, (_, j) => (i === j ? 3 : 0)));
    expect((await rank(orthogonal)).rank).toBeCloseTo(6, 6);
    expect((await rank([1, 2, -3, 4].map((scale) => [scale, 2 * scale, scale]))).rank).toBeCloseTo(1, 4);
  });

  it('is exp of the entropy of singular values that are known, on either side', async () => {
    const singular = [4, 2, 1, 1];
    const entropy = singular.reduce((sum, value) => sum - (value / 8) * Math.log(value / 8), 0);
    // Four directions of a rotation in the plane each two.
    const turned = (angle: number) => [Math.cos(angle), Math.sin(angle)];
    const [a, b] = [turned(0.7), turned(0.7 + Math.PI / 2)];
    const wide = [
      [4 * a[0]!, 4 * a[1]!, 0, 0, 0],
      [2 * b[0]!, 2 * b[1]!, 0, 0, 0],
      [0, 0, a[0]!, a[1]!, 0],
      [0, 0, b[0]!, b[1]!, 0],
    ];
    const tall = wide[0]!.map((_, column) => wide.map((row) => row[column]!));
    expect((await rank(wide)).rank).toBeCloseTo(Math.exp(entropy), 5);
    expect(await rank(tall)).toMatchObject({ most: 4, rows: 5 });
    expect((await rank(tall)).rank).toBeCloseTo(Math.exp(entropy), 4);
  });

  it('says how many rows it looked at, and nothing of zeros', async () => {
    expect(await rank(normals(1500, 3))).toMatchObject({ most: 3, rows: 1024 });
    expect(await effectiveRank(new Float32Array(12), 3)).toBeNull();
  });
});
