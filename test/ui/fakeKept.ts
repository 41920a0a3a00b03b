/** Experiments that the fake lab has kept, with curves, reports and predictions of every outcome that the pages tell apart. */
import { fakeCloze } from './fakeCloze';
import { fakeField } from './fakeField';
import { LabError } from '../../src/error';
import { experimentSchema, specProblems } from '../../src/lab/index';
import { runFile } from '../../src/worker/runFiles';
import type {
  ComparisonOutcome,
  ExperimentReport,
  KeptExperiment,
  KeptRun,
  LabApi,
  ReportedArm,
  RunRecord,
  SpecSchema,
  WrittenSpec,
} from '../../src/worker/index';
import { seedCurve } from './chartFixtures';
import type { FakeExperimentParts, fakeExperiments } from './fakeExperiment';

const BUDGET = 30_000;
const control = 'old vocabulary';
const everything = { moves: { everything: 0.003 }, batch: { rows: 2, length: 64 } };

interface FakeExperiment {
  readonly id: string;
  readonly name: string;
  readonly hoursAgo: number;
  readonly seeds: readonly number[];
  readonly outcome: ComparisonOutcome;
  readonly difference: number;
  readonly reach: number;
  readonly tokensSaved: number;
  readonly score: 'held' | 'failed' | 'not-scored';
  readonly predicted: NonNullable<WrittenSpec['prediction']>['verdict'];
  readonly arms: WrittenSpec['arms'];
  /** Bits per byte that a trained arm ends at. */
  readonly ends: Readonly<Record<string, number>>;
}

const continued: WrittenSpec['arms'][string] = {
  vocabulary: { method: 'continued', newTokens: 128 },
  start: 'subword-mean',
  stages: [everything],
};

const experiments: readonly FakeExperiment[] = [
  {
    ...{ id: 'molecules', name: 'Do molecules deserve tokens of their own?', hoursAgo: 2, seeds: [1, 2, 3] },
    ...{ outcome: 'expand-for-speed', difference: 0.09, reach: 0.055, tokensSaved: 0.44 },
    ...{ score: 'held', predicted: 'expand-for-speed' },
    arms: {
      base: {},
      [control]: { stages: [everything] },
      'continued, 128 tokens': continued,
      'atomic alphabet': { vocabulary: { method: 'atomic', grammar: 'smiles' }, stages: [everything] },
    },
    ends: { [control]: 1.49, 'continued, 128 tokens': 1.58, 'atomic alphabet': 1.71 },
  },
  {
    ...{ id: 'rows', name: 'Molecules, embeddings only', hoursAgo: 3, seeds: [1] },
    ...{ outcome: 'do-not-expand', difference: 1.58, reach: 0.09, tokensSaved: 0.44 },
    ...{ score: 'failed', predicted: 'expand' },
    arms: {
      base: {},
      [control]: { stages: [{ moves: { oldRows: 0.003 } }] },
      'new rows only': { vocabulary: { method: 'continued', newTokens: 128 }, stages: [{ moves: { newRows: 0.003 } }] },
    },
    ends: { [control]: 2.48, 'new rows only': 4.06 },
  },
  {
    ...{ id: 'licences', name: 'Licences, 256', hoursAgo: 30, seeds: [1, 2] },
    ...{ outcome: 'cannot-tell', difference: 0.05, reach: 0.15, tokensSaved: 0.2 },
    ...{ score: 'not-scored', predicted: 'need-more-data' },
    arms: { base: {}, [control]: { stages: [everything] }, 'continued, 256 tokens': continued },
    ends: { [control]: 1.2, 'continued, 256 tokens': 1.25 },
  },
];

const score = (bitsPerByte: number, tokens: number) => ({
  bitsPerByte,
  interval: [bitsPerByte - 0.04, bitsPerByte + 0.04] as const,
  nllPerToken: 1.2,
  tokens,
  bytes: 8192,
  lostBytes: 0,
  documents: 113,
});

