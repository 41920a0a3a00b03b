/** Experiments of the fake lab: cells go their way, curves fall, and the report is the lab's own on invented document scores. */
import { LabError } from '../../src/error';
import {
  addsTokens,
  exposureOf,
  parseSpec,
  plannedExposure,
  presetsFor,
  presetOf,
  reportOf,
  seedsOf,
  worsening,
  writtenSpec,
  type ArmScores,
  type ExperimentSpec,
  type ReportedRun,
  type RunCell,
  type RunKey,
  type RunRecord,
  type RunStatus,
  type VocabularySummary,
  type WrittenArm,
  type WrittenSpec,
} from '../../src/lab/index';
import { turnsOf } from '../../src/lab/experiment/runOrder';
import type { KeptExperiment, KeptRun, LabApi } from '../../src/worker/index';

const newTokensOf = ({ arms }: ExperimentSpec, arm: string): number => {
  const vocabulary = arms[arm]?.vocabulary;
  return addsTokens(vocabulary) ? vocabulary.newTokens : 0;
};

type ExperimentCalls = Pick<
  LabApi,
  | 'presets'
  | 'tokensPerSecond'
  | 'plannedExposures'
  | 'runExperiment'
  | 'experiments'
  | 'experimentRuns'
  | 'removeExperiment'
  | 'restoreExperiment'
  | 'takeArm'
  | 'pause'
  | 'resume'
>;

export interface FakeExperimentParts {
  readonly open: () => Awaited<ReturnType<LabApi['restoreExperiment']>>;
  /** Throws where nothing is open to run on. */
  readonly requireOpen: () => void;
  /** Throws where the arm has no trained weights; what was trained before gives way. */
  readonly take: (arm: WrittenArm | undefined, isFinished: boolean) => VocabularySummary | null;
  /** Conversations that are open beside the corpus, as a specification names them. */
  readonly instructions: () => WrittenSpec['instructions'];
  readonly milliseconds: number;
  /** Bits per byte of a finished arm by its name; a graft is a little better than the control by default. */
  readonly bits?: (arm: string, seed: number) => number;
  /** Arms whose training diverges. */
  readonly diverging?: readonly string[];
}

