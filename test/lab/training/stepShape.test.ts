import { expect, it } from 'vitest';
import type { LabError } from '../../../src/error';
import { planTraining, shapeFor, unopenedGpu } from '../../../src/lab/index';
import { problemAt } from '../../../src/lab/experiment/specReasons';
import { sizeProblem, type ShapeProblem } from '../../../src/lab/training/stepShape';
import { tinyModelOf } from '../experiment/tinyExperiment';

const refused: [rows: number, length: number, code: string, message: RegExp][] = [
  [0, 32, 'lab/bad-step', /Rows a step is 0; expected is a whole number from 1 to 65536/],
  [-5, 32, 'lab/bad-step', /Rows a step is -5/],
  [Number.NaN, 32, 'lab/bad-step', /Rows a step is NaN/],
  [1.5, 32, 'lab/bad-step', /Rows a step is 1.5/],
  [4, 0, 'lab/bad-step', /Row length is 0; expected is a whole number from 2/],
  [4, 65, 'lab/too-long', /Row length is 65; expected is at most 64, the model's context/],
];

it.each(refused)(
  'a plan of %d rows of %d tokens is refused, which never fits',
  async (batchRows, rowLength, code, message) => {
    const model = await tinyModelOf();
    const plan = () => planTraining(model, 8, 'all', { batchRows, rowLength }, unopenedGpu);
    expect(plan).toThrow(expect.objectContaining<Partial<LabError>>({ code, message: expect.stringMatching(message) }));
  },
);

it('a plan within the context is made', async () => {
  const model = await tinyModelOf();
  expect(planTraining(model, 8, 'all', { batchRows: 4, rowLength: 64 }, unopenedGpu).fits).toBe(true);
});

const saidOf = (problem: ShapeProblem | undefined): string => problemAt('batch.rows', problem!.reason).message;

it('says how many rows memory holds, and how many the budget fills', () => {
  expect(saidOf(sizeProblem({ rows: 100_000, length: 1000 }))).toMatch(/100000000 tokens a step.*at most 16777$/);
  expect(sizeProblem({ rows: 16_777, length: 1000 })).toBeUndefined();
  expect(saidOf(sizeProblem({ rows: 8192, length: 128 }, { bytes: 100_000 }))).toMatch(/at most 3125, all that 100000/);
  expect(sizeProblem({ rows: 3125, length: 128 }, { bytes: 100_000 })).toBeUndefined();
  expect(sizeProblem({ rows: 512, length: 128 }, { bytes: 1 }), 'a small step is left alone').toBeUndefined();
});

it('what nobody chose is within the context', () => {
  expect(shapeFor('gpu', { contextLength: 64 }).rowLength).toBe(64);
  expect(shapeFor('gpu', { contextLength: 0 }).rowLength).toBe(256);
});
