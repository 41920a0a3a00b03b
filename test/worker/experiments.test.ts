// The page's way to an experiment and the command line's, on the same specification.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTextFile } from '../../src/checkpoint/index';
import { folderTree } from '../../src/checkpoint/node';
import { corpusFile, generalTextAt, samplePath, samples } from '../../src/headless/verbs/corpus';
import { runVerb } from '../../src/headless/verbs/run';
import { parseCommand } from '../../src/headless/arguments';
import { openShards } from '../../src/headless/countingShards';
import { closeEngine } from '../../src/headless/engine';
import {
  sampledDocuments,
  encodeDocuments,
  openCorpus,
  openModel,
  readStatus,
  scoreDocuments,
  type ExperimentReport,
  type RunRecord,
} from '../../src/lab/index';
import { runPath } from '../../src/lab/experiment/runFolder';
import { ProcessorEngine } from '../../src/processor/index';
import type { ExperimentUpdateOf } from '../../src/worker/api';
import { Experiments, type OpenedLab } from '../../src/worker/experiments';
import { takenArm } from '../../src/worker/takenArm';
import { processorRuntime } from '../support/processor';

const spec = {
  version: 2,
  name: 'Small',
  model: 'bundled',
  corpus: { sample: 'molecules' },
  budget: { bytes: 1500 },
  seeds: [4],
  evaluation: { bytes: 900, generalBytes: 400, watchBytes: 300, points: 2 },
  arms: {
    base: {},
    'old vocabulary': { stages: [{ moves: { oldRows: 0.002 }, batch: { rows: 2, length: 64 } }] },
    continued: {
      vocabulary: { method: 'continued', newTokens: 24 },
      start: 'first-subword',
      stages: [{ moves: { everything: 0.003, newRows: 0.004 }, batch: { rows: 2, length: 64 } }],
    },
  },
};

const timeless = ({ arms }: ExperimentReport) => arms.map((arm) => ({ ...arm, secondsPerMegabyte: null }));
const stepsOf = (records: readonly RunRecord[]) =>
  records.flatMap((record) => (record.type === 'step' ? [{ ...record, milliseconds: 0 }] : []));

