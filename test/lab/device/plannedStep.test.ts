// A step is cut as cheaply as fits the memory: what models of published sizes need, and what gives way under a budget.
import { describe, expect, it } from 'vitest';
import { planProgram } from '../../../src/engine/index';
import { cutWords, unopenedGpu, type FrozenWeights, type Planner } from '../../../src/lab/index';
import { ModelGraphs } from '../../../src/lab/device/modelGraphs';
import { planStep, type StepShape } from '../../../src/lab/device/plannedStep';
import { defaultOptimizer } from '../../../src/lab/training/moves';
import { modeGroups, type TrainMode } from '../../../src/lab/training/trainSettings';
import { processorLimits } from '../../../src/processor/engine';
import { planProcessor } from '../../../src/processor/plan';
import { modelOfShape, type ModelShape } from '../../support/modelShapes';

const limited = (planner: Planner, memoryBytes?: number): Planner => ({
  report: { ...planner.report, ...(memoryBytes === undefined ? {} : { memoryBytes }) },
  plan: planner.plan,
});
const gpu = (memoryBytes?: number) => limited(unopenedGpu, memoryBytes);
const processor = (memoryBytes?: number) =>
  limited(
    {
      report: { kind: 'processor', description: '', limits: processorLimits, precisions: ['f32'] },
      plan: planProcessor,
    },
    memoryBytes,
  );

function graphsOf(
  name: ModelShape,
  mode: TrainMode = 'new-rows',
  newRows = 256,
  frozen: FrozenWeights = 'as-stored',
): ModelGraphs {
  const model = modelOfShape(name, mode === 'all' ? 'F32' : 'BF16');
  const { vocabSize } = model.config;
  return new ModelGraphs({
    ...{ model, frozen, moves: modeGroups[mode], maxBindingBytes: unopenedGpu.report.limits.maxBindingBytes },
    ...(newRows > 0 ? { graft: { firstNewId: vocabSize, count: newRows, newEmbeddingRows: vocabSize + newRows } } : {}),
  });
}

const of1024: StepShape = { batchRows: 4, rowLength: 256, optimizer: defaultOptimizer };

