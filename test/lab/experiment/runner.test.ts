import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryFolder, type DurableFolder } from '../../../src/checkpoint/index';
import { diskFolder } from '../../../src/checkpoint/node';
import type { Engine } from '../../../src/engine/index';
import { LabError } from '../../../src/error';
import { readReport, readSpec } from '../../../src/lab/experiment/experimentFolder';
import { readCheckpoint, readStatus } from '../../../src/lab/experiment/runFolder';
import { runExperiment, type ExperimentUpdate, type RunExperimentOptions } from '../../../src/lab/experiment/runner';
import type { CorpusText, ExperimentReport, ExperimentSpec, LoadedModel } from '../../../src/lab/index';
import { openTestEngine } from '../../support/engines';
import { Died, mortalFolder } from './mortalFolder';
import { generations, measured, openedTiny, tinyArms, tinyCorpus, tinyModelOf, tinySpec } from './tinyExperiment';

let engine: Engine;
let model: LoadedModel;
const scratch = mkdtempSync(join(tmpdir(), 'tokengraft-runner-'));
beforeAll(async () => {
  engine = await openTestEngine('processor');
  model = await tinyModelOf();
});
afterAll(() => {
  engine.close();
  rmSync(scratch, { recursive: true, force: true });
});

const run = (folder: DurableFolder, spec?: ExperimentSpec, options?: RunExperimentOptions, corpus?: CorpusText) =>
  runExperiment(openedTiny(engine, model, folder, spec, corpus), options);

/** A step each is saved. */
const often = { autosaveMilliseconds: 0 };

async function refusal(promise: Promise<unknown>): Promise<LabError> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(thrown).toBeInstanceOf(LabError);
  return thrown as LabError;
}

/** What the clock, the disk and chance have no part in. */
const figures = ({ arms, comparisons, verdict, unfinished }: ExperimentReport) => ({
  arms: arms.map((arm) => ({ ...arm, secondsPerMegabyte: 0 })),
  comparisons,
  verdict,
  unfinished,
});

