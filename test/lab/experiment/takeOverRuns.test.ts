// Runs of other experiments that are the same ones: copied, not trained again.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryFolder, readTextFile, type DurableFolder } from '../../../src/checkpoint/index';
import type { Engine } from '../../../src/engine/index';
import { readReport, readSpec } from '../../../src/lab/experiment/experimentFolder';
import { keepEvidence, readEvidence, type KeptEvidence } from '../../../src/lab/experiment/keptEvidence';
import { readCheckpoint, readStatus } from '../../../src/lab/experiment/runFolder';
import { runExperiment } from '../../../src/lab/experiment/runner';
import { takeOverRuns } from '../../../src/lab/experiment/takeOverRuns';
import type { ExperimentReport, ExperimentSpec, LoadedModel } from '../../../src/lab/index';
import { openTestEngine } from '../../support/engines';
import { mortalFolder } from './mortalFolder';
import { generations, openedTiny, tinyArms, tinyModelOf, tinySpec } from './tinyExperiment';

let engine: Engine;
let model: LoadedModel;
let before: ReturnType<typeof memoryFolder>;
let first: ExperimentReport;

async function* inTurn(folders: readonly DurableFolder[]) {
  yield* folders;
}

/** What it says, and the arms that were trained for it. */
async function runBeside(folder: DurableFolder, spec: ExperimentSpec, others: readonly DurableFolder[]) {
  const trained = new Set<string>();
  const report = await runExperiment(
    { ...openedTiny(engine, model, folder, spec), others: () => inTurn(others) },
    { onUpdate: ({ run }) => run && trained.add(`${run.arm} ${run.seed}`) },
  );
  return { report, trained: [...trained] };
}

const scored = ({ arms }: ExperimentReport, name: string) =>
  arms.filter(({ arm }) => arm === name).map(({ arm: _, ...rest }) => rest);

beforeAll(async () => {
  engine = await openTestEngine('processor');
  model = await tinyModelOf();
  before = memoryFolder('the first experiment');
  first = await runExperiment(openedTiny(engine, model, before));
});
afterAll(() => engine.close());

describe('an experiment beside another one', () => {
  it('trains only what is new, whatever the arms are called, and is whole without the other one', async () => {
    const { base, 'old vocabulary': control, continued } = tinyArms;
    const spec = tinySpec({
      seeds: [1],
      arms: {
        base,
        control,
        'six tokens': continued,
        eight: { ...continued, vocabulary: { method: 'continued', newTokens: 8 } },
      },
    });
    const [folder, other] = [memoryFolder(), memoryFolder()];
    for (const [path, bytes] of before.files) other.files.set(path, bytes);
    const asked = { before: 'ab', after: 'ef', choices: ['c', 'd'], right: 0 };
    const questions: KeptEvidence['cloze'] = { seed: 1, questions: [asked], nats: [[1, 2]] };
    await keepEvidence(other, (await readStatus(other, { arm: 'continued', seed: 1 }))!, 'cloze', questions);

    const taken = await takeOverRuns(memoryFolder(), (await readSpec(other))!, inTurn([other]), {
      engine: engine.report.description,
    });
    expect(taken.map(({ arm }) => arm)).toEqual(['base', 'old vocabulary', 'continued']);
    const { report, trained } = await runBeside(folder, spec, [memoryFolder('an empty one'), other]);
    expect(trained).toEqual(['eight 1']);
    expect(scored(report, 'six tokens')).toEqual(scored(first, 'continued'));
    expect(scored(report, 'control')).toEqual(scored(first, 'old vocabulary'));

    // An arm twice is copied twice; another engine's runs are left, and so is evidence that cannot be read.
    await other.write('continued/1/cloze.json', '{');
    const twice = memoryFolder();
    const both = tinySpec({ seeds: [1], arms: { one: continued, two: continued } });
    const again = await runBeside(twice, both, [other]);
    expect(again.trained).toEqual([]);
    expect(scored(again.report, 'two')).toEqual(scored(first, 'continued'));
    const elsewhere = { engine: 'another' };
    expect(await takeOverRuns(memoryFolder(), (await readSpec(other))!, inTurn([other]), elsewhere)).toEqual([]);

    other.files.clear();
    expect((await readReport(folder)).arms).toEqual(report.arms);
    const status = (await readStatus(folder, { arm: 'six tokens', seed: 1 }))!;
    const was = (await readStatus(before, { arm: 'continued', seed: 1 }))!;
    expect((await readCheckpoint(folder, status)).weights).toEqual((await readCheckpoint(before, was)).weights);
    expect(await readEvidence(folder, status, 'cloze')).toEqual(questions);
    const { found, named } = await generations(folder, spec);
    expect(found).toEqual(named);
  });

  it('takes nothing from another budget, text or seed, and nothing that is not finished or not whole', async () => {
    for (const change of [{ budget: { bytes: 250 } }, { seeds: [2] }]) {
      const { trained } = await runBeside(memoryFolder(), tinySpec(change), [before]);
      expect(trained).toHaveLength(2);
    }
    const broken = memoryFolder();
    for (const [path, bytes] of before.files) {
      broken.files.set(path, path.endsWith('/weights.bin') ? bytes.subarray(0, bytes.length - 4) : bytes);
    }
    const status = JSON.parse((await readTextFile(before, 'old-vocabulary/1/status.json'))!) as object;
    await broken.write('old-vocabulary/1/status.json', JSON.stringify({ ...status, state: 'diverged' }));
    const { report, trained } = await runBeside(memoryFolder(), tinySpec(), [broken]);
    expect(trained).toEqual(['old vocabulary 1', 'continued 1']);
    expect(scored(report, 'continued').map(({ heldOut }) => heldOut)).toEqual(
      scored(first, 'continued').map(({ heldOut }) => heldOut),
    );
  });

  it('can be stopped while it copies', async () => {
    const stop = new AbortController();
    const told: string[] = [];
    const folder = memoryFolder();
    const copying = runExperiment(
      { ...openedTiny(engine, model, folder), others: () => inTurn([before]) },
      {
        signal: stop.signal,
        onUpdate: ({ progress }) => {
          if (progress?.phase !== 'reading') return;
          told.push(`${progress.done} of ${progress.total}`);
          if (progress.done === 1) stop.abort();
        },
      },
    );
    await expect(copying).rejects.toMatchObject({ code: 'cancelled' });
    expect(told).toEqual(['0 of 3', '1 of 3']);
    const { found, named } = await generations(folder, tinySpec());
    expect(found).toEqual(named);
    expect(found).toHaveLength(1);
  });

  it('is none the worse for a copy that ends half-way', async () => {
    // Some ten files are written: the specification, then three runs.
    for (const at of [2, 4, 6, 8]) {
      const folder = memoryFolder();
      const full = mortalFolder(folder, at, 'full');
      await expect(runBeside(full, tinySpec(), [before])).rejects.toMatchObject({ code: 'storage/quota' });
      const { report } = await runBeside(folder, tinySpec(), [before]);
      expect(scored(report, 'continued')).toEqual(scored(first, 'continued'));
      const { found, named } = await generations(folder, tinySpec());
      expect(found).toEqual(named);
    }
  });
});