function specOf(fake: FakeExperiment): WrittenSpec {
  return {
    version: 2,
    name: fake.name,
    model: { name: 'bundled', fingerprint: '7f1c'.repeat(16) },
    corpus: { sample: 'molecules', fingerprint: 'b04a'.repeat(16) },
    budget: { bytes: BUDGET },
    seeds: [...fake.seeds],
    evaluation: { bytes: 8192, margin: 0.1 },
    prediction: predictionOf(fake),
    arms: fake.arms,
  };
}

const predictionOf = ({ predicted }: FakeExperiment) => ({
  verdict: predicted,
  confidence: 0.8,
  suggestedNewTokens: 128,
  shorterBy: 0.45,
  at: '2026-11-28T14:20:00.000Z',
});

function reportOf(fake: FakeExperiment): ExperimentReport {
  const arms = Object.keys(fake.arms).flatMap((arm): ReportedArm[] => {
    const isTrained = (fake.arms[arm]!.stages?.length ?? 0) > 0;
    const isExpanded = fake.arms[arm]!.vocabulary !== undefined;
    const tokens = isExpanded ? Math.round(7515 * (1 - fake.tokensSaved)) : 7515;
    return (isTrained ? fake.seeds : [1]).map((seed) => ({
      ...{ arm, seed, state: 'finished', newTokens: isExpanded ? 128 : 0 },
      ...{ steps: isTrained ? 120 : 0, bytes: isTrained ? BUDGET : 0, tokens: isTrained ? BUDGET / 2 : 0 },
      heldOut: score(
        isTrained ? seedCurve({ from: 10, to: fake.ends[arm]!, seed }).points.at(-1)!.bitsPerByte : 10.18,
        tokens,
      ),
      general: score(isTrained ? 2.15 : 1.84, 3000),
      bytesPerToken: 8192 / tokens,
      secondsPerMegabyte: isTrained ? (isExpanded ? 432 : 768) : null,
      flops: isTrained ? (isExpanded ? 3.1e11 : 5.4e11) : null,
    }));
  });
  const expanded = Object.keys(fake.arms).filter((arm) => fake.arms[arm]!.vocabulary);
  const comparisons = expanded.map((arm, at) => {
    const difference = fake.difference + at * 0.13;
    const interval = [difference - fake.reach, difference + fake.reach] as const;
    const read = {
      ...{
        difference,
        interval,
        levels: 'documents-and-seeds' as const,
        seeds: fake.seeds,
        documents: 113,
        losesText: false,
      },
      ...{ spread: { documents: 0.02, seeds: 0.01 }, leftOut: { arm: [], control: [] } },
      ...{ armBitsPerByte: fake.ends[arm]!, controlBitsPerByte: fake.ends[control]! },
    } as const;
    return {
      ...{ arm, against: control, sameFreedom: true, sameText: true, tokensSaved: fake.tokensSaved - at * 0.41 },
      outcome: at === 0 ? fake.outcome : ('do-not-expand' as const),
      marginBits: 0.1 * fake.ends[control]!,
      ...{
        heldOut: read,
        general: { ...read, difference: -0.02 },
        answers: null,
        whatWouldTell: null,
        equalCompute: null,
      },
    };
  });
  const [best] = comparisons;
  return {
    name: fake.name,
    verdict: {
      ...{
        outcome: fake.outcome,
        arm: best!.arm,
        against: control,
        sameFreedom: true,
        sameText: true,
        atEqual: 'bytes',
      },
      ...{ difference: best!.heldOut.difference, interval: best!.heldOut.interval, tokensSaved: best!.tokensSaved },
      ...{ provisional: false, advice: [] },
    },
    prediction: { ...predictionOf(fake), score: fake.score },
    ...{
      arms,
      comparisons,
      early: null,
      lengths: [],
      order: [],
      worsened: [],
      references: null,
      field: null,
      cloze: null,
      base: null,
      unfinished: [],
    },
  };
}

