import { describe, expect, it } from 'vitest';
import type { RunRecord, RunStatus } from '../../../src/lab/training/records';
import { rateShareAt } from '../../../src/lab/training/learningRate';
import { TrainRun, type LoopSettings, type StepOutcome, type TrainRunParts } from '../../../src/lab/training/trainRun';

function loopOf(change: Partial<LoopSettings>): LoopSettings {
  const { steps = 12 } = change;
  const share = (step: number) => rateShareAt(step, { steps, warmupSteps: 2, final: 0.1 });
  return { steps, evaluateEvery: 5, peak: 0.1, share, details: {}, ...change };
}

/** A program whose loss falls by itself; `readings` lag behind as those of a GPU do. */
function fakeRun(change: Partial<LoopSettings> = {}, parts: Partial<TrainRunParts> = {}, badStep = 0) {
  const records: RunRecord[] = [];
  const rates: number[] = [];
  const saved: number[] = [];
  const pending: StepOutcome[] = [];
  let steps = 0;
  const updates: RunStatus[] = [];
  const run = new TrainRun(
    {
      program: {
        step: (_, groupRates) => {
          steps++;
          rates.push(groupRates.newRows!);
          const losses = Float32Array.of(10 / steps, 5 / steps, 1, 0);
          pending.push({ gradientNorm: steps === badStep ? NaN : 1, readback: [[losses]], milliseconds: 10 });
        },
        readings: () => Promise.resolve(pending.splice(0, Math.max(0, pending.length - 2))),
        flush: () => Promise.resolve(pending.splice(0)),
      },
      nextBatch: () => ({
        microBatches: [{ inputs: {}, ids: Uint32Array.of(1, 9, 2, 3), targets: Uint32Array.of(9, 2, 3, 0xffffffff) }],
        tokens: 3,
        bytes: 7,
      }),
      rates: (share) => ({ newRows: share }),
      newIds: [9],
      evaluate: () => Promise.resolve({ bitsPerByte: steps < 5 ? 3 : 1 }),
      save: (status) => {
        saved.push(status.step);
        return Promise.resolve();
      },
      ...parts,
    },
    loopOf(change),
    (update) => {
      records.push(...update.records);
      updates.push(update.status);
    },
  );
  return { run, records, rates, saved, updates };
}

const ofType = <Type extends RunRecord['type']>(records: readonly RunRecord[], type: Type) =>
  records.filter((record): record is Extract<RunRecord, { type: Type }> => record.type === type);

describe('a run', () => {
  it('ends finished with one record a step, in order, however late the readings come', async () => {
    const { run, records } = fakeRun();
    expect(await run.run()).toMatchObject({ state: 'finished', step: 12, steps: 12 });
    const steps = ofType(records, 'step');
    expect(steps.map((record) => record.step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(steps[0]).toMatchObject({ loss: 16 / 3, newTokenLoss: 10, oldTokenLoss: 3, afterNewTokenLoss: 5, bytes: 7 });
    expect(steps[11]!.newTokenLoss).toBeCloseTo(10 / 12, 6);
  });

  it('measures before the first step, every few steps and at the end', async () => {
    const { run, records, saved } = fakeRun();
    await run.run();
    expect(ofType(records, 'evaluation').map((record) => record.step)).toEqual([0, 5, 10, 12]);
    expect(saved).toEqual([5, 10, 12]);
    const events = ofType(records, 'log').map((record) => record.event);
    expect(events[0]).toBe('started');
    expect(events).toContain('finished');
  });

  it('follows warm-up and cosine', async () => {
    const { run, rates } = fakeRun();
    await run.run();
    expect(rates[0]).toBeCloseTo(0.5, 10);
    expect(rates[1]).toBeCloseTo(1, 10);
    expect(rates[11]).toBeCloseTo(0.1, 10);
    expect(rates.slice(1).every((rate, i, all) => i === 0 || rate <= all[i - 1]!)).toBe(true);
  });

  it('pauses, resumes and stops when told', async () => {
    const { run, updates } = fakeRun({ steps: 1000, evaluateEvery: 0 });
    const ended = run.run();
    const settled = () => new Promise((resolve) => setTimeout(resolve, 60));
    run.pause();
    await settled();
    const at = run.status.step;
    expect(run.status.state).toBe('paused');
    run.pause();
    await settled();
    expect(run.status.step).toBe(at);
    run.resume();
    run.stop();
    expect(await ended).toMatchObject({ state: 'stopped' });
    expect(run.status.step).toBeLessThan(1000);
    expect(updates.at(-1)!.state).toBe('stopped');
  });

  it('ends at the last good step when a gradient is not a number, keeps what was learned, and says what to do', async () => {
    const { run, records, saved } = fakeRun({ evaluateEvery: 0 }, {}, 4);
    const status = await run.run();
    expect(status).toMatchObject({ state: 'failed', step: 3, error: { code: 'lab/not-a-number' } });
    expect(status.error!.message).toContain('Step 4');
    expect(status.error!.hint).toContain('learning rate');
    expect(ofType(records, 'log').at(-2)?.event ?? '').toBe('not-a-number');
    expect(saved).toEqual([3]);
  });

  it('is left at its first reading behind a step, saved once, and goes on from there', async () => {
    const first = fakeRun({ untilFirstReading: true });
    const status = await first.run.run();
    expect(status).toMatchObject({ state: 'running', step: 5 });
    expect(first.saved).toEqual([5]);
    expect(ofType(first.records, 'evaluation').map(({ step }) => step)).toEqual([0, 5]);
    expect(ofType(first.records, 'log').map(({ event }) => event)).toEqual(['started', 'checkpoint']);
    const unsaved = fakeRun({ untilFirstReading: true }, { save: () => Promise.reject(new Error('No room.')) });
    expect(await unsaved.run.run()).toMatchObject({ state: 'finished', step: 12 });
    // Without a reading before its end it is not left.
    expect(await fakeRun({ untilFirstReading: true, steps: 5 }).run.run()).toMatchObject({ state: 'finished' });
  });

  it('goes on when it cannot be saved, and says so', async () => {
    const { LabError } = await import('../../../src/error');
    const { run, records } = fakeRun(
      {},
      { save: () => Promise.reject(new LabError('storage/quota', 'There is no room.', 'Free some space.')) },
    );
    expect(await run.run()).toMatchObject({ state: 'finished', step: 12 });
    expect(run.status.savedStep).toBeUndefined();
    const errors = ofType(records, 'log').filter((record) => record.event === 'error');
    expect(errors[0]?.details).toMatchObject({ code: 'storage/quota' });
  });

  it('reports a lost device as what ended it', async () => {
    const { LabError } = await import('../../../src/error');
    const { run, records } = fakeRun(
      {},
      { evaluate: () => Promise.reject(new LabError('engine/device-lost', 'The GPU was lost.', 'Reload.')) },
    );
    expect(await run.run()).toMatchObject({ state: 'failed', error: { code: 'engine/device-lost', hint: 'Reload.' } });
    expect(ofType(records, 'log').map((record) => record.event)).toContain('device-lost');
  });

  it('sends updates at most ten times a second', async () => {
    const { run, updates } = fakeRun({ steps: 400, evaluateEvery: 0 });
    const started = performance.now();
    await run.run();
    expect(updates.length).toBeLessThanOrEqual(3 + (performance.now() - started) / 100);
  });
});
