/** Reference lines of an experiment, computed once and kept beside its runs: references.json. */
import { readTextFile, type DurableFolder } from '../../checkpoint/index';
import type { CorpusText } from '../open/corpusText';
import { sampledDocuments, utf8Bytes } from '../scoring/evaluate';
import { referenceLines, type ReferenceLine, type ReferenceOptions } from '../scoring/referenceLines';
import { textOfBytes } from '../training/trainingText';
import { canonicalJson } from './fingerprints';
import { parsed } from './runFolder';
import type { ExperimentSpec } from './spec';

export interface References {
  readonly lines: readonly ReferenceLine[];
  /** UTF-8 bytes of the text they are fitted on: what one of the seeds reads. */
  readonly trainingBytes: number;
  /** Of the held-out text that the arms are scored on. */
  readonly heldOutBytes: number;
}

interface ReferencesFile extends References {
  readonly version: 1;
  readonly madeOf: string;
}

const file = 'references.json';

/** Undefined where they are missing, or of something else. Throws `storage/damaged`. */
export async function readReferences(folder: DurableFolder, spec: ExperimentSpec): Promise<References | undefined> {
  const text = await readTextFile(folder, file);
  if (text === undefined) return undefined;
  const { version, madeOf, ...references } = parsed<ReferencesFile>(text, file);
  const isOfSpec = spec.seeds.some((seed) => madeOf === inputsOf(spec, seed));
  return version === 1 && isOfSpec ? references : undefined;
}

/** @param bytes of training text; a budget in bytes has its own. */
export async function makeReferences(
  folder: DurableFolder,
  spec: ExperimentSpec,
  corpus: CorpusText,
  bytes: number,
  options: ReferenceOptions,
): Promise<References> {
  const training = textOfBytes(corpus.train, bytes, spec.seeds[0]!);
  const { bytes: scored, sample } = spec.evaluation;
  const heldOut = sampledDocuments(corpus.heldOut, scored, sample);
  const lines = await referenceLines(training, heldOut, options);
  const size = (texts: readonly string[]) => texts.reduce((sum, text) => sum + utf8Bytes(text), 0);
  const references: References = { lines, trainingBytes: size(training), heldOutBytes: size(heldOut) };
  const kept = { version: 1, madeOf: inputsOf(spec, spec.seeds[0]!), ...references } satisfies ReferencesFile;
  await folder.write(file, `${JSON.stringify(kept, null, 2)}\n`);
  return references;
}

function inputsOf({ corpus, budget, evaluation }: ExperimentSpec, seed: number): string {
  return canonicalJson({
    ...{ corpus: corpus.fingerprint, budget, seed },
    ...{ heldOut: evaluation.bytes, sample: evaluation.sample },
  });
}
