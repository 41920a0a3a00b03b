// Which documents are held out: decided by a hash of the text alone, so that the same document falls on the same side in
// every run, whatever else the corpus holds, up to the cap on held-out text.
import { LabError } from '../error';
import { utf8Length } from './utf8Length';

export interface SplitOptions {
  /** Share of documents held out. Default 0.1. */
  readonly heldOutFraction?: number;
  /** Held-out text beyond this many bytes only makes evaluation slower. Default 400 KB. */
  readonly heldOutBytes?: number;
}

export interface DocumentSplit {
  readonly train: readonly string[];
  readonly heldOut: readonly string[];
  readonly trainBytes: number;
  readonly heldOutBytes: number;
}

const DEFAULT_FRACTION = 0.1;
const DEFAULT_HELD_OUT_BYTES = 400_000;

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
  const byHash = documents
    .map((text, index) => ({ index, hash: documentHash(text) }))
    .toSorted((a, b) => a.hash - b.hash || a.index - b.index);
  const heldOut = new Set<number>();
  let heldOutBytes = 0;
  for (const { index, hash } of byHash) {
    const bytes = utf8Length(documents[index]!);
    const isFirst = heldOut.size === 0;
    if (!isFirst && (hash >= threshold || heldOutBytes + bytes > cap || heldOut.size === documents.length - 1)) break;
    heldOut.add(index);
    heldOutBytes += bytes;
  }
  const train = documents.filter((_, index) => !heldOut.has(index));
  return {
    train,
    heldOut: documents.filter((_, index) => heldOut.has(index)),
    trainBytes: train.reduce((sum, text) => sum + utf8Length(text), 0),
    heldOutBytes,
  };
}

/** FNV-1a over UTF-16 units with a final mix (murmur3), as an unsigned 32-bit number. */
export function documentHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
