import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryFolder, type DurableFolder } from '../../../src/checkpoint/index';
import type { Engine } from '../../../src/engine/index';
import { readStatus } from '../../../src/lab/experiment/runFolder';
import { runExperiment } from '../../../src/lab/experiment/runner';
import { engineNames, openTestEngine } from '../../support/engines';
import { measured, openedTiny, tinyModelOf } from './tinyExperiment';

describe.each(engineNames)('an experiment on the %s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });
  afterAll(() => engine.close());

  it('that is stopped after every save ends with the figures of an unbroken one', async () => {
    const model = await tinyModelOf();
    const [unbroken, broken] = [memoryFolder(), memoryFolder()];
    const expected = await runExperiment(openedTiny(engine, model, unbroken));
    let stops = 0;
    const seen = new Set<string>();
    for (let isStopped = true; isStopped;) {
      const control = new AbortController();
      const stopping: DurableFolder = {
        ...broken,
        async write(path, content) {
          await broken.write(path, content);
          const saved = `${path} ${/"step": \d+/.exec(String(content))?.[0]}`;
          if (path.endsWith('status.json') && !seen.has(saved)) control.abort();
          seen.add(saved);
        },
      };
      const options = { signal: control.signal, autosaveMilliseconds: 0 };
      isStopped = await runExperiment(openedTiny(engine, model, stopping), options).then(
        () => false,
        () => true,
      );
      expect((stops += 1)).toBeLessThan(40);
    }
    expect(stops).toBeGreaterThan(8);
    for (const arm of ['old vocabulary', 'continued']) {
      const key = { arm, seed: 1 };
      expect(await measured(broken, key)).toEqual(await measured(unbroken, key));
    }
    const again = await runExperiment(openedTiny(engine, model, broken));
    expect(again.verdict).toEqual(expected.verdict);
    expect(again.comparisons).toEqual(expected.comparisons);
  });
});

it('goes on to the other engine where matrices lie alike, and says so where they do not', async () => {
  const model = await tinyModelOf();
  const [gpu, processor] = [await openTestEngine('gpu'), await openTestEngine('processor')];
  const folder = memoryFolder();
  const control = new AbortController();
  const stopping: DurableFolder = {
    ...folder,
    async write(path, content) {
      await folder.write(path, content);
      if (path.endsWith('status.json')) control.abort();
    },
  };
  const only = { arm: 'continued' };
  const options = { only, signal: control.signal, autosaveMilliseconds: 0 };
  await runExperiment(openedTiny(gpu, model, stopping), options).catch(() => undefined);
  const key = { arm: 'continued', seed: 1 };
  expect(await readStatus(folder, key)).toMatchObject({ state: 'running' });
  const copy = memoryFolder();
  for (const [path, bytes] of folder.files) copy.files.set(path, bytes);
  expect((await runExperiment(openedTiny(processor, model, folder), { only })).arms).toHaveLength(1);

  const { generation } = (await readStatus(copy, key))!;
  const path = `continued/1/${generation}/loop.json`;
  const loop = new TextDecoder().decode(copy.files.get(path)).replace('"name":"model.', '"name":"other.');
  copy.files.set(path, new TextEncoder().encode(loop));
  const { unfinished } = await runExperiment(openedTiny(processor, model, copy), { only });
  expect(unfinished.find(({ arm }) => arm === 'continued')).toMatchObject({
    state: 'failed',
    error: expect.stringContaining('in other pieces') as string,
  });
  gpu.close();
  processor.close();
});
