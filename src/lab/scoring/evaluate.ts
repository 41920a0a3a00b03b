/**
 * Bits per byte: the sum of negative log-likelihoods over ln 2 times UTF-8 bytes, on the same documents for every arm.
 * Every document opens with the same start token and is cut into windows as windows.ts says; nothing but text is
 * scored. Documents beyond a byte cap are left out (the same ones for every arm, a sample of all), so that an evaluation stays short; the
 * result says how many bytes were scored, and how many of them the tokenizer lost. Documents keep their own sums, for the
 * bootstrap.
 */
import { throwIfCancelled } from '../cancel';
import type { DocumentScores } from './bootstrap';
import { documentHash } from '../../corpus/index';
import { lostBytesOf, type Encoding } from '../../tokenizer/index';
import type { KnownLosses } from './knownLosses';
import { blockLengthOf, documentWindows, packWindows, type PackedWindows } from './windows';

export interface ScoredText {
  readonly ids: Uint32Array;
  /** UTF-8 bytes of the document. */
  readonly bytes: number;
  /** Of them, what no id stands for. */
  readonly lostBytes: number;
  /** 1 for ids that are scored, where not all are. */
  readonly isScored?: Uint8Array;
  /** What opens it, where that is not the scorer's start token. */
  readonly startId?: number;
}

export interface Scorer {
  /** Tokens of one pass, and the longest window. */
  readonly tokens: number;
  readonly windowLength: number;
  readonly startId: number;
  /** What was answered already is not asked again. Not of weights that move. */
  readonly known?: KnownLosses;
  /** Nats of each target, 0 where ignored. */
  losses(batch: PackedWindows): Promise<Float32Array>;
}

const encoder = new TextEncoder();

export function utf8Bytes(text: string): number {
  return encoder.encode(text).length;
}

/** The first documents that together stay within `maxBytes`; always at least one. */
export function cappedDocuments(documents: readonly string[], maxBytes: number): string[] {
  const chosen: string[] = [];
  let bytes = 0;
  for (const document of documents) {
    if (document.length === 0) continue;
    const size = utf8Bytes(document);
    if (chosen.length > 0 && bytes + size > maxBytes) break;
    chosen.push(document);
    bytes += size;
  }
  return chosen;
}

/**
 * Where not all documents are scored. `spread`: in an order by their hashes, so that a few stand for all, wherever in the corpus
 * they are; a smaller choice is the beginning of a larger one. `first`: in the order of the corpus.
 */
export const sampleOrders = ['spread', 'first'] as const;
export type SampleOrder = (typeof sampleOrders)[number];

/** Within `maxBytes`, in that order; always at least one. */
export function sampledDocuments(documents: readonly string[], maxBytes: number, order: SampleOrder): string[] {
  if (order === 'first') return cappedDocuments(documents, maxBytes);
  const hashed = documents.map((text) => ({ text, hash: documentHash(text) }));
  hashed.sort((a, b) => a.hash - b.hash);
  return cappedDocuments(
    hashed.map(({ text }) => text),
    maxBytes,
  );
}

/** All that are within `maxBytes`, in the order of the corpus; of more, a spread sample. */
export function countedDocuments(documents: readonly string[], maxBytes: number): string[] {
  const bytes = documents.reduce((sum, text) => sum + utf8Bytes(text), 0);
  return sampledDocuments(documents, maxBytes, bytes <= maxBytes ? 'first' : 'spread');
}

export function encodeDocuments(
  documents: readonly string[],
  encode: (text: string) => Pick<Encoding, 'ids' | 'lost'>,
): ScoredText[] {
  return documents.map((document) => {
    const encoding = encode(document);
    return { ids: encoding.ids, bytes: utf8Bytes(document), lostBytes: lostBytesOf(document, encoding) };
  });
}

export async function scoreDocuments(
  scorer: Scorer,
  documents: readonly ScoredText[],
  options: { readonly signal?: AbortSignal; readonly onProgress?: (done: number, total: number) => void } = {},
): Promise<DocumentScores> {
  const { known } = scorer;
  const answered = documents.map((document) => known?.sum(document));
  const nats = answered.map((sum) => sum ?? 0);
  const windows = documents.flatMap(({ ids, startId, isScored }, d) =>
    answered[d] === undefined ? documentWindows(d, ids, startId ?? scorer.startId, scorer.windowLength, isScored) : [],
  );
  const longest = windows.reduce((length, { ids }) => Math.max(length, ids.length), 1);
  const passes = [...packWindows(windows, scorer.tokens, blockLengthOf(longest, scorer.tokens))];
  for (const [index, batch] of passes.entries()) {
    throwIfCancelled(options.signal);
    const losses = await scorer.losses(batch);
    for (let i = 0; i < losses.length; i++) {
      const document = batch.documents[i]!;
      if (document >= 0) nats[document]! += losses[i]!;
    }
    options.onProgress?.(index + 1, passes.length);
  }
  if (known) for (const [d, sum] of answered.entries()) if (sum === undefined) known.keepSum(documents[d]!, nats[d]!);
  return {
    nats,
    bytes: documents.map((d) => d.bytes),
    tokens: documents.map(({ ids, isScored }) => isScored?.reduce((sum, scored) => sum + scored, 0) ?? ids.length),
    lostBytes: documents.map((d) => d.lostBytes),
  };
}
