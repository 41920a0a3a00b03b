// A GPU that goes away in the middle of a run: the run ends with its name, and goes on from its last save on another device.
import { expect, it } from 'vitest';
import { memoryFolder, type DurableFolder } from '../../../src/checkpoint/index';
import type { GpuEngine } from '../../../src/engine/index';
import { readStatus } from '../../../src/lab/experiment/runFolder';
import { runExperiment } from '../../../src/lab/experiment/runner';
import { openTestEngine } from '../../support/engines';
import { measured, openedTiny, tinyModelOf, tinySpec } from './tinyExperiment';

const only = { arm: 'continued', seed: 1 };
const spec = tinySpec({ budget: { bytes: 900 } });

it('goes on after the device was lost, with the figures of an unbroken run', async () => {
  const model = await tinyModelOf();
  const [unbroken, broken] = [memoryFolder(), memoryFolder()];
  const engine = await openTestEngine('gpu');
  await runExperiment(openedTiny(engine, model, unbroken, spec), { only });
  engine.close();
  const { steps } = (await readStatus(unbroken, only))!;
  expect(steps).toBeGreaterThan(5);

  const doomed = (await openTestEngine('gpu')) as GpuEngine;
  let isLost = false;
  const losing: DurableFolder = {
    ...broken,
    async write(path, content) {
      await broken.write(path, content);
      const saved = Number(/"step": (\d+)/.exec(String(content))?.[1] ?? 0);
      if (isLost || !path.endsWith('status.json') || saved === 0) return;
      isLost = true;
      doomed.device.gpu.destroy();
    },
  };
  const run = runExperiment(openedTiny(doomed, model, losing, spec), { only, autosaveMilliseconds: 0 });
  await expect(run).rejects.toMatchObject({ code: 'engine/device-lost' });
  const left = (await readStatus(broken, only))!;
  expect(left.state).toBe('running');
  expect(left.step).toBeGreaterThan(0);
  expect(left.step).toBeLessThan(steps);

  const other = await openTestEngine('gpu');
  const report = await runExperiment(openedTiny(other, model, broken, spec), { only });
  other.close();
  expect(report.arms).toHaveLength(1);
  expect(await measured(broken, only)).toEqual(await measured(unbroken, only));
});