function runsOf(fake: FakeExperiment): KeptRun[] {
  return Object.keys(fake.arms).flatMap((arm) => {
    const to = fake.ends[arm];
    if (to === undefined) return [{ arm, seed: 1, records: [], engine: 'processor, 2 threads', trainingSeconds: 0 }];
    const from = fake.arms[arm]!.vocabulary ? 6 : 10.18;
    return fake.seeds.map((seed) => ({
      ...{ arm, seed, engine: 'processor, 2 threads', trainingSeconds: 23 },
      records: seedCurve({ from, to, seed }).points.map(({ bytes, bitsPerByte }, at): RunRecord => ({
        ...{ type: 'evaluation', step: at * 10, bytesRead: bytes, bitsPerByte, milliseconds: 200 },
      })),
    }));
  });
}

const keptOf = (fake: FakeExperiment): KeptExperiment => ({
  ...{ id: fake.id, name: fake.name, bytes: 41_000_000, spec: specOf(fake), report: reportOf(fake), canGoOn: true },
  isRunning: false,
  savedAt: new Date(Date.now() - fake.hoursAgo * 3.6e6).toISOString(),
});

type Calls = ReturnType<typeof fakeExperiments>;

const hexagon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 160"><path fill="none" stroke="#000" d="M120 30l43 25v50l-43 25-43-25V55z"/></svg>';

/** @param count how many of them are kept, before those that run in this visit. */
export function withKept(
  count: number,
  running: Calls,
  take: FakeExperimentParts['take'],
): Calls & Pick<LabApi, 'checkSpec' | 'specSchema' | 'runFile' | 'sampleField' | 'askCloze' | 'readSamples'> {
  let kept = experiments.slice(0, count);
  const one = (id: string) => kept.find((each) => each.id === id);
  const runs = async (id: string) => {
    const found = one(id);
    return found ? runsOf(found) : running.experimentRuns(id);
  };
  const list = async () => [...(await running.experiments()).kept, ...kept.map(keptOf)];
  return {
    ...running,
    checkSpec: async (value) => specProblems(value),
    specSchema: async () => JSON.parse(JSON.stringify(experimentSchema)) as SpecSchema,
    experiments: async () => ({ kept: await list(), unreadable: [] }),
    async sampleField(id, { arm = '', runSeed = 1 }, onProgress) {
      const { report } = (await list()).find((each) => each.id === id)!;
      onProgress({ phase: 'sampling', done: 64, total: 64 });
      return fakeField(report, { arm, seed: runSeed });
    },
    async askCloze(id, { arm = '', runSeed = 1 }, onProgress) {
      const { report } = (await list()).find((each) => each.id === id)!;
      onProgress({ phase: 'asking', done: 4, total: 4 });
      return fakeCloze(report, { arm, seed: runSeed });
    },
    readSamples: async (samples) =>
      samples.map(({ text }) =>
        text.endsWith('(Occ1')
          ? { why: 'extra open parentheses', drawing: null }
          : { why: null, drawing: { kind: 'svg', markup: hexagon } },
      ),
    experimentRuns: runs,
    async restoreExperiment(id, ...rest) {
      if (!(await list()).some((each) => each.id === id)) {
        throw new LabError(
          'storage/no-base',
          'What this experiment was run with is not kept.',
          'Open its model and texts, and run it again.',
        );
      }
      return running.restoreExperiment(id, ...rest);
    },
    async takeArm(id, key, ...rest) {
      const found = one(id);
      return found ? take(found.arms[key.arm], found.seeds.includes(key.seed)) : running.takeArm(id, key, ...rest);
    },
    async removeExperiment(id) {
      if (one(id)) kept = kept.filter((each) => each.id !== id);
      else await running.removeExperiment(id);
    },
    async runFile(ids, form) {
      const all = await list();
      const named = ids.map(async (id) => ({ name: all.find((each) => each.id === id)!.name, runs: await runs(id) }));
      return runFile(await Promise.all(named), form);
    },
  };
}
