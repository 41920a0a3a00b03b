import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/index';
import { buildVocabulary, learnVocabulary, openModel, type CorpusText, type RunRecord } from '../../../src/lab/index';
import { ArmTraining, type ArmCheckpoint, type ArmSetup } from '../../../src/lab/training/armTraining';
import { defaultOptimizer } from '../../../src/lab/training/moves';
import { engineNames, openTestEngine } from '../../support/engines';
import { syllableDocuments, tinyLlama } from '../vocabulary/letters';

const documents = syllableDocuments(120);
const corpus = {
  train: documents.slice(20),
  heldOut: documents.slice(0, 20),
  general: ['abc def gh', 'hgfe dcba'],
  summary: { name: 'syllables', generalName: 'letters', trainDocuments: 100 },
} as unknown as CorpusText;

const stage = {
  objective: 'next-token',
  share: 1,
  optimizer: defaultOptimizer,
  schedule: { warmup: 0.1, final: 0.1 },
  batch: { rows: 2, length: 24 },
} as const;
const everything = { newRows: 0.01, oldRows: 0.01, body: 0.01, norms: 0.01 };

/** Records without what the clock says. */
const timeless = (records: readonly RunRecord[]) =>
  records
    .filter((record) => record.type === 'step' || record.type === 'evaluation')
    .map((record): RunRecord => ({ ...record, milliseconds: 0 }));

describe.each(engineNames)('%s', (engineName) => {
  let engine: Engine;
  let setup: ArmSetup;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
    const model = await openModel(await tinyLlama({ bf16: true }), 'folder');
    const vocabulary = await buildVocabulary(model, corpus, await learnVocabulary(model, corpus, { newTokens: 6 }), 6);
    setup = {
      engine,
      model,
      corpus,
      vocabulary,
      start: { input: 'random', output: 'random' },
      stages: [{ ...stage, rates: everything }],
      budget: { bytes: 1500 },
      seed: 3,
      evaluation: { bytes: 600, generalBytes: 100, watchBytes: 200, points: 3, sample: 'spread' },
    };
  });
  afterAll(() => engine.close());

  async function whole(change: Partial<ArmSetup> = {}, earlier?: ArmCheckpoint, stopAfter = Infinity) {
    const training = await ArmTraining.open({ ...setup, ...change });
    const saved: ArmCheckpoint[] = [];
    const records: RunRecord[] = [];
    const status = await training.run({
      onUpdate: (update) => void records.push(...update.records),
      ...(earlier ? { earlier } : {}),
      autosaveMilliseconds: 0,
      save: async (checkpoint) => {
        saved.push(structuredClone(checkpoint));
        // Updates come ten times a second, in which so small a run may end.
        if (checkpoint.loop.step >= stopAfter) training.stop();
      },
    });
    const scores = await training.score();
    training.close();
    return { status, records: timeless(records), saved, scores };
  }

  const twoStages = {
    stages: [
      { ...stage, rates: { newRows: 0.01 } },
      { ...stage, share: 2, rates: everything },
    ],
  };

  const taught = { ...stage, objective: 'distillation', rates: { newRows: 0.02 } } as const;
  const distilled = {
    stages: [
      { ...taught, distillation: { layer: 1, nextToken: 0.25 } },
      { ...stage, rates: everything },
    ],
  };

  it('brings the states behind new tokens nearer to those behind their pieces', async () => {
    const { status, records } = await whole({ stages: [taught], budget: { bytes: 6000 } });
    expect(status.state).toBe('finished');
    const errors = records.flatMap((record) => (record.type === 'step' ? [record.taughtError!] : []));
    const mean = (some: readonly number[]) => some.reduce((sum, error) => sum + error, 0) / some.length;
    expect(errors.length).toBeGreaterThan(20);
    expect(mean(errors.slice(-5))).toBeLessThan(0.8 * mean(errors.slice(0, 5)));
  });

  const adaptersLater = {
    adapters: { rank: 3, alpha: 6, rankStabilised: false },
    stages: [
      { ...stage, rates: { newRows: 0.01 } },
      { ...stage, share: 2, rates: { newRows: 0.01, adapters: 0.02 } },
    ],
  };

  it.each([
    ['one stage', {}],
    ['two stages that move different groups', twoStages],
    ['a distillation, and then everything', distilled],
    ['new rows, then adapters beside them', adaptersLater],
  ] as const)(
    'goes on from any checkpoint with the losses, scores and weights of an unbroken run: %s',
    async (_, change) => {
      const unbroken = await whole(change);
      expect(unbroken.status).toMatchObject({ state: 'finished' });
      expect(unbroken.saved.length).toBeGreaterThan(2);
      const last = unbroken.saved.at(-1)!;
      for (const checkpoint of [unbroken.saved[1]!, unbroken.saved[Math.floor(unbroken.saved.length / 2)]!, last]) {
        const resumed = await whole(change, checkpoint);
        expect(resumed.status).toMatchObject({ state: 'finished', step: unbroken.status.step });
        expect(resumed.records).toEqual(unbroken.records);
        expect(resumed.scores).toEqual(unbroken.scores);
        const end = resumed.saved.at(-1) ?? checkpoint;
        for (const [name, values] of Object.entries(last.weights)) {
          expect(Buffer.compare(values, end.weights[name]!), name).toBe(0);
        }
      }
    },
  );

  it('reads equal bytes with any vocabulary, and the same text again where the corpus ends', async () => {
    const { vocabulary: _, ...old } = setup;
    const graft = await whole({ budget: { bytes: 4000 } });
    const training = await ArmTraining.open({ ...old, budget: { bytes: 4000 } });
    const records: RunRecord[] = [];
    await training.run({ onUpdate: (update) => records.push(...update.records) });
    training.close();
    const bytes = (all: readonly RunRecord[]) => all.reduce((sum, r) => sum + (r.type === 'step' ? r.bytes : 0), 0);
    expect(bytes(records)).toBe(4000);
    expect(bytes(graft.records)).toBe(4000);
    const steps = (all: readonly { type: string }[]) => all.filter(({ type }) => type === 'step').length;
    expect(steps(graft.records)).toBeLessThan(steps(records));
  });

  it('moves only what a stage names, and stops with a checkpoint that goes on', async () => {
    const only = { stages: [{ ...stage, rates: { newRows: 0.01 } }] };
    const stopped = await whole(only, undefined, 3);
    expect(stopped.status.state).toBe('stopped');
    const checkpoint = stopped.saved.at(-1)!;
    expect(Object.keys(checkpoint.weights).length).toBe(1);
    const resumed = await whole(only, checkpoint);
    const unbroken = await whole(only);
    expect(resumed.records).toEqual(unbroken.records);
  });
});
