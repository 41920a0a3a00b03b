import { expect, it } from 'vitest';
import { LabError } from '../../src/error';
import type { LoadedModel } from '../../src/lab/index';
import { Profiling } from '../../src/worker/profiling';

const request = {
  engine: () => Promise.reject(new LabError('engine/asked', 'The engine was asked for.')),
  model: {} as LoadedModel,
  settings: { mode: 'all', batchRows: 2, rowLength: 32 },
  newTokens: 4,
} as const;

it('times no step while a run goes on, and asks for no engine then', async () => {
  const profiling = new Profiling();
  let end!: () => void;
  const run = profiling.besides(() => new Promise<void>((resolve) => (end = resolve)));
  await expect(profiling.profile(request, {})).rejects.toMatchObject({ code: 'lab/training' });
  end();
  await run;
  await expect(profiling.profile(request, {})).rejects.toMatchObject({ code: 'engine/asked' });
});

it('times again after a run that failed', async () => {
  const profiling = new Profiling();
  await expect(profiling.besides(() => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  await expect(profiling.profile(request, {})).rejects.toMatchObject({ code: 'engine/asked' });
});
