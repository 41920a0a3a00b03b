/**
 * What an experiment was made with, as SHA-256: a model or a text that changed since gives other numbers under the same name. Of
 * a model: configuration, tokenizer, and of each tensor its name, type, shape and both ends, so that a model of gigabytes takes
 * no longer than a small one; training moves every value of a tensor, new rows move its end. Of a corpus: all its texts.
 */
import { Sha256 } from '../../checkpoint/index';
import type { Engine } from '../../engine/index';
import { LabError } from '../../error';
import type { CorpusText } from '../open/corpusText';
import type { LoadedModel } from '../open/openModel';
import type { ArmSpec, ExperimentSpec } from './spec';

/** Bytes of either end of a tensor. */
const endBytes = 4096;

const encoder = new TextEncoder();

function add(hash: Sha256, text: string): void {
  const bytes = encoder.encode(text);
  hash.update(encoder.encode(`${bytes.length}:`));
  hash.update(bytes);
}

export async function modelFingerprint({ checkpoint }: Pick<LoadedModel, 'checkpoint'>): Promise<string> {
  const hash = new Sha256();
  add(hash, canonicalJson(checkpoint.config));
  for (const [name, file] of Object.entries(checkpoint.tokenizerFiles).sort(([a], [b]) => (a < b ? -1 : 1))) {
    add(hash, name);
    add(hash, typeof file === 'string' ? file : canonicalJson(file));
  }
  for (const [name, tensor] of [...checkpoint.tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    add(hash, `${name} ${tensor.dtype} ${tensor.shape.join()}`);
    const rows = tensor.shape[0] ?? 1;
    const few = Math.max(1, Math.min(rows, Math.floor((endBytes * rows) / Math.max(1, tensor.bytes))));
    hash.update(await tensor.read({ start: 0, end: few }));
    hash.update(await tensor.read({ start: rows - few, end: rows }));
  }
  return hash.hex();
}

export function textFingerprint(...texts: readonly (readonly string[])[]): string {
  const hash = new Sha256();
  for (const documents of texts) {
    add(hash, String(documents.length));
    for (const document of documents) add(hash, document);
  }
  return hash.hex();
}

/** Of a specification, what has a fingerprint. */
export const pinnedParts = ['model', 'corpus', 'general', 'instructions'] as const;
export type PinnedPart = (typeof pinnedParts)[number];

/** The specification with the fingerprints of what was opened. Throws `lab/changed` where it names others. */
export async function pinned(spec: ExperimentSpec, model: LoadedModel, corpus: CorpusText): Promise<ExperimentSpec> {
  const found = {
    model: await modelFingerprint(model),
    corpus: textFingerprint(corpus.train, corpus.heldOut),
    general: textFingerprint(corpus.general),
    instructions: conversationsFingerprint(spec, corpus),
  };
  for (const part of pinnedParts) {
    const { fingerprint } = spec[part] ?? {};
    if (fingerprint !== undefined && fingerprint !== found[part]) throw changedPart(part, fingerprint, found[part]);
  }
  return {
    ...spec,
    model: { ...spec.model, fingerprint: found.model },
    corpus: { ...spec.corpus, fingerprint: found.corpus },
    general: { ...spec.general, fingerprint: found.general },
    ...(spec.instructions ? { instructions: { ...spec.instructions, fingerprint: found.instructions } } : {}),
  };
}

/** What was opened is not what an experiment was made with. */
export function changedPart(part: PinnedPart, expected: string, found: string): LabError {
  return new LabError(
    'lab/changed',
    `\`${part}.fingerprint\` is ${expected.slice(0, 12)}…, and what was opened has ${found.slice(0, 12)}…: the ${part === 'general' ? 'general text' : part} changed since the experiment was made.`,
    'Nothing was run. Open what it was made with, or begin a new experiment without this fingerprint.',
    { part, expected, found },
  );
}

/** Of what was said on either side of the split. Throws `lab/no-instructions` where none are open and some are named. */
function conversationsFingerprint({ instructions }: ExperimentSpec, corpus: CorpusText): string {
  if (!instructions) return '';
  if (corpus.instructions) {
    const { train, heldOut } = corpus.instructions;
    return textFingerprint(...[train, heldOut].map((side) => side.map(({ turns }) => JSON.stringify(turns))));
  }
  throw new LabError(
    'lab/no-instructions',
    'The specification names `instructions`, and none are open.',
    'Nothing was run. Open the conversations beside the corpus.',
  );
}

/** Of everything that the numbers of one arm and seed depend on. @param spec pinned. */
export function runFingerprint(spec: ExperimentSpec, arm: ArmSpec, seed: number): string {
  const hash = new Sha256();
  const { budget, precision } = spec;
  add(hash, canonicalJson({ ...scoredWith(spec), budget, ...(precision ? { precision } : {}), arm, seed }));
  return hash.hex();
}

/** Of what the scores of the untouched base depend on, to the bit. @param spec pinned. */
export const untouchedKey = (spec: ExperimentSpec, { report }: Pick<Engine, 'report'>): string =>
  canonicalJson({ ...scoredWith(spec), on: report.description });

/** Whether before its first step an arm is the untouched model, to every number. */
export function beginsUntouched({ arms, frozenWeights }: ExperimentSpec, arm: string): boolean {
  return !arms[arm]!.vocabulary && !arms[arm]!.adapters && !frozenWeights;
}

function scoredWith({ model, corpus, general, instructions, evaluation, frozenWeights }: ExperimentSpec) {
  const { margin: _, ...scored } = evaluation;
  const prints = [model.fingerprint, corpus.fingerprint, general.fingerprint];
  const read = instructions ? { instructions: instructions.fingerprint } : {};
  const held = frozenWeights ? { frozenWeights } : {};
  return { prints, ...read, ...held, scored };
}

/** Keys in order, so that equal values are equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
