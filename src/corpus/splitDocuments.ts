// Which documents are held out: decided by a hash of the text alone, so that the same document falls on the same side in
// every run, whatever else the corpus holds, up to the cap on held-out text.
import { LabError } from '../error';
import { utf8Length } from './utf8Length';

export interface SplitOptions {
  /** Share of documents held out. Default 0.1. */
  readonly heldOutFraction?: number;
  /** Held-out text beyond this many bytes only makes evaluation slower. Default 400 KB. */
  readonly heldOutBytes?: number;
  /**
   * What each document is about, in their order: those of one entity fall on the same side, so that the spellings of a
   * molecule or the games of an opening do not tell held-out text in advance. Undefined: nothing but itself.
   */
  readonly entities?: readonly (string | undefined)[];
}

export interface DocumentSplit {
  readonly train: readonly string[];
  readonly heldOut: readonly string[];
  readonly trainBytes: number;
  readonly heldOutBytes: number;
}

const DEFAULT_FRACTION = 0.1;
const DEFAULT_HELD_OUT_BYTES = 400_000;
/** Held out at least, where the share allows. */
const FEWEST_HELD_OUT = 5;

/** @throws LabError corpus/too-few-documents when there are not two documents to tell apart. */
export function splitDocuments(documents: readonly string[], options: SplitOptions = {}): DocumentSplit {
  if (documents.length < 2) {
    throw new LabError(
      'corpus/too-few-documents',
      `The corpus is ${documents.length === 1 ? 'one document' : 'no document'}; a part must be held out to measure on.`,
      'Give text with blank lines between paragraphs, one document a line, or more files.',
      { documents: documents.length },
    );
  }
  const threshold = (options.heldOutFraction ?? DEFAULT_FRACTION) * 2 ** 32;
  const cap = options.heldOutBytes ?? DEFAULT_HELD_OUT_BYTES;
  const groups = new Map<string, number[]>();
  documents.forEach((text, index) => {
    const entity = options.entities?.[index];
    const key = entity === undefined ? `text ${text}` : `entity ${entity}`;
    const group = groups.get(key);
    if (group) group.push(index);
    else groups.set(key, [index]);
  });
  const byHash = [...groups]
    .map(([key, indices]) => ({ indices, hash: documentHash(key.replace(/^text /u, '')) }))
    .toSorted((a, b) => a.hash - b.hash || a.indices[0]! - b.indices[0]!);
  if (byHash.length < 2) throw oneEntity(documents.length);
  // Of a few dozen genomes the hash may choose one alone, which would stand for all of them.
  const least = Math.min(FEWEST_HELD_OUT, Math.floor((options.heldOutFraction ?? DEFAULT_FRACTION) * byHash.length));
  const heldOut = new Set<number>();
  let heldOutBytes = 0;
  let groupsLeft = byHash.length;
  for (const { indices, hash } of byHash) {
    const bytes = indices.reduce((sum, index) => sum + utf8Length(documents[index]!), 0);
    const taken = byHash.length - groupsLeft;
    const isEnough = hash >= threshold && taken >= least;
    if (taken > 0 && (isEnough || heldOutBytes + bytes > cap || groupsLeft === 1)) break;
    for (const index of indices) heldOut.add(index);
    heldOutBytes += bytes;
    groupsLeft--;
  }
  const train = documents.filter((_, index) => !heldOut.has(index));
  return {
    train,
    heldOut: documents.filter((_, index) => heldOut.has(index)),
    trainBytes: train.reduce((sum, text) => sum + utf8Length(text), 0),
    heldOutBytes,
  };
}

function oneEntity(documents: number): LabError {
  return new LabError(
    'corpus/too-few-documents',
    `All ${documents} documents are about the same thing; a part must be held out to measure on.`,
    'Add documents about something else.',
    { documents },
  );
}

/** FNV-1a over UTF-16 units with a final mix (murmur3), as an unsigned 32-bit number. */
export function documentHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