interface FinishedCell {
  readonly cell: RunCell;
  readonly run: ReportedRun;
  readonly records: RunRecord[];
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const points = 12;

export function fakeExperiments(parts: FakeExperimentParts): ExperimentCalls {
  const kept = new Map<string, KeptExperiment>();
  const runsOf = new Map<string, KeptRun[]>();
  /** By experiment, then by arm and seed. */
  const finished = new Map<string, Map<string, FinishedCell>>();
  let isRunning = false;
  let isPaused = false;
  const bitsOf = (spec: ExperimentSpec, arm: string, seed: number) => {
    if (parts.bits) return parts.bits(arm, seed);
    const { stages, vocabulary } = spec.arms[arm]!;
    if (stages.length === 0) return 10.2;
    return (vocabulary ? 1.36 : 1.49) + 0.004 * (seed % 3);
  };

  return {
    async presets(choice, { mode, init: start, frozen }) {
      const instructions = parts.instructions();
      const request = {
        title: 'Molecules: tokens of its own?',
        model: 'bundled',
        corpus: { sample: 'molecules' },
        ...(choice ? { vocabulary: choice } : {}),
        ...(instructions ? { instructions } : {}),
        ...(frozen ? { frozen } : {}),
        ...{
          mode,
          start,
          prediction: {
            verdict: 'expand-for-speed' as const,
            ...{ confidence: 0.7, suggestedNewTokens: 512, shorterBy: 0.41, at: '2026-01-01T12:00:00Z' },
          },
          parameters: 5e6,
          contextLength: 512,
          bytesPerSecond: 1500,
          bytesPerToken: 3,
          trainBytes: 1.4e6,
          heldOutBytes: 8e4,
          heldOutDocuments: 400,
        },
      };
      return presetsFor(request).map((name) => presetOf(name, request));
    },

    async tokensPerSecond() {
      return 1020;
    },

    async plannedExposures({ arms, budget: { bytes = 0 } }) {
      const text = { bytes: 1.4e6 };
      return Object.fromEntries(
        Object.entries(arms).flatMap(([name, { vocabulary }]) =>
          vocabulary ? [[name, plannedExposure(occurrencesOf(vocabulary.newTokens ?? 64), text, { bytes })]] : [],
        ),
      );
    },

    async runExperiment(value, onUpdate, signal) {
      parts.requireOpen();
      const spec = parseSpec(value);
      const id = `fake-${JSON.stringify(writtenSpec(spec)).length}`;
      const cells: RunCell[] = spec.seeds.flatMap((seed) =>
        Object.keys(spec.arms)
          .filter((arm) => seedsOf(spec, arm).includes(seed))
          .map((arm) => ({ arm, seed, state: 'waiting', step: 0, steps: 0, bytes: 0, bitsPerByte: null })),
      );
      isRunning = true;
      const ended = () => void (isRunning = isPaused = false);
      const before = finished.get(id) ?? new Map<string, FinishedCell>();
      finished.set(id, before);
      const runs: ReportedRun[] = [...before.values()].map(({ run }) => run);
      const records = new Map<string, RunRecord[]>();
      const recordsOf = ({ arm, seed }: RunKey) => {
        const known = records.get(`${seed} ${arm}`) ?? [];
        records.set(`${seed} ${arm}`, known);
        return known;
      };
      for (const [at, cell] of cells.entries()) {
        const known = before.get(`${cell.arm} ${cell.seed}`);
        if (!known) continue;
        cells[at] = known.cell;
        records.set(`${cell.seed} ${cell.arm}`, known.records);
      }
      const budget = 'bytes' in spec.budget ? spec.budget.bytes : 40_000;
      const set = (at: number, change: Partial<RunCell>) => (cells[at] = { ...cells[at]!, ...change });
      const keep = () => {
        const report = reportOf(spec, runs);
        const savedAt = new Date().toISOString();
        const written = writtenSpec(spec) as WrittenSpec;
        const now = { isRunning: false, canGoOn: true };
        kept.set(id, { id, name: spec.name, savedAt, bytes: 21e6 * runs.length, spec: written, report, ...now });
        runsOf.set(
          id,
          runs.map(({ status: { arm, seed } }) => ({
            arm,
            seed,
            records: recordsOf({ arm, seed }),
            engine: 'fake',
            trainingSeconds: 21,
          })),
        );
        return report;
      };
      onUpdate({ id, cells: [...cells], report: reportOf(spec, runs) });
      const runOf = (at: number, state: 'running' | 'finished' | 'diverged', done: number): ReportedRun => {
        const { arm, seed } = cells[at]!;
        const isTrained = spec.arms[arm]!.stages.length > 0;
        const newTokens = newTokensOf(spec, arm);
        const tokensAByte = spec.arms[arm]!.vocabulary ? 0.55 : 1;
        const end = bitsOf(spec, arm, seed);
        const { nats: _, ...watched } = scoresOf(end, tokensAByte, seed).heldOut;
        return {
          status: {
            version: 1,
            ...{ arm, seed, state, step: done, steps: isTrained ? points : 0, tokens: 9000, newTokens },
            bytes: isTrained ? (budget * done) / points : 0,
            ...{ trainingSeconds: 21, engine: 'fake', watched },
            ...{ fingerprint: '', savedAt: '', generation: '', files: {} },
            curve: curveOf(recordsOf(cells[at]!), tokensAByte),
            ...(newTokens > 0 && isTrained ? { exposure: seenIn({ newTokens }, budget) } : {}),
          },
          ...(state === 'finished' ? { scores: scoresOf(end, tokensAByte, seed) } : {}),
        };
      };
      const note = (run: ReportedRun) => {
        const { arm, seed } = run.status;
        const at = runs.findIndex(({ status }) => status.arm === arm && status.seed === seed);
        runs.splice(at < 0 ? runs.length : at, 1, run);
      };
      const todo = cells.filter(({ arm, seed }) => !before.has(`${arm} ${seed}`));
      for (const { arm, seed, until } of turnsOf(spec, todo, runs)) {
        const at = cells.findIndex((cell) => cell.arm === arm && cell.seed === seed);
        set(at, { state: 'preparing' });
        onUpdate({ id, cells: [...cells], progress: { arm, seed, phase: 'loading', done: 1, total: 2 } });
        await wait(parts.milliseconds);
        const isTrained = spec.arms[arm]!.stages.length > 0;
        const end = bitsOf(spec, arm, seed);
        const all = recordsOf(cells[at]!);
        const begun = cells[at]!.step;
        let isAnew = true;
        for (let point = begun > 0 ? begun + 1 : 0; isTrained && point <= points; point++) {
          if (signal?.aborted) {
            set(at, { state: 'stopped' });
            onUpdate({ id, cells: [...cells] });
            keep();
            ended();
            throw new LabError('cancelled', 'The run was stopped; it can go on from here.');
          }
          const fresh = pointRecords(point, points, budget, end, newTokensOf(spec, arm), seed);
          all.push(...fresh);
          const status = statusOf(isPaused ? 'paused' : 'running', point, points);
          const bitsPerByte = fresh.findLast((record) => record.type === 'evaluation')?.bitsPerByte ?? null;
          set(at, {
            state: status.state as 'running',
            step: point,
            steps: points,
            bytes: (budget * point) / points,
            bitsPerByte,
            worsened: worsening(all.filter((record) => record.type === 'evaluation')),
          });
          onUpdate({
            ...{ id, cells: [...cells] },
            run: { arm, seed, status, records: isAnew ? [...all] : fresh, isAnew },
          });
          isAnew = false;
          if (bitsPerByte !== null && point > 0 && point < points) {
            note(runOf(at, 'running', point));
            if (until === 'first-reading') break;
            onUpdate({ id, cells: [...cells], report: reportOf(spec, runs) });
          }
          while (isPaused && !signal?.aborted) await wait(20);
          await wait(parts.milliseconds);
        }
        if (until === 'first-reading') {
          set(at, { state: 'waiting' });
          onUpdate({ id, cells: [...cells], report: keep() });
          continue;
        }
        const isDiverged = parts.diverging?.includes(arm) ?? false;
        const run = runOf(at, isDiverged ? 'diverged' : 'finished', isTrained ? points : 0);
        note(run);
        const { state, step, steps, bytes } = run.status;
        const cell = set(at, { state, step, steps, bytes, bitsPerByte: isDiverged ? null : end });
        before.set(`${arm} ${seed}`, { cell, run, records: all });
        onUpdate({ id, cells: [...cells], report: keep() });
      }
      const report = keep();
      onUpdate({ id, cells: [...cells], report });
      ended();
      return report;
    },
    // Of the run under way; one that comes later does not wait.
    pause: async () => void (isPaused = isRunning),
    resume: async () => void (isPaused = false),

    experiments: async () => ({ kept: [...kept.values()].reverse(), unreadable: [] }),
    experimentRuns: async (id) => runsOf.get(id) ?? [],
    removeExperiment: async (id) => {
      kept.delete(id);
      finished.delete(id);
    },
    async restoreExperiment(_, onProgress) {
      onProgress({ phase: 'reading', done: 1, total: 1 });
      return parts.open();
    },
    async takeArm(id, { arm, seed }) {
      const spec = kept.get(id)?.spec;
      if (!spec) {
        throw new LabError(
          'storage/no-run',
          'This experiment is no longer kept here.',
          'It may have been deleted in another tab.',
        );
      }
      return parts.take(spec.arms[arm], finished.get(id)?.get(`${arm} ${seed}`)?.cell.state === 'finished');
    },
  };
}

/** In 1.4 MB of text: rarer by rank. */
const occurrencesOf = (newTokens: number) =>
  Array.from({ length: newTokens }, (_, at) => Math.round(26_000 / (1 + at / 6) ** 0.9));

const seenIn = ({ newTokens }: { newTokens: number }, budget: number) =>
  exposureOf(
    occurrencesOf(newTokens).map((each) => Math.round((each * budget) / 1.4e6)),
    budget,
  );

/** A graft computes less for the same text. */
function curveOf(records: readonly RunRecord[], tokensAByte: number) {
  return records.flatMap((record) =>
    record.type === 'evaluation'
      ? [
          {
            ...{ step: record.step, bytes: record.bytesRead ?? 0, bitsPerByte: record.bitsPerByte },
            ...(record.documentNats ? { documentNats: record.documentNats } : {}),
            flops: (record.bytesRead ?? 0) * 3e7 * tokensAByte,
          },
        ]
      : [],
  );
}

function pointRecords(
  point: number,
  last: number,
  budget: number,
  end: number,
  newTokens: number,
  seed: number,
): RunRecord[] {
  const bitsPerByte = end + (8 - end) * Math.exp((-5 * point) / last);
  const list: RunRecord[] = [];
  if (point === 0) list.push({ type: 'log', step: 0, event: 'started' });
  if (point > 0) {
    list.push({
      type: 'step',
      step: point,
      loss: bitsPerByte,
      newTokenLoss: bitsPerByte + 0.4,
      oldTokenLoss: bitsPerByte - 0.2,
      afterNewTokenLoss: bitsPerByte,
      learningRate: 0.003,
      gradientNorm: 1,
      tokens: 512,
      bytes: budget / last,
      milliseconds: 300,
    });
  }
  if (point % 3 === 0 || point === last) {
    const bytesRead = (budget * point) / last;
    const { nats: documentNats } = scoresOf(bitsPerByte, 1, seed).heldOut;
    list.push({ type: 'evaluation', step: point, bytesRead, bitsPerByte, documentNats, milliseconds: 40 });
    const tokens = Array.from({ length: newTokens }, (_, at) => ({
      id: 4096 + at,
      exposures: Math.round((point * 90) / (1 + at / 4)),
      firstLoss: 9.5,
      loss: 3.5 + 6 / (1 + point / (2 + at)),
      curve: Array.from({ length: 20 }, (_, k) => 3.5 + 6 / (1 + (point * k) / 20 / (2 + at))),
    }));
    list.push({
      type: 'tokens',
      step: point,
      tokens,
      neverSeen: tokens.filter(({ exposures }) => exposures === 0).length,
    });
  }
  return list;
}

/** Forty documents of about sixty bytes. */
function scoresOf(bits: number, tokensAByte: number, seed: number): ArmScores {
  const documents = Array.from({ length: 40 }, (_, at) => 50 + ((at * 7) % 21));
  const of = (level: number) => ({
    nats: documents.map((bytes, at) => level * Math.LN2 * bytes * (1 + 0.05 * Math.sin(at * 3 + seed * 0.1))),
    bytes: documents,
    tokens: documents.map((bytes) => Math.round(bytes * tokensAByte)),
    lostBytes: documents.map(() => 0),
  });
  return { heldOut: of(bits), general: of(2.1) };
}

function statusOf(state: RunStatus['state'], step: number, steps: number): RunStatus {
  return {
    ...{ state, step, steps, tokensPerSecond: 1500, bytesPerSecond: 2900 },
    stepMilliseconds: 340,
    millisecondsLeft: (steps - step) * 340,
  };
}
