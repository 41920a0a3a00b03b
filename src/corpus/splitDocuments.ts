// Documents in memory to what is trained on and what is only measured on.
import { LabError } from '../error';
import { heldOutCutoff, type HeldOutOptions, splitHash } from './heldOut';
import { utf8Length } from './utf8Length';

export interface SplitOptions extends HeldOutOptions {
  /** What decides on which side each document falls, as `splitHash` gives it, in their order. Default: of each text alone. */
  readonly hashes?: readonly number[];
}

export interface DocumentSplit {
  readonly train: readonly string[];
  readonly heldOut: readonly string[];
  readonly trainBytes: number;
  readonly heldOutBytes: number;
}

/** @throws LabError corpus/too-few-documents when there are not two documents to tell apart. */
export function splitDocuments(documents: readonly string[], options: SplitOptions = {}): DocumentSplit {
  if (documents.length < 2) throw tooFewDocuments(documents.length);
  const hashes = options.hashes ?? documents.map((text) => splitHash(text, undefined));
  const bytesOf = new Map<number, number>();
  documents.forEach((text, index) => {
    bytesOf.set(hashes[index]!, (bytesOf.get(hashes[index]!) ?? 0) + utf8Length(text));
  });
  if (bytesOf.size < 2) throw oneEntity(documents.length);
  const cutoff = heldOutCutoff(bytesOf, options);
  const train = documents.filter((_, index) => hashes[index]! > cutoff);
  const heldOut = documents.filter((_, index) => hashes[index]! <= cutoff);
  return { train, heldOut, trainBytes: bytesOfAll(train), heldOutBytes: bytesOfAll(heldOut) };
}

export function bytesOfAll(documents: readonly string[]): number {
  return documents.reduce((sum, text) => sum + utf8Length(text), 0);
}

function tooFewDocuments(documents: number): LabError {
  return new LabError(
    'corpus/too-few-documents',
    `The corpus is ${documents === 1 ? 'one document' : 'no document'}; a part must be held out to measure on.`,
    'Give text with blank lines between paragraphs, one document a line, or more files.',
    { documents },
  );
}

function oneEntity(documents: number): LabError {
  return new LabError(
    'corpus/too-few-documents',
    `All ${documents} documents are about the same thing; a part must be held out to measure on.`,
    'Add documents about something else.',
    { documents },
  );
}
