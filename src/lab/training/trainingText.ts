/**
 * The text that one seed reads: documents in a seeded order, epoch after epoch. A budget in bytes takes the same text whatever
 * cuts it into tokens, so that arms with different vocabularies are trained on equal bytes; the last document is cut at a
 * character. The order depends on the seed and the epoch alone.
 */
import { packedLength, utf8Length } from '../../corpus/index';
import { breathe } from '../../breathe';
import { LabError } from '../../error';
import type { Tokenizer } from '../../tokenizer/index';
import { throwIfCancelled } from '../cancel';
import { epochRandom, shuffledIndices } from '../../random';

/** Without end. Throws `lab/no-training-text`. */
export function* readingOrder(documents: readonly string[], seed: number): Generator<string, never> {
  if (documents.every((document) => document.length === 0)) {
    throw new LabError('lab/no-training-text', 'The corpus has no text to train on.', 'Add documents to the corpus.');
  }
  for (let epoch = 0; ; epoch++) {
    const order = shuffledIndices(documents.length, epochRandom(seed, epoch));
    for (const index of order) if (documents[index] !== '') yield documents[index]!;
  }
}

/** Exactly so many UTF-8 bytes of it, or up to three fewer where a character would be cut. */
export function textOfBytes(documents: readonly string[], bytes: number, seed: number): string[] {
  const texts: string[] = [];
  let left = bytes;
  for (const text of readingOrder(documents, seed)) {
    const size = utf8Length(text);
    if (size >= left) {
      const cut = size === left ? text : firstBytes(text, left);
      if (cut !== '') texts.push(cut);
      return texts;
    }
    texts.push(text);
    left -= size;
  }
  return texts;
}

/** As many documents of it as fill so many tokens. */
export function textOfTokens(
  documents: readonly string[],
  tokens: number,
  seed: number,
  lengthOf: (text: string) => number,
): string[] {
  const texts: string[] = [];
  let found = 0;
  let empty = 0;
  for (const text of readingOrder(documents, seed)) {
    const length = lengthOf(text);
    empty = length === 0 ? empty + 1 : 0;
    if (empty > documents.length) throw noTokens(documents.length);
    texts.push(text);
    found += length;
    if (found >= tokens) return texts;
  }
  return texts;
}

/** The longest beginning of whole characters within so many UTF-8 bytes. */
export function firstBytes(text: string, bytes: number): string {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += utf8Length(character);
    if (used > bytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

const breathEvery = 20;

export interface EncodedText {
  /** In the order of reading; a document that is read twice is there twice. */
  readonly documents: readonly Uint32Array[];
  /** UTF-8 bytes of all of them. */
  readonly bytes: number;
  /** With what stands before and after each document. */
  readonly tokens: number;
}

export async function encodeText(
  texts: readonly string[],
  tokenizer: Tokenizer,
  ends: { readonly startId: number | null; readonly endId: number | null },
  options: {
    readonly signal?: AbortSignal | undefined;
    /** Of each document as it is read. */
    readonly recut?: ((ids: Uint32Array) => Uint32Array) | undefined;
    readonly onProgress?: (done: number, total: number) => void;
  } = {},
): Promise<EncodedText> {
  const known = new Map<string, Uint32Array>();
  const documents: Uint32Array[] = [];
  let [bytes, tokens, breathed] = [0, 0, performance.now()];
  for (const [at, text] of texts.entries()) {
    const found = known.get(text) ?? tokenizer.encode(text).ids;
    known.set(text, found);
    const ids = options.recut?.(found) ?? found;
    if (ids.length > 0) documents.push(ids);
    bytes += utf8Length(text);
    tokens += packedLength(ids, ends);
    if (performance.now() - breathed < breathEvery) continue;
    options.onProgress?.(at + 1, texts.length);
    await breathe();
    breathed = performance.now();
    throwIfCancelled(options.signal);
  }
  if (tokens === 0) throw noTokens(texts.length);
  return { documents, bytes, tokens };
}

export function noTokens(documents: number): LabError {
  return new LabError(
    'lab/no-training-text',
    `The tokenizer has no token for anything in ${documents} documents.`,
    'Give its vocabulary the characters of these texts first.',
  );
}

/** Of texts read one after the other, those of each stage, by its share of their bytes; cut between documents. */
export function sharedOut(texts: readonly string[], shares: readonly number[]): string[][] {
  const total = texts.reduce((sum, text) => sum + utf8Length(text), 0);
  const all = shares.reduce((sum, share) => sum + share, 0);
  const parts: string[][] = [];
  let [at, read, until] = [0, 0, 0];
  for (const [stage, share] of shares.entries()) {
    until += (total * share) / all;
    const part: string[] = [];
    const isLast = stage === shares.length - 1;
    while (at < texts.length && (isLast || part.length === 0 || read < until)) {
      read += utf8Length(texts[at]!);
      part.push(texts[at++]!);
    }
    parts.push(part);
  }
  return parts;
}
