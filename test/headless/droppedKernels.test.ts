// Kernels that an adapter does not run rightly, where the command line describes the device.
import { expect, it } from 'vitest';
import { planLines } from '../../src/headless/verbs/inspect';
import { profileText } from '../../src/headless/verbs/profile';
import type { StepProfile } from '../../src/lab/index';

const engine = {
  kind: 'gpu',
  description: 'a card',
  matmulVariant: 'block64',
  limits: { maxBindingBytes: 1, maxBufferBytes: 1 },
  precisions: ['f32'],
  dropped: [
    { variant: 'block128', cause: 'wrong', reason: 'wrong: linear' },
    { variant: 'half', cause: 'failed', reason: 'does not compile\nline 3' },
  ],
} as const;
const words =
  'kernels for matrix products left out: block128 computes wrong numbers here (wrong: linear); ' +
  'half does not run here (does not compile); everything goes on without them, with block64';

const profile: StepProfile = {
  engine,
  step: { mode: 'all', batchRows: 1, rowLength: 8, newTokens: 0 },
  ...{ method: 'timestamps', stepMilliseconds: 1, tokensPerSecond: 8, parts: [], plainGigaflopsPerSecond: 1 },
  outsideProducts: 0.5,
};
const memory = { engine, newTokens: 1, batchRows: 1, rowLength: 8, plans: [] };

it('are named by `profile` and `inspect`, with why, and with what is used instead', () => {
  expect(profileText('m', profile).split('\n')).toContain(words);
  expect(planLines(memory)).toContain(words);
});

it('are not mentioned where there are none', () => {
  const { dropped: _, ...well } = engine;
  expect(profileText('m', { ...profile, engine: well })).not.toContain('left out');
  expect(planLines({ ...memory, engine: well })).toHaveLength(1);
});
