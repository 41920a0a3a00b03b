/** Where the time of a step goes, in a browser: WebGPU with its rounded clock, and onnxruntime-web as the worker loads it. */
import { expect, it } from 'vitest';
import { GpuEngine, openDevice } from '../../../src/engine/index';
import { openModel, profileStep, type ProfiledStep } from '../../../src/lab/index';
import { ProcessorEngine } from '../../../src/processor/index';
import { processorRuntime } from '../../../src/worker/onnxRuntime';
import { tinyLlama } from '../vocabulary/letters';

const step: ProfiledStep = { mode: 'all', batchRows: 2, rowLength: 32, newTokens: 4 };

it('times a step on the GPU, by its clock where there is one', async () => {
  const device = await openDevice(navigator.gpu);
  const profile = await profileStep(new GpuEngine(device), await openModel(await tinyLlama(), 'folder'), step);
  expect(profile.parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
  expect(profile.method).toBe(device.gpu.features.has('timestamp-query') ? 'timestamps' : 'alone');
  device.close();
});

it('times a step on the processor', async () => {
  const engine = new ProcessorEngine(await processorRuntime());
  const profile = await profileStep(engine, await openModel(await tinyLlama(), 'folder'), step);
  expect(profile.parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
  const parts = profile.parts.map(({ part }) => part);
  for (const part of ['linear', 'attention', 'head', 'norms', 'optimizer', 'copies'] as const) {
    expect(parts).toContain(part);
  }
});
