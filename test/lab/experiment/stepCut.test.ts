// A run whose steps were cut to fit says how, and goes on as it was cut: to the bit, though there is more memory by then.
import { beforeAll, describe, expect, it } from 'vitest';
import { memoryFolder, type DurableFolder } from '../../../src/checkpoint/index';
import type { Engine } from '../../../src/engine/index';
import { readCheckpoint, readStatus } from '../../../src/lab/experiment/runFolder';
import { runExperiment, type RunExperimentOptions } from '../../../src/lab/experiment/runner';
import { planTraining, type LoadedModel } from '../../../src/lab/index';
import { engineNames, openTestEngine } from '../../support/engines';
import { measured, openedTiny, tinyModelOf } from './tinyExperiment';

const key = { arm: 'old vocabulary', seed: 1 };
const only = { arm: key.arm };

describe.each(engineNames)('%s', (engineName) => {
  let engine: Engine;
  let tight: Engine;
  let model: LoadedModel;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
    model = await tinyModelOf();
    const needed = planTraining(model, 0, 'all', { batchRows: 2, rowLength: 24 }, engine).totalBytes;
    tight = Object.create(engine, { report: { value: { ...engine.report, memoryBytes: needed - 1 } } }) as Engine;
  });

  const run = (folder: DurableFolder, on: Engine, options: RunExperimentOptions = {}) =>
    runExperiment(openedTiny(on, model, folder), { only, autosaveMilliseconds: 0, ...options });

  it('cut to fit, is the same in its losses up to the order of sums, and to the bit when it goes on', async () => {
    const free = memoryFolder();
    await run(free, engine);
    expect((await readStatus(free, key))!.cut).toMatchObject({ adapted: [], microBatchRows: 2, recomputedLayers: 0 });

    const straight = memoryFolder();
    await run(straight, tight);
    const { cut } = (await readStatus(straight, key))!;
    expect(cut!.adapted).not.toEqual([]);
    const losses = async (folder: DurableFolder) =>
      (await measured(folder, key)).flatMap((record) => (record as { loss?: number }).loss ?? []);
    const [found, wanted] = [await losses(straight), await losses(free)];
    expect(found.length).toBeGreaterThan(1);
    for (const [at, loss] of found.entries()) expect(loss).toBeCloseTo(wanted[at]!, 4);
    const isReordered = cut!.adapted.includes('microBatch') || cut!.adapted.includes('chunk');
    if (!isReordered) expect(await measured(straight, key)).toEqual(await measured(free, key));

    const stopped = memoryFolder();
    const stopAt = new AbortController();
    const { signal } = stopAt;
    await run(stopped, tight, {
      signal,
      onUpdate: ({ run: now }) => void (now && now.status.step >= 1 && stopAt.abort()),
    }).catch(() => undefined);
    const before = (await readStatus(stopped, key))!;
    expect(before.state).not.toBe('finished');
    expect((await readCheckpoint(stopped, before)).cut).toEqual(cut);
    await run(stopped, engine);
    expect((await readStatus(stopped, key))!.cut).toEqual(cut);
    expect(await measured(stopped, key)).toEqual(await measured(straight, key));
  });
});
