// What `profile --plan` counts is the step that would run: cut to fit the memory, with what the cutting costs.
import { describe, expect, it } from 'vitest';
import { cutText } from '../../../src/headless/verbs/profilePlan';
import { countStep, leastAdapter } from '../../../src/lab/index';
import { modelOfShape, type ModelShape } from '../../support/modelShapes';

const model = (name: ModelShape) => {
  const weights = modelOfShape(name);
  const { vocabSize } = weights.config;
  return { ...weights, summary: { largestId: vocabSize - 1, embeddingRows: vocabSize } };
};
const step = { mode: 'new-rows', batchRows: 4, rowLength: 256, newTokens: 256 } as const;
const count = (memoryBytes?: number) =>
  countStep(model('SmolLM2-135M'), step, leastAdapter, memoryBytes === undefined ? {} : { memoryBytes });

describe('without a budget', () => {
  it('the step is as it comes, and costs nothing more', () => {
    const { cut, costs, memory } = count();
    expect(cut).toMatchObject({ adapted: [], recomputedLayers: 0, microBatchRows: 4 });
    expect(costs).toEqual({ dispatches: 0, flops: 0, movedBytes: 0, memoryBytes: 0 });
    expect(memory.fits).toBe(true);
    expect(memory.total).toBe(Object.values(memory.bytes).reduce((sum, bytes) => sum + bytes, 0));
  });
});

describe('within a budget', () => {
  const free = count();

  it('counts layers that are computed twice, and by how much that is more', () => {
    const counted = count(0.5e9);
    const { cut, costs, memory, total } = counted;
    expect(memory).toMatchObject({ fits: true, budgetBytes: 0.5e9 });
    expect(memory.total).toBeLessThanOrEqual(0.5e9);
    expect(cut.recomputedLayers).toBe(30);
    expect(total.flops - free.total.flops).toBe(costs.flops);
    // Attention is counted by whole tiles here, and by what must be computed there.
    expect(costs.flops / free.total.flops / cut.moreArithmetic).toBeCloseTo(1, 1);
    expect(total.dispatches - free.total.dispatches).toBe(costs.dispatches);
    expect(costs.dispatches).toBeGreaterThan(0);
    expect(costs.movedBytes).toBe(total.reads + total.writes - free.total.reads - free.total.writes);
    expect(memory.total - free.memory.total).toBe(costs.memoryBytes);
    expect(cutText(counted)).toMatch(
      /^\d+\.\d of 500\.0 MB of memory, with .*30 of 30 layers computed twice.*\nwhich costs \d+\.\d\d GFLOP \(\d+ %\), \d+ dispatches and \d+\.\d MB/,
    );
  });

  it('micro-batches cost dispatches and no arithmetic', () => {
    const more = { ...step, batchRows: 16 };
    const { cut, costs } = countStep(model('SmolLM2-135M'), more, leastAdapter, { memoryBytes: 1.1e9 });
    expect(cut).toMatchObject({ microBatchRows: 4, recomputedLayers: 0 });
    expect(costs.flops).toBe(0);
    expect(costs.dispatches).toBeGreaterThan(0);
    expect(costs.memoryBytes).toBeLessThan(0);
  });

  it('says what is lacking where nothing makes it fit', () => {
    const counted = count(0.2e9);
    expect(counted.memory.fits).toBe(false);
    expect(cutText(counted)).toMatch(/MB of memory: does not fit: The run needs \d+ MB .* budget is 200 MB/);
  });
});
