// What gives way where memory is short, the cheapest first: a pure table.
import { describe, expect, it } from 'vitest';
import { engineSizes } from '../../../src/lab/device/sizes';
import { adaptations, firstFitting, stepChoices } from '../../../src/lab/device/stepChoice';
import type { StepChoice } from '../../../src/lab/device/stepCut';

const rows = (choices: readonly StepChoice[]) =>
  choices.map(({ microBatchRows, chunkTokens, recomputedLayers }) => [microBatchRows, chunkTokens, recomputedLayers]);
const sizes = { microBatchTokens: 2048, busyTokens: 1024, recomputes: true };
const step = { batchRows: 16, rowLength: 256, layers: 30, vocabularyRows: 8192 };

describe('the choices of a step', () => {
  it('begin with all at once, then chunk, micro-batches, half the layers, all of them, and small micro-batches', () => {
    expect(rows(stepChoices(step, sizes))).toEqual([
      [8, 960, 0],
      [8, 192, 0],
      [4, 192, 0],
      [4, 192, 15],
      [8, 192, 30],
      [4, 192, 30],
      [2, 192, 30],
      [1, 192, 30],
    ]);
  });

  it('compute nothing twice where that saves nothing', () => {
    expect(rows(stepChoices(step, { ...sizes, recomputes: false }))).toEqual([
      [8, 960, 0],
      [8, 192, 0],
      [4, 192, 0],
      [2, 192, 0],
      [1, 192, 0],
    ]);
  });

  it('leave the chunk alone where a micro-batch is smaller, and out what is there already', () => {
    const small = { batchRows: 1, rowLength: 64, layers: 1, vocabularyRows: 512 };
    expect(rows(stepChoices(small, sizes))).toEqual([
      [1, 15616, 0],
      [1, 15616, 1],
    ]);
  });

  it.each([1, 7, 12, 96, 65_536])('divide %d rows evenly, in at most a few ways', (batchRows) => {
    const choices = stepChoices({ ...step, batchRows }, engineSizes.gpu);
    expect(choices.every(({ microBatchRows }) => batchRows % microBatchRows === 0)).toBe(true);
    expect(choices.at(-1)!.microBatchRows).toBe(1);
    expect(choices.length).toBeLessThan(16);
    expect(new Set(choices.map((choice) => JSON.stringify(choice))).size).toBe(choices.length);
  });
});

describe('the first that fits', () => {
  const choices = stepChoices(step, sizes);

  it('is taken, and nothing after it is planned', () => {
    const planned: StepChoice[] = [];
    const found = firstFitting(choices, (choice) => {
      planned.push(choice);
      return { choice, fits: planned.length === 3 };
    });
    expect(found.choice).toBe(choices[2]);
    expect(planned).toHaveLength(3);
    expect(adaptations(found.choice, choices[0]!)).toEqual(['chunk', 'microBatch']);
  });

  it('is the last where none fits, hopeless ones not even planned', () => {
    const found = firstFitting(choices, (choice, isLast) => (isLast ? { choice, fits: false } : undefined));
    expect(found).toEqual({ choice: choices.at(-1), fits: false });
    expect(adaptations(found.choice, choices[0]!)).toEqual(['chunk', 'microBatch', 'recomputation']);
  });
});
