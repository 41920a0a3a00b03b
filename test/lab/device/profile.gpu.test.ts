// Where the time of a step goes, on both engines and, on the GPU, with its clock and without.
import { beforeAll, describe, expect, it } from 'vitest';
import { kindOfOp, opKind, productOperations } from '../../../src/engine/opKinds';
import { GpuEngine, type Engine } from '../../../src/engine/index';
import {
  ModelSession,
  openModel,
  profileStep,
  type LoadedModel,
  type ProfiledStep,
  type StepProfile,
} from '../../../src/lab/index';
import { ModelGraphs } from '../../../src/lab/device/modelGraphs';
import { defaultOptimizer } from '../../../src/lab/training/moves';
import { modeGroups } from '../../../src/lab/training/trainSettings';
import { partsOf } from '../../../src/lab/device/profile';
import { modelInputs } from '../../../src/model/index';
import { families } from '../../model/goldenCase';
import { engineNames, openTestEngine } from '../../support/engines';
import { openTestDevice } from '../../support/gpu';
import { tinyLlama, tinyModel } from '../vocabulary/letters';

const step: ProfiledStep = { mode: 'all', batchRows: 4, rowLength: 32, newTokens: 6 };
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function expectWhole({ parts, stepMilliseconds, tokensPerSecond, outsideProducts, ...rest }: StepProfile): void {
  expect(sum(parts.map(({ share }) => share))).toBeCloseTo(1, 9);
  expect(sum(parts.map(({ milliseconds }) => milliseconds))).toBeGreaterThanOrEqual(stepMilliseconds - 1e-6);
  for (const { milliseconds } of parts) expect(milliseconds).toBeGreaterThanOrEqual(0);
  expect(parts.at(-1)!.part).toBe('rest');
  const names = parts.map(({ part }) => part);
  for (const part of ['linear', 'attention', 'head', 'norms', 'optimizer'] as const) expect(names).toContain(part);
  const products = parts.filter(({ part }) => ['attention', 'head', 'linear'].includes(part));
  // So small a model's product may take less than the clock tells apart: then it has no speed.
  const timed = products.filter(({ milliseconds }) => milliseconds > 0);
  expect(parts.filter((part) => part.gigaflopsPerSecond !== undefined)).toEqual(timed);
  expect(sum(products.map(({ share }) => share)) + outsideProducts).toBeCloseTo(1, 9);
  expect(tokensPerSecond).toBeCloseTo((128 * 1000) / stepMilliseconds, 6);
  expect(rest.plainGigaflopsPerSecond).toBeGreaterThan(0);
  expect(rest.step).toEqual(step);
}

describe.each(engineNames)('%s', (engineName) => {
  let engine: Engine;
  let model: LoadedModel;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
    model = await openModel(await tinyLlama(), 'folder');
  });

  it('splits a step into parts that add up', async () => {
    const phases = new Set<string>();
    const profile = await profileStep(engine, model, step, { onProgress: ({ phase }) => phases.add(phase) });
    expectWhole(profile);
    expect([...phases]).toEqual(['loading', 'timing']);
    expect(profile.parts.some(({ part }) => part === 'copies')).toBe(engineName === 'processor');
    if (engineName === 'processor') expect(profile.method).toBe('alone');
  });

  it('counts every micro-batch, and times new rows alone', async () => {
    // 1,280 tokens: two micro-batches where one may have 1,024.
    const profile = await profileStep(engine, model, { ...step, mode: 'new-rows', batchRows: 40 });
    expect(profile.tokensPerSecond).toBeCloseTo(1_280_000 / profile.stepMilliseconds, 6);
    expect(sum(profile.parts.map(({ share }) => share))).toBeCloseTo(1, 9);
  });

  it('moves no weight', async () => {
    const session = await ModelSession.open(engine, model, { moves: modeGroups.all });
    const values = () => Promise.all(session.trainedNames.map((name) => session.store.read(name)));
    const before = await values();
    const planned = session.plannedStep({ batchRows: 1, rowLength: 16, optimizer: defaultOptimizer });
    const ids = Uint32Array.from({ length: 16 }, (_, at) => at % 8);
    await session.stepTimes(planned, [modelInputs({ ids, rowLength: 16, documentLengths: [16] })]);
    expect(await values()).toEqual(before);
    session.close();
  });

  it('stops where it is cancelled', async () => {
    const controller = new AbortController();
    const onProgress = ({ phase }: { phase: string }): void => {
      if (phase === 'timing') controller.abort();
    };
    const profile = profileStep(engine, model, step, { signal: controller.signal, onProgress });
    await expect(profile).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('refuses to train new rows where there are none', async () => {
    const profile = profileStep(engine, model, { ...step, mode: 'new-rows', newTokens: 0 });
    await expect(profile).rejects.toMatchObject({ code: 'lab/no-new-rows' });
  });
});