describe('an experiment', () => {
  it('runs seed 1 of every arm first, skips what is finished, and answers', async () => {
    const folder = memoryFolder();
    const spec = tinySpec({ seeds: [1, 2] });
    const updates: ExperimentUpdate[] = [];
    const report = await run(folder, spec, { onUpdate: (update) => updates.push(update) });
    const order = updates.flatMap(({ run: now }) => (now ? [`${now.arm} ${now.seed}`] : []));
    expect([...new Set(order)]).toEqual(['old vocabulary 1', 'continued 1', 'old vocabulary 2', 'continued 2']);
    // The untouched base stands on the chart as soon as the control is read before its first step.
    const first = updates.find(({ cells }) => cells[0]!.bitsPerByte !== null)!;
    expect(first.cells.map(({ state, step }) => `${state} ${step}`).slice(0, 2)).toEqual(['waiting 0', 'running 0']);
    expect(first.cells[0]!.bitsPerByte).toBe(first.cells[1]!.bitsPerByte);
    const alone: ExperimentUpdate[] = [];
    await run(memoryFolder(), tinySpec({ arms: { base: {} } }), { onUpdate: (update) => alone.push(update) });
    // Where none is, before the rest of the text is scored.
    const read = alone.findIndex(({ cells }) => cells[0]!.bitsPerByte !== null);
    expect(alone[read]!.cells[0]).toMatchObject({ state: 'preparing', bitsPerByte: first.cells[0]!.bitsPerByte });
    expect(alone.slice(read).some(({ progress }) => progress?.phase === 'evaluating')).toBe(true);
    const reports = updates.flatMap((update) => (update.report ? [update.report] : []));
    expect(reports.some(({ verdict }) => verdict?.provisional && verdict.outcome !== 'unfinished')).toBe(true);
    expect(report.verdict).toMatchObject({ arm: 'continued', against: 'old vocabulary', provisional: false });
    expect(report.arms.map(({ arm, seed }) => `${arm} ${seed}`)).toEqual([
      'base 1',
      ...['old vocabulary 1', 'old vocabulary 2', 'continued 1', 'continued 2'],
    ]);
    expect(report.arms.map(({ bytes }) => bytes)).toEqual([0, 200, 200, 200, 200]);
    expect(report.arms.map(({ flops }) => flops !== null && flops > 0)).toEqual([false, true, true, true, true]);
    const [old, grown] = report.lengths;
    expect([old, grown].map((length) => [length!.arm, length!.slope?.nextDoubling.bytes])).toEqual([
      ['old vocabulary', 400],
      ['continued', 400],
    ]);
    expect(old!.exposure).toBeNull();
    // What it read is what it counted: every exposure is a token of the text.
    const { tokens } = (await readStatus(folder, { arm: 'continued', seed: 1 }))!;
    expect(grown!.exposure).toMatchObject({ bytes: 200, floor: 100, fed: 0 });
    expect(grown!.exposure!.exposureP10).toBeLessThanOrEqual(tokens);
    expect(report.unfinished).toEqual([]);

    const before = new Map(folder.files);
    const again = await run(folder, spec, {
      onTraining: () => {
        throw new Error('Something was trained again.');
      },
    });
    expect(figures(again)).toEqual(figures(report));
    expect(folder.files).toEqual(before);
    expect(figures(await readReport(folder))).toEqual(figures(report));
  });

  it('reads the control beside the graft before either has ended, and changes no figure by it', async () => {
    const spec = tinySpec({
      budget: { bytes: 1600 },
      evaluation: { bytes: 300, generalBytes: 40, watchBytes: 300, points: 4 },
    });
    const folder = memoryFolder();
    const updates: ExperimentUpdate[] = [];
    const report = await run(folder, spec, { onUpdate: (update) => updates.push(update) });
    const first = updates.find((update) => update.report?.early)!;
    expect(first.cells.map(({ state }) => state)).toEqual(['waiting', 'waiting', 'running']);
    expect(first.report!.early).toMatchObject({ arm: 'continued', against: 'old vocabulary' });
    expect(first.report!.early!.share).toBeLessThan(0.5);
    expect(first.report!.verdict).toMatchObject({ outcome: 'unfinished', provisional: true });
    expect(report.early).toBeNull();
    // What is told of a run that goes on holds all of it, and its bytes are counted once.
    const told = updates.flatMap(({ run: now }) => (now?.arm === 'old vocabulary' ? [now] : []));
    expect(told.filter(({ isAnew }) => isAnew)).toHaveLength(2);
    const again = told.findLastIndex(({ isAnew }) => isAnew);
    const steps = told.slice(again).flatMap(({ records }) => records.filter(({ type }) => type === 'step'));
    expect(steps.map(({ step }) => step)).toEqual(steps.map((_, at) => at + 1));
    expect(updates.at(-1)!.cells.map(({ bytes }) => bytes)).toEqual([0, 1600, 1600]);
    // Run one after the other, the arms have the same losses to the bit.
    const apart = memoryFolder();
    for (const arm of Object.keys(spec.arms)) await run(apart, spec, { only: { arm } });
    for (const arm of ['old vocabulary', 'continued']) {
      expect(await measured(folder, { arm, seed: 1 })).toEqual(await measured(apart, { arm, seed: 1 }));
    }
    expect(figures(report)).toEqual(figures(await readReport(apart)));
  });

  it('gives a control that ends in its first turn no second one, and a diverging one neither', async () => {
    const opened = async (spec: ExperimentSpec) => {
      const begun: string[] = [];
      const folder = memoryFolder();
      const report = await run(folder, spec, {
        onUpdate: ({ run: now }) => void (now?.isAnew && begun.push(now.arm)),
      });
      return { begun, report };
    };
    const evaluation = { bytes: 300, generalBytes: 40, watchBytes: 300, points: 1 };
    const once = await opened(tinySpec({ evaluation }));
    expect(once.begun).toEqual(['old vocabulary', 'continued']);
    expect(once.report.unfinished).toEqual([]);
    const optimizer = { weightDecay: 10, clipNorm: 0 };
    const wild = { stages: [{ moves: { everything: 10 }, optimizer, batch: { rows: 2, length: 24 } }] };
    const arms = { ...tinyArms, 'old vocabulary': wild };
    const diverged = await opened(tinySpec({ budget: { bytes: 2500 }, evaluation, arms }));
    expect(diverged.begun).toEqual(['old vocabulary', 'continued']);
    expect(diverged.report.unfinished).toMatchObject([{ arm: 'old vocabulary', state: 'diverged' }]);
  });

  it('gives every arm the same bytes, whatever finds its tokens', async () => {
    const methods = ['continued', 'independent', 'added'] as const;
    const { stages } = tinyArms['old vocabulary'];
    const arms = Object.fromEntries(
      methods.map((method) => [method, { vocabulary: { method, newTokens: 3 }, stages }]),
    );
    const spec = tinySpec({ arms: { old: { stages }, ...arms }, budget: { bytes: 333 } });
    const report = await run(memoryFolder(), spec);
    expect(report.arms.map(({ arm, bytes }) => [arm, bytes])).toEqual(['old', ...methods].map((arm) => [arm, 333]));
  });

  it('runs one arm or one seed, and says what is still to come', async () => {
    const folder = memoryFolder();
    const spec = tinySpec({ seeds: [1, 2] });
    const first = await run(folder, spec, { only: { arm: 'old vocabulary', seed: 2 } });
    expect(first.arms.map(({ arm, seed }) => [arm, seed])).toEqual([['old vocabulary', 2]]);
    expect(first.unfinished.map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting', 'waiting']);
    const second = await run(folder, spec, { only: { seed: 2 } });
    expect(second.arms).toHaveLength(2);
    expect(second.verdict).toMatchObject({ provisional: true });
    for (const only of [{ arm: 'none' }, { arm: 'constructor' }, { seed: 7 }]) {
      const empty = memoryFolder();
      expect(await refusal(run(empty, spec, { only }))).toMatchObject({ code: 'lab/no-such-arm' });
      expect(empty.files.size).toBe(0);
    }
  });

  it('takes seeds and arms that come later, and runs those alone', async () => {
    const folder = memoryFolder();
    await run(folder);
    const arms = { ...tinyArms, constructor: { stages: tinyArms['old vocabulary'].stages } };
    const trained: string[] = [];
    const report = await run(folder, tinySpec({ seeds: [1, 2], arms, name: 'Another name' }), {
      onUpdate: ({ run: now }) => void (now && trained.push(`${now.arm} ${now.seed}`)),
    });
    expect([...new Set(trained)]).toEqual(['constructor 1', 'old vocabulary 2', 'continued 2', 'constructor 2']);
    expect(report.arms).toHaveLength(7);
    // Of fewer arms and seeds, the folder still knows all.
    await run(folder, tinySpec({ arms: { base: {} } }));
    expect((await readReport(folder)).arms).toHaveLength(7);
  });

  it('keeps the prediction that was there before it ran', async () => {
    const folder = memoryFolder();
    const at = { confidence: 0.5, suggestedNewTokens: 6, shorterBy: 0.2, at: '2026-01-01T00:00:00Z' };
    const first = await run(folder, tinySpec({ prediction: { verdict: 'do-not-expand', ...at } }));
    const later = await run(folder, tinySpec({ prediction: { verdict: 'expand', ...at } }));
    expect([first.prediction?.verdict, later.prediction?.verdict]).toEqual(['do-not-expand', 'do-not-expand']);
    expect((await readReport(folder)).prediction?.verdict).toBe('do-not-expand');
    const without = memoryFolder();
    await run(without, tinySpec({ arms: { base: {} } }));
    const hindsight = await run(without, tinySpec({ prediction: { verdict: 'expand', ...at } }));
    expect(hindsight.prediction).toBeNull();
  });

  it.each([
    [{ budget: { bytes: 201 } }, '`budget`'],
    [{ evaluation: { bytes: 300, generalBytes: 40, watchBytes: 100, points: 2, margin: 0.5 } }, '`evaluation`'],
    [{ arms: { ...tinyArms, base: { stages: tinyArms['old vocabulary'].stages } } }, '`arms.base`'],
    [{ corpus: { name: 'other' }, budget: { flops: 1e9 } }, '`corpus`, `budget`'],
  ])('refuses another specification in its folder, naming the field: %j', async (change, named) => {
    const folder = memoryFolder();
    await run(folder, tinySpec(), { only: { arm: 'base' } });
    const before = new Map(folder.files);
    const { code, message } = await refusal(run(folder, tinySpec(change)));
    expect(code).toBe('lab/other-experiment');
    expect(message).toContain(named);
    expect(folder.files).toEqual(before);
  });

  it('refuses a model or texts that changed, before anything is run', async () => {
    const folder = memoryFolder();
    await run(folder, tinySpec(), { only: { arm: 'base' } });
    const spec = (await readSpec(folder))!;
    const other = { ...tinyCorpus, heldOut: [...tinyCorpus.heldOut.slice(1), 'abab'] };
    expect(await refusal(run(memoryFolder(), spec, {}, other))).toMatchObject({
      code: 'lab/changed',
      message: expect.stringContaining('`corpus.fingerprint`') as string,
    });
    const general = { ...tinyCorpus, general: ['ab'] };
    expect((await refusal(run(memoryFolder(), spec, {}, general))).message).toContain('`general.fingerprint`');
    const untied = openedTiny(engine, await tinyModelOf(false), memoryFolder(), spec);
    expect((await refusal(runExperiment(untied))).message).toContain('`model.fingerprint`');
    // Without fingerprints in the specification, those of the folder speak.
    expect(await refusal(run(folder, tinySpec(), {}, other))).toMatchObject({
      code: 'lab/changed',
      details: { part: 'corpus' },
    });
    expect((await run(folder, spec, { only: { arm: 'base' } })).arms).toHaveLength(1);
  });

  it('refuses every row longer than the context before anything is run, by field and number', async () => {
    const stages = [{ moves: { everything: 0.01 }, batch: { rows: 2, length: 4096 } }];
    const folder = memoryFolder();
    const error = await refusal(run(folder, tinySpec({ arms: { ...tinyArms, far: { stages }, farther: { stages } } })));
    expect(error.code).toBe('lab/too-long');
    expect(error.details.problems).toEqual(
      ['far', 'farther'].map((arm) => ({
        path: `arms.${arm}.stages[0].batch.length`,
        reason: { code: 'beyond-context', length: 4096, most: 64 },
        message: "is 4096; expected is at most 64, the model's context",
      })),
    );
    expect(await folder.folders('')).toEqual([]);
  });

  it('refuses replay where every general passage is scored, before anything is run', async () => {
    const stages = [{ moves: { everything: 0.01 }, batch: { rows: 2, length: 24 }, replay: 0.5 }];
    const folder = memoryFolder();
    const evaluation = { bytes: 300, generalBytes: 4000, watchBytes: 100, points: 2 };
    const error = await refusal(run(folder, tinySpec({ evaluation, arms: { ...tinyArms, replaying: { stages } } })));
    expect(error).toMatchObject({ code: 'lab/no-replay-text' });
    expect(folder.files.size).toBe(0);
  });

  it('lets a run that diverges end alone', async () => {
    // Decay of a hundred times itself: matrices grow until they are infinite.
    const optimizer = { weightDecay: 10, clipNorm: 0 };
    const stages = [{ moves: { everything: 10 }, optimizer, batch: { rows: 2, length: 24 } }];
    const arms = { ...tinyArms, wild: { stages }, last: tinyArms['old vocabulary'] };
    const folder = memoryFolder();
    const spec = tinySpec({ arms, budget: { bytes: 2500 } });
    const report = await run(folder, spec);
    expect(report.arms.map(({ arm }) => arm)).toEqual(['base', 'old vocabulary', 'continued', 'last']);
    expect(report.unfinished).toEqual([
      { arm: 'wild', seed: 1, state: 'diverged', error: expect.stringContaining('not a number') as string },
    ]);
    const status = (await readStatus(folder, { arm: 'wild', seed: 1 }))!;
    expect(status.step).toBeLessThan(status.steps);
    expect(figures(await run(folder, spec))).toEqual(figures(report));
  });
});

describe('a run that cannot be trained', () => {
  it('ends alone, whatever finds it out', async () => {
    const [stage] = tinyArms['old vocabulary'].stages;
    const arms = {
      'too many stages': { stages: Array.from({ length: 40 }, () => stage) },
      old: { stages: [stage] },
    };
    const folder = memoryFolder();
    const report = await run(folder, tinySpec({ arms }));
    expect(report.arms.map(({ arm }) => arm)).toEqual(['old']);
    const [{ state, error }] = report.unfinished as [(typeof report.unfinished)[number]];
    expect([state, error]).toEqual(['failed', expect.stringContaining('would read nothing') as string]);
  });

  it('names the arm whose vocabulary cannot be made', async () => {
    const { stages } = tinyArms['old vocabulary'];
    const arms = { old: { stages }, odd: { vocabulary: { method: 'continued', newTokens: 1, added: ['a'] }, stages } };
    const { code, message } = await refusal(run(memoryFolder(), tinySpec({ arms })));
    expect([code, message]).toEqual(['lab/not-one-token', expect.stringContaining('`arms.odd.vocabulary`') as string]);
  });
});

describe('a run that was cut off', () => {
  const only = { arm: 'continued' };
  let unbroken: { readonly measured: unknown[]; readonly report: ExperimentReport; readonly changes: number };
  beforeAll(async () => {
    const folder = memoryFolder();
    const counting = mortalFolder(folder, Infinity, 'dies');
    const report = await run(counting, undefined, { only, ...often });
    unbroken = { report, changes: counting.changes, measured: await measured(folder, { arm: 'continued', seed: 1 }) };
  });

  async function expectWhole(folder: DurableFolder): Promise<void> {
    const report = await run(folder, undefined, { only, ...often });
    expect(await measured(folder, { arm: 'continued', seed: 1 })).toEqual(unbroken.measured);
    expect(figures(report)).toEqual(figures(unbroken.report));
    const { found, named } = await generations(folder, tinySpec());
    expect(found).toEqual(named);
  }

  it.each(['dies', 'dies-after'] as const)('goes on where its process %s at any change', async (how) => {
    expect(unbroken.changes).toBeGreaterThan(20);
    for (let at = 1; at <= unbroken.changes; at++) {
      const folder = memoryFolder();
      const ended = await run(mortalFolder(folder, at, how), undefined, { only, ...often }).catch((cause) => cause);
      // Of the last change of all, clearing up, nothing depends.
      if (at < unbroken.changes) expect(ended).toBeInstanceOf(Died);
      // Whatever a status names is whole.
      const status = await readStatus(folder, { arm: 'continued', seed: 1 });
      if (status && status.state !== 'finished') await readCheckpoint(folder, status);
      await expectWhole(folder);
    }
  });

  it('ends on a full disk with what it says, and goes on when there is room', async () => {
    for (let at = 1; at <= unbroken.changes; at += 3) {
      const folder = memoryFolder();
      const { code } = await refusal(run(mortalFolder(folder, at, 'full'), undefined, { only, ...often }));
      expect(code).toBe('storage/quota');
      await expectWhole(folder);
    }
  });

  it('stops at a signal after the step under way, saves, and goes on', async () => {
    for (const afterStep of [0, 1, 2]) {
      const folder = memoryFolder();
      const control = new AbortController();
      const stopped = run(folder, undefined, {
        only,
        signal: control.signal,
        onUpdate: ({ run: now }) => void (now && now.status.step >= afterStep && control.abort()),
      });
      expect(await refusal(stopped)).toMatchObject({ code: 'cancelled' });
      await expectWhole(folder);
    }
    const early = new AbortController();
    early.abort();
    expect(await refusal(run(memoryFolder(), undefined, { signal: early.signal }))).toMatchObject({
      code: 'cancelled',
    });
  });

  it('keeps what it had where it fails, ends alone, and goes on where it fits', async () => {
    const folder = memoryFolder();
    const stopAt = new AbortController();
    await refusal(
      run(folder, undefined, {
        only,
        signal: stopAt.signal,
        onUpdate: ({ run: now }) => void (now && now.status.step >= 1 && stopAt.abort()),
      }),
    );
    const key = { arm: 'continued', seed: 1 };
    const before = (await readStatus(folder, key))!;
    const small = Object.create(engine, {
      weights: { value: async () => Promise.reject(new LabError('engine/does-not-fit', 'It does not fit.', 'Less.')) },
    }) as Engine;
    const report = await runExperiment(openedTiny(small, model, folder), { only });
    const error = 'It does not fit.';
    expect(report.unfinished).toContainEqual({ arm: 'continued', seed: 1, state: 'failed', error });
    const { step, steps, files } = (await readStatus(folder, key))!;
    expect({ step, steps, files: Object.keys(files) }).toEqual({
      step: before.step,
      steps: before.steps,
      files: Object.keys(before.files),
    });
    await expectWhole(folder);
    expect((await runExperiment(openedTiny(small, model, memoryFolder()))).unfinished).toHaveLength(3);
  });

  it('names what is damaged or missing, and runs it again when it is taken away', async () => {
    const whole = memoryFolder();
    const key = { arm: 'continued', seed: 1 };
    const stopAt = new AbortController();
    await refusal(
      run(whole, undefined, {
        only,
        signal: stopAt.signal,
        onUpdate: ({ run: now }) => void (now && now.status.step >= 1 && stopAt.abort()),
      }),
    );
    const { generation, files } = (await readStatus(whole, key))!;
    expect(Object.keys(files).sort()).toEqual(['loop.json', 'moments.bin', 'run.jsonl', 'weights.bin']);
    const paths = [...Object.keys(files).map((file) => `continued/1/${generation}/${file}`), 'continued/1/status.json'];
    const damages: readonly ((bytes: Uint8Array) => Uint8Array | undefined)[] = [
      () => undefined,
      (bytes) => bytes.subarray(0, bytes.length - 3),
      (bytes) => (bytes[0] === 0x7b ? new Uint8Array(bytes.length).fill(0x20) : bytes.subarray(1)),
      (bytes) => (bytes[0] === 0x7b ? new TextEncoder().encode('[]'.padEnd(bytes.length)) : bytes.subarray(2)),
    ];
    for (const path of paths) {
      for (const damage of damages) {
        const folder = memoryFolder();
        for (const [name, bytes] of whole.files) folder.files.set(name, bytes);
        const left = damage(folder.files.get(path)!);
        if (left) folder.files.set(path, left);
        else folder.files.delete(path);
        if (!left && path.endsWith('status.json')) continue;
        const { code, message } = await refusal(run(folder, undefined, { only }));
        expect(code).toBe('storage/damaged');
        expect(message).toContain(`\`${path}\``);
        await folder.remove('continued/1');
        await expectWhole(folder);
      }
    }
  });
});

describe('folders on disk', () => {
  const place = (name: string) => join(scratch, name);

  it('refuse a second runner, in this process and in another', async () => {
    const folder = await diskFolder(place('locked'));
    const other = await diskFolder(join(place('locked'), '..', 'locked'));
    const refused: LabError[] = [];
    await run(folder, undefined, {
      onTraining: () => void refusal(run(other)).then((error) => refused.push(error)),
      only: { arm: 'base' },
    });
    await expect.poll(() => refused.length).toBe(2);
    expect(refused[0]).toMatchObject({ code: 'lab/in-use', message: expect.stringContaining('Another run') as string });
    expect(refused[0]!.hint).toContain('experiment.lock');
    // Held by a process that lives.
    writeFileSync(join(place('locked'), 'experiment.lock'), String(process.ppid));
    expect(await refusal(run(folder))).toMatchObject({ code: 'lab/in-use' });
  });

  it.each([
    ['of a dead process', () => String(spawnSync(process.execPath, ['-e', '']).pid)],
    ['of an earlier process with our number', () => String(process.pid)],
    ['with nothing in it', () => ''],
    ['with anything in it', () => 'a lock'],
  ])('count a lock %s for nothing', async (about, content) => {
    const folder = await diskFolder(place(`left ${about}`));
    writeFileSync(join(folder.name, 'experiment.lock'), content());
    const held = await Promise.all([folder.lock('experiment'), folder.lock('experiment')]);
    expect(held.filter(Boolean)).toHaveLength(1);
    await held.find(Boolean)!();
    const release = await folder.lock('experiment');
    expect(readFileSync(join(folder.name, 'experiment.lock'), 'utf8')).toBe(String(process.pid));
    await release!();
  });

  it('of two machines make one experiment', async () => {
    const spec = tinySpec({ seeds: [1, 2] });
    const [here, there] = [await diskFolder(place('here')), await diskFolder(place('there'))];
    await run(here, spec, { only: { seed: 1 } });
    await run(there, spec, { only: { seed: 2 } });
    cpSync(place('there'), place('here'), { recursive: true });
    const joined = await readReport(here);
    expect(joined.unfinished).toEqual([]);
    const alone = await run(memoryFolder(), spec);
    expect(figures(joined)).toEqual(figures(alone));
    // A run that was made of something else is told, not mixed in.
    const strange = await diskFolder(place('strange'));
    await run(strange, tinySpec({ seeds: [1, 2], budget: { bytes: 150 } }), { only: { arm: 'continued', seed: 2 } });
    cpSync(join(place('strange'), 'continued'), join(place('here'), 'continued'), { recursive: true });
    expect(await refusal(readReport(here))).toMatchObject({
      code: 'lab/other-run',
      message: expect.stringContaining('`continued/2`') as string,
    });
  });
});