describe('a step that fits', () => {
  it.each([
    { name: 'SmolLM2-135M', budget: 0.75e9, half: 15, layers: 30 },
    { name: 'Qwen2.5-0.5B', budget: 2e9, half: 12, layers: 24 },
  ] as const)('$name, new rows at 1,024 tokens a step, bf16: $budget bytes', ({ name, budget, half, layers }) => {
    const graphs = graphsOf(name);
    const free = planStep(graphs, of1024, gpu());
    expect(free.need.total).toBeGreaterThan(budget);
    expect(free.cut).toMatchObject({ adapted: [], recomputedLayers: 0, moreArithmetic: 0, microBatchRows: 4 });
    expect(cutWords(free.cut)).toBe('');

    const { fits, need, cut } = planStep(graphs, of1024, gpu(budget));
    expect(fits).toBe(true);
    expect(need.total).toBeLessThanOrEqual(budget);
    expect(cut).toMatchObject({ recomputedLayers: half, microBatchRows: 4 });
    expect(cut.adapted).toContain('recomputation');
    expect(cutWords(cut)).toMatch(`${half} of ${layers} layers computed twice, `);

    const tight = planStep(graphs, of1024, gpu(0.65 * budget));
    expect(tight.fits).toBe(true);
    expect(tight.cut.recomputedLayers).toBe(layers);
    expect(tight.cut.moreArithmetic).toBeGreaterThan(1.9 * cut.moreArithmetic);
    expect(tight.cut.moreArithmetic).toBeLessThan(0.4);
  });

  it.each([
    { name: 'SmolLM2-135M', budget: 0.5e9 },
    { name: 'Qwen2.5-0.5B', budget: 1.2e9 },
  ] as const)('$name, the same with a body of 8 bits: $budget bytes', ({ name, budget }) => {
    const { fits, need, cut } = planStep(graphsOf(name, 'new-rows', 256, 'q8'), of1024, gpu(budget));
    expect(fits).toBe(true);
    expect(need.total).toBeLessThanOrEqual(budget);
    expect(cut.microBatchRows).toBe(4);
    expect(cut.moreArithmetic).toBeLessThan(0.4);
  });

  it('5.31 M, everything, 512 tokens: 200 MB without anything giving way', () => {
    const { need, cut } = planStep(graphsOf('5.31 M', 'all', 0), { ...of1024, batchRows: 2 }, gpu(200e6));
    expect(need.total).toBeLessThanOrEqual(200e6);
    expect(cut.adapted).toEqual([]);
  });

  it('refuses what nothing makes fit, with what is least and by how much it is too large', () => {
    const { fits, need, cut, options } = planStep(graphsOf('SmolLM2-135M', 'all', 0), of1024, gpu(1e9));
    expect(fits).toBe(false);
    expect(need.problems[0]!.message).toMatch(/needs 2\d\d\d MB of GPU memory; the budget is 1000 MB/);
    expect(cut).toMatchObject({ microBatchRows: 1, recomputedLayers: 30 });
    expect(options.budgetBytes).toBe(1e9);
  });

  it('takes smaller micro-batches before it computes anything twice, as long as they keep a GPU busy', () => {
    const { cut, fits } = planStep(graphsOf('SmolLM2-135M'), { ...of1024, batchRows: 16 }, gpu(1.1e9));
    expect(fits).toBe(true);
    expect(cut).toMatchObject({
      adapted: expect.arrayContaining(['microBatch']),
      microBatchRows: 4,
      recomputedLayers: 0,
    });
    expect(cutWords(cut)).toContain('micro-batches of 4 of 16 rows');
  });

  it('goes on as it was cut before, where that still fits', () => {
    const graphs = graphsOf('SmolLM2-135M');
    const before = planStep(graphs, of1024, gpu(0.5e9)).cut;
    expect(planStep(graphs, { ...of1024, cut: before }, gpu()).cut).toMatchObject({
      ...{ recomputedLayers: 30, chunkTokens: before.chunkTokens, adapted: before.adapted },
    });
    const roomy = planStep(graphs, of1024, gpu()).cut;
    expect(planStep(graphs, { ...of1024, cut: roomy }, gpu(0.5e9)).cut.recomputedLayers).toBe(30);
  });

  it('computes nothing twice on the processor, where that saves nothing', () => {
    const graphs = graphsOf('5.31 M', 'all', 0);
    const shape = { ...of1024, batchRows: 8, rowLength: 128 };
    const free = planStep(graphs, shape, processor());
    expect(free.cut.microBatchRows).toBe(8);
    const { fits, cut } = planStep(graphs, shape, processor(0.75 * free.need.total));
    expect(fits).toBe(true);
    expect(cut).toMatchObject({ recomputedLayers: 0, moreArithmetic: 0 });
    expect(cut.microBatchRows).toBeLessThan(8);
  });
});

it('every choice gives a plan of fewer bytes than the one without', () => {
  const graphs = graphsOf('5.31 M', 'all', 0);
  const total = (recomputedLayers: number, chunkTokens: number, rows: number) => {
    const graph = graphs.build(rows * 256, {
      ...{ outputs: 'loss', differentiate: true, rowLength: 256, recomputedLayers, chunkTokens },
    });
    const training = graphs.trainingOptions(graph, defaultOptimizer, 4 / rows);
    const { limits } = unopenedGpu.report;
    return planProgram(graph.graph, { parameters: graphs.parameters, limits, training }).total;
  };
  const all = total(0, 960, 4);
  expect(total(0, 192, 4)).toBeLessThan(all);
  expect(total(0, 960, 2)).toBeLessThan(all);
  expect(total(2, 960, 4)).toBeLessThan(all);
  expect(total(4, 960, 4)).toBeLessThan(total(2, 960, 4));
});