it('times dispatches alone where the GPU has no clock', async () => {
  const device = await openTestDevice({ forbid: ['timestamp-query'] });
  const model = await openModel(await tinyLlama(), 'folder');
  const profile = await profileStep(new GpuEngine(device), model, step);
  expectWhole(profile);
  expect(profile.method).toBe('alone');
});

describe('kinds of ops', () => {
  it.each(Object.keys(families))('has one for every op of a training graph: %s', async (family) => {
    const config = {
      ...(families[family] as Record<string, unknown>),
      vocab_size: 10,
      bos_token_id: 8,
      eos_token_id: 8,
    };
    const model = await openModel(await tinyModel(config, 'F32'), 'folder');
    const graphs = new ModelGraphs({ model, moves: modeGroups.all, maxBindingBytes: 2 ** 27 });
    const { graph } = graphs.build(32, { outputs: 'loss', differentiate: true, rowLength: 32 });
    for (const { op } of graph.nodes) expect(() => opKind(op)).not.toThrow();
    const opMilliseconds = new Map(graph.nodes.map(({ op }) => [op, 1] as const));
    const times = { method: 'alone', stepMilliseconds: 100, optimizerMilliseconds: 1, opMilliseconds } as const;
    expect(sum(partsOf(times, graph.nodes, 1).parts.map(({ milliseconds }) => milliseconds))).toBeCloseTo(100, 9);
  });

  it('names an op that is of none', () => {
    expect(() => opKind('convolution')).toThrow('convolution');
    expect(Object.keys(kindOfOp)).not.toContain('toString');
  });

  it('lets parts take longer together than the step, with nothing left over', () => {
    const opMilliseconds = new Map([['linear', 30]]);
    const times = { method: 'alone', stepMilliseconds: 20, optimizerMilliseconds: 10, opMilliseconds } as const;
    const { parts } = partsOf(times, [], 1);
    expect(parts.map(({ part, share }) => [part, share])).toEqual([
      ['linear', 0.75],
      ['optimizer', 0.25],
      ['rest', 0],
    ]);
  });

  it('gives the speed of what has products and took time', async () => {
    const model = await openModel(await tinyLlama(), 'folder');
    const graphs = new ModelGraphs({ model, moves: modeGroups.all, maxBindingBytes: 2 ** 27 });
    const { graph } = graphs.build(32, { outputs: 'loss', differentiate: true, rowLength: 32 });
    const opMilliseconds = new Map(graph.nodes.map(({ op }) => [op, kindOfOp[op] === 'head' ? 0 : 1] as const));
    const times = { method: 'alone', stepMilliseconds: 100, optimizerMilliseconds: 1, opMilliseconds } as const;
    const { parts } = partsOf(times, graph.nodes, 2);
    const fast = parts.filter((part) => part.gigaflopsPerSecond !== undefined).map(({ part }) => part);
    expect(fast.sort()).toEqual(['attention', 'linear']);
    const linear = parts.find(({ part }) => part === 'linear')!;
    const operations = sum(graph.nodes.filter(({ op }) => opKind(op) === 'linear').map(productOperations));
    expect(linear.gigaflopsPerSecond).toBeCloseTo((2 * operations) / linear.milliseconds / 1e6, 9);
  });

  it('counts the arithmetic of a step as six operations a parameter and token, attention beside it', async () => {
    const model = await openModel(await tinyLlama(), 'folder');
    const graphs = new ModelGraphs({ model, moves: modeGroups.all, maxBindingBytes: 2 ** 27 });
    const { graph } = graphs.build(32, { outputs: 'loss', differentiate: true, rowLength: 32 });
    const products = graph.nodes.filter(({ op }) => opKind(op) === 'linear' || opKind(op) === 'head');
    const matrices = graphs.parameters.filter(({ shape }) => shape.length === 2);
    const parameters = sum(matrices.map(({ shape }) => shape[0]! * shape[1]!));
    expect(sum(products.map(productOperations))).toBe(6 * parameters * 32);
  });
});
