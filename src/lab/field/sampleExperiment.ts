/** Evidence from the field for an experiment: the same samples of the untouched base and of every finished arm, kept with the runs. */
import type { DurableFolder } from '../../checkpoint/index';
import { LabError } from '../../error';
import { readReport } from '../experiment/experimentFolder';
import { finishedRuns } from '../experiment/finishedRuns';
import { canonicalJson } from '../experiment/fingerprints';
import { keepEvidence, readEvidence } from '../experiment/keptEvidence';
import type { ExperimentReport } from '../experiment/report';
import type { ExperimentSpec } from '../experiment/spec';
import type { CorpusText } from '../open/corpusText';
import type { Watch } from '../progress';
import { fieldDefaults, notationNames } from './defaults';
import { fieldShares, type FieldShares, type FieldSampling } from './fieldReport';
import { detectNotation, notations } from './notations';
import type { FieldLibraries, Notation, NotationName, NotationReader } from './notations/notation';
import { sampleArm, type SampledModel } from './sampleArm';
import { trainingForms } from './trainingForms';
import { sampledDocuments, utf8Bytes } from '../scoring/evaluate';

export interface FieldOptions extends Partial<FieldSampling>, Watch {
  /** Told from the training text where nobody says it. */
  readonly notation?: NotationName;
  /** Only this one, the untouched base and its control. */
  readonly arm?: string;
  readonly runSeed?: number;
}

export interface SampledExperiment {
  readonly spec: ExperimentSpec;
  readonly folder: DurableFolder;
  readonly corpus: CorpusText;
  readonly libraries: FieldLibraries;
  /** A run's model; without a key the untouched base. To be closed. */
  open(
    key: { readonly arm: string; readonly seed: number } | null,
    watch: Watch,
  ): Promise<SampledModel & { close(): Promise<void> }>;
}

export interface FieldAnswer {
  readonly report: ExperimentReport;
  readonly sampling: FieldSampling;
  /** The held-out text itself, cut to the same length: what the parser makes of it is as much as an arm could reach. */
  readonly heldOut: FieldShares['valid'];
}

/** What was sampled with the same settings is not again. Throws `lab/no-notation`, `lab/no-such-arm`, `lab/not-finished`. */
export async function sampleExperiment(opened: SampledExperiment, options: FieldOptions = {}): Promise<FieldAnswer> {
  const { folder, corpus, libraries } = opened;
  const { onProgress, signal } = options;
  const watch = { onProgress, signal };
  const name =
    options.notation ?? requireNotation(detectNotation(corpus.train.length > 0 ? corpus.train : corpus.heldOut));
  const notation: Notation = notations[name];
  const sampling: FieldSampling = {
    samples: options.samples ?? fieldDefaults.samples,
    seed: options.seed ?? fieldDefaults.seed,
    temperature: options.temperature ?? fieldDefaults.temperature,
    topP: options.topP ?? fieldDefaults.topP,
    bytes: options.bytes ?? notation.longest,
  };
  const runs = await finishedRuns(opened, options);
  onProgress?.({ phase: 'loading', done: 0, total: 1 });
  const reader = await notation.open(libraries);
  const known = await trainingForms(corpus, reader, watch);
  const asked = canonicalJson({ notation: name, sampling });
  for (const { status, isBase } of runs) {
    const kept = await readEvidence(folder, status, 'field').catch(() => undefined);
    if (kept && canonicalJson({ notation: kept.notation, sampling: kept.sampling }) === asked) continue;
    const model = await opened.open(isBase ? null : { arm: status.arm, seed: status.seed }, watch);
    try {
      const sampled = await sampleArm(model, { name, reader }, sampling, known, watch);
      await keepEvidence(folder, status, 'field', sampled);
    } finally {
      await model.close();
    }
  }
  const heldOut = readHeldOut(corpus, reader, sampling);
  return { report: await readReport(folder), sampling, heldOut };
}

function requireNotation(found: NotationName | null): NotationName {
  if (found) return found;
  throw new LabError(
    'lab/no-notation',
    'The training text is in no notation that samples could be read by.',
    `Say which: ${notationNames.join(', ')}.`,
  );
}

function readHeldOut({ heldOut }: CorpusText, reader: NotationReader, { samples, bytes }: FieldSampling) {
  const texts = sampledDocuments(heldOut, Infinity, 'spread').slice(0, samples);
  return fieldShares(
    texts.map((text) => {
      const isCut = utf8Bytes(text) > bytes;
      const reading = reader.parse(isCut ? cutAt(text, bytes) : text, isCut);
      return { canonical: reading.valid ? reading.canonical : null, isKnown: null };
    }),
  ).valid;
}

/** Without half a character at its end. */
const cutAt = (text: string, bytes: number): string =>
  new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, bytes), { stream: true });
