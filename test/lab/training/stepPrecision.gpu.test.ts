// Runs that ask for f16: what the check finds decides, holds for the whole run, and stands in what is saved.
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { GpuEngine, type Engine } from '../../../src/engine/index';
import { openModel, type CorpusText, type LoadedModel } from '../../../src/lab/index';
import { precisionTolerances } from '../../../src/lab/device/stepPrecision';
import { ArmTraining, type ArmCheckpoint, type ArmSetup } from '../../../src/lab/training/armTraining';
import { defaultOptimizer } from '../../../src/lab/training/moves';
import { openTestEngine } from '../../support/engines';
import { openTestDevice } from '../../support/gpu';
import { syllableDocuments, tinyLlama } from '../vocabulary/letters';

const documents = syllableDocuments(120);
const corpus = {
  train: documents.slice(20),
  heldOut: documents.slice(0, 20),
  general: ['abc def gh', 'hgfe dcba'],
} as unknown as CorpusText;

/** Of each MLP, the first projection so large and the last so small that the model computes what it did. */
function farFromOne(tensor: string): number {
  if (tensor.includes('up_proj')) return 2 ** 20;
  return tensor.includes('down_proj') ? 2 ** -20 : 1;
}

let engine: Engine;
let model: LoadedModel;
beforeAll(async () => {
  engine = await openTestEngine('gpu');
  model = await openModel(await tinyLlama({ bf16: false }), 'folder');
});
afterAll(() => engine.close());

const needsF16 = (context: TestContext) =>
  context.skip(!engine.report.precisions.includes('f16'), 'the adapter has no shader-f16');

async function trained(change: Partial<ArmSetup>, earlier?: ArmCheckpoint) {
  const everything = { oldRows: 0.01, body: 0.01, norms: 0.01 };
  const training = await ArmTraining.open({
    ...{ engine, model, corpus, start: { input: 'random', output: 'random' }, budget: { bytes: 1500 }, seed: 3 },
    stages: [
      {
        ...{ objective: 'next-token', share: 1, optimizer: defaultOptimizer, rates: everything },
        ...{ schedule: { warmup: 0.1, final: 0.1 }, batch: { rows: 2, length: 24 } },
      },
    ],
    evaluation: { bytes: 600, generalBytes: 100, watchBytes: 200, points: 3, sample: 'spread' },
    ...change,
  });
  const saved: ArmCheckpoint[] = [];
  const status = await training.run({
    onUpdate: () => undefined,
    ...(earlier ? { earlier } : {}),
    autosaveMilliseconds: 0,
    save: async (checkpoint) => void saved.push(structuredClone(checkpoint)),
  });
  training.close();
  const last = saved.at(-1)!;
  const losses = last.loop.records.flatMap((record) => (record.type === 'step' ? [record.loss] : []));
  return { status, saved, losses, precision: last.precision };
}

describe('a run that asks for f16', () => {
  it('multiplies in it where losses and gradients agree with f32, and says how well', async (context) => {
    needsF16(context);
    const [full, half] = [await trained({}), await trained({ precision: 'f16' })];
    expect(full.precision).toBeUndefined();
    const { precision, check } = half.precision!;
    expect([precision, check!.passed]).toEqual(['f16', true]);
    expect(check!.loss).toBeLessThan(precisionTolerances.loss);
    expect(check!.gradient).toBeGreaterThan(0);
    expect(check!.gradient).toBeLessThan(precisionTolerances.gradient);
    expect(half.status.plan!.precision).toEqual(half.precision);
    expect(half.saved[0]!.loop.records[0]).toMatchObject({ event: 'started', details: { precision: 'f16' } });
    expect(half.losses).toHaveLength(full.losses.length);
    expect(half.losses).not.toEqual(full.losses);
    for (const [step, loss] of half.losses.entries())
      expect(Math.abs(loss / full.losses[step]! - 1)).toBeLessThan(0.02);
  });

  it('goes on in it to the bit, without another check', async (context) => {
    needsF16(context);
    const whole = await trained({ precision: 'f16' });
    const middle = whole.saved[Math.floor(whole.saved.length / 2)]!;
    const check = { ...middle.precision!.check!, loss: 0.000123 };
    const rest = await trained({ precision: 'f16' }, { ...middle, precision: { precision: 'f16', check } });
    expect(rest.losses).toEqual(whole.losses);
    expect(rest.precision!.check).toEqual(check);
  });

  it('stays in f32 where states leave the range of f16, to the bit as if it had not asked', async (context) => {
    needsF16(context);
    const large = await openModel(await tinyLlama({ bf16: false, scale: farFromOne }), 'folder');
    const [full, half] = [await trained({ model: large }), await trained({ model: large, precision: 'f16' })];
    expect(half.precision!.precision).toBe('f32');
    expect(half.precision!.check).toMatchObject({ passed: false, gradient: null });
    expect(half.losses).toEqual(full.losses);
    expect(full.losses.every(Number.isFinite)).toBe(true);
  });

  it.each(['processor', 'an adapter without shader-f16'] as const)('is in f32 without a check on %s', async (name) => {
    const other =
      name === 'processor'
        ? await openTestEngine('processor')
        : new GpuEngine(await openTestDevice({ forbid: ['shader-f16'] }));
    const { precision, status } = await trained({ engine: other, precision: 'f16' });
    expect(status.state).toBe('finished');
    expect(precision).toEqual({ precision: 'f32' });
    other.close();
  });

  it('does not go on where there is no f16', async () => {
    const { saved } = await trained({ engine });
    const begun = { ...saved[0]!, precision: { precision: 'f16' as const } };
    const processor = await openTestEngine('processor');
    await expect(trained({ engine: processor, precision: 'f16' }, begun)).rejects.toMatchObject({
      code: 'lab/other-engine',
      message: expect.stringContaining('multiplied in f16') as string,
    });
    processor.close();
  });
});