describe('an experiment on the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'experiment-'));
  const engine = new ProcessorEngine(processorRuntime());
  const experiments = new Experiments(() => Promise.resolve(engine), openShards);
  const updates: ExperimentUpdateOf[] = [];
  let opened: OpenedLab;
  let page: ExperimentReport;
  const never = new AbortController().signal;

  beforeAll(async () => {
    const tree = await folderTree('public/models/rootstock');
    const model = await openModel(tree, 'bundled', { name: 'rootstock' });
    const sample = samples().find(({ id }) => id === 'molecules')!;
    const corpus = await openCorpus([await corpusFile(samplePath(sample))], await generalTextAt(undefined), {
      name: sample.title,
    });
    opened = { tree, model, corpus, sampleId: 'molecules' };
    page = await experiments.run(spec, opened, (update) => updates.push(update), never);
  });
  afterAll(async () => {
    engine.close();
    await closeEngine();
    rmSync(folder, { recursive: true });
  });

  it('says at how many operations a second its steps ran, by the usual step and not the first', async () => {
    const { id } = updates.at(-1)!;
    const trained = (await experiments.runs(id)).filter(({ records }) => stepsOf(records).length > 0);
    expect(trained.map(({ arm }) => arm)).toEqual(['old vocabulary', 'continued']);
    let [flops, seconds] = [0, 0];
    for (const { arm, seed, records } of trained) {
      const times = records.flatMap((record) => (record.type === 'step' ? [record.milliseconds] : []));
      const { curve } = (await readStatus(await experiments.folder(id), { arm, seed }))!;
      flops += curve.at(-1)!.flops;
      seconds += (times.length * times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!) / 1000;
    }
    expect(await experiments.pace(id, engine, '')).toBeCloseTo(flops / seconds, 0);
    expect(await experiments.pace(id, engine, '9999')).toBeNull();
    const other = { report: { ...engine.report, description: 'another' } };
    expect(await experiments.pace(id, other, '')).toBeNull();
  });

  it('has the arms, steps, rates and scores that the command line has, field by field', async () => {
    const file = join(folder, 'experiment.json');
    writeFileSync(file, JSON.stringify(spec));
    const out = join(folder, 'out');
    const command = parseCommand(['run', file, '--out', out, '--device', 'processor', '--json']);
    const { value } = await runVerb(command);
    expect(timeless(page)).toEqual(timeless(value as ExperimentReport));
    expect(page.comparisons).toEqual((value as ExperimentReport).comparisons);
    const kept = await experiments.runs(updates[0]!.id);
    for (const { arm, seed, records } of kept) {
      const run = join(out, arm.replace(' ', '-'), String(seed));
      const generation = readdirSync(run).find((name) => name !== 'status.json')!;
      const lines = readFileSync(join(run, generation, 'run.jsonl'), 'utf8')
        .split('\n')
        .filter(Boolean);
      expect(stepsOf(records)).toEqual(stepsOf(lines.map((line) => JSON.parse(line) as RunRecord)));
    }
    const written = JSON.parse(readFileSync(join(out, 'experiment.json'), 'utf8')) as { arms: unknown };
    const [listed] = (await experiments.list()).kept;
    expect(listed!.spec.arms).toEqual(written.arms);
  });

  it('tells of every cell as it goes, and is there again with a word of what it needs', async () => {
    const states = updates.map(({ cells }) => cells.map(({ state }) => state).join(' '));
    expect(states[0]).toBe('waiting waiting waiting');
    expect(states).toContain('waiting waiting running');
    expect(states).toContain('finished running finished');
    expect(states.at(-1)).toBe('finished finished finished');
    expect(updates.at(-1)!.report).toEqual(page);
    const [listed] = (await experiments.list()).kept;
    expect(listed).toMatchObject({ name: 'Small', canGoOn: true, id: updates[0]!.id });
    expect(listed!.report).toEqual(page);
  });

  it('is not run again under the same specification, and is another under a changed one', async () => {
    const again: ExperimentUpdateOf[] = [];
    expect(await experiments.run(spec, opened, (update) => again.push(update), never)).toEqual(page);
    expect(again.every(({ run }) => run === undefined)).toBe(true);
    const changed = { ...spec, budget: { bytes: 1600 }, arms: { base: {} } };
    const seen: ExperimentUpdateOf[] = [];
    await experiments.run(changed, opened, (update) => seen.push(update), never);
    expect(seen[0]!.id).not.toBe(updates[0]!.id);
    expect((await experiments.list()).kept).toHaveLength(2);
    await experiments.remove(seen[0]!.id);
    expect(await experiments.list()).toMatchObject({ kept: { length: 1 }, unreadable: [] });
  });

  it('does not train an arm again that another experiment here has finished', async () => {
    const { base, 'old vocabulary': control, continued } = spec.arms;
    const more = { ...continued, vocabulary: { ...continued.vocabulary, newTokens: 12 } };
    const grown = { ...spec, arms: { base, 'old vocabulary': control, '24 tokens': continued, '12 tokens': more } };
    const seen: ExperimentUpdateOf[] = [];
    const report = await experiments.run(grown, opened, (update) => seen.push(update), never);
    expect([...new Set(seen.flatMap(({ run }) => (run ? [run.arm] : [])))]).toEqual(['12 tokens']);
    const scores = ({ arms }: ExperimentReport, name: string) => arms.find(({ arm }) => arm === name)!.heldOut;
    expect(scores(report, '24 tokens')).toEqual(scores(page, 'continued'));
    const { id } = seen.at(-1)!;
    expect((await experiments.runs(id)).map(({ arm }) => arm)).toContain('24 tokens');
    await experiments.remove(id);
    expect(await experiments.list()).toMatchObject({ kept: { length: 1 }, unreadable: [] });
  });

  it('is told of where it cannot be read, and can still be deleted', async () => {
    const started: ExperimentUpdateOf[] = [];
    await experiments.run({ ...spec, arms: { base: {} } }, opened, (update) => started.push(update), never);
    const { id } = started[0]!;
    const kept = await experiments.folder(id);
    const path = runPath({ arm: 'base', seed: 4 });
    const status = (await readTextFile(kept, `${path}/status.json`))!;
    // As a build left it whose runs had other fields.
    await kept.write(`${path}/status.json`, JSON.stringify({ ...JSON.parse(status), fingerprint: 'other' }));
    const [named] = (await experiments.list()).unreadable;
    expect(named).toMatchObject({ id, name: 'Small', error: { code: 'lab/other-run' } });
    await kept.write('experiment.json', '{"version":');
    const { kept: others, unreadable } = await experiments.list();
    expect(unreadable).toMatchObject([{ id, name: null, error: { code: 'lab/bad-specification' } }]);
    expect(others).toHaveLength(1);
    await kept.remove('experiment.json');
    expect((await experiments.list()).unreadable).toMatchObject([{ id, error: { code: 'storage/no-run' } }]);
    await experiments.remove(id);
    expect((await experiments.list()).unreadable).toEqual([]);
    // One that never was is none of them.
    await expect(experiments.spec('nothing')).rejects.toMatchObject({ code: 'storage/no-run' });
    expect((await experiments.list()).unreadable).toEqual([]);
  });

  it('is not deleted while a run works on it, and is listed as running', async () => {
    const { id } = updates[0]!;
    const release = (await (await experiments.folder(id)).lock('experiment'))!;
    expect((await experiments.list()).kept[0]!.isRunning).toBe(true);
    await expect(experiments.remove(id)).rejects.toMatchObject({ code: 'lab/in-use' });
    await release();
    const [listed] = (await experiments.list()).kept;
    expect(listed).toMatchObject({ id, isRunning: false });
    expect(listed!.report).toEqual(page);
  });

  it('gives a finished arm as the model that was scored', async () => {
    const { model, corpus } = opened;
    const key = { arm: 'continued', seed: 4 };
    const taken = await takenArm(experiments, updates[0]!.id, key, { engine, model, corpus }, {});
    const scorer = taken.arm.session.scorer();
    const documents = encodeDocuments(sampledDocuments(corpus.heldOut, spec.evaluation.bytes, 'spread'), (text) =>
      taken.arm.tokenizer.encode(text),
    );
    const { nats } = await scoreDocuments(scorer, documents);
    const total = nats.reduce((sum, each) => sum + each, 0);
    const bits = page.arms.find(({ arm }) => arm === 'continued')!.heldOut.bitsPerByte!;
    const bytes = documents.reduce((sum, document) => sum + document.bytes, 0);
    expect(total / (Math.LN2 * bytes)).toBeCloseTo(bits, 6);
    taken.arm.close();
    await expect(
      takenArm(experiments, updates[0]!.id, { arm: 'base', seed: 4 }, { engine, model, corpus }, {}),
    ).rejects.toMatchObject({ code: 'lab/not-finished' });
  });
});
