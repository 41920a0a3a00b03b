/**
 * Bits per byte that no model is needed for, on the same held-out documents as every arm: what a figure is read against.
 *
 * - `uniform`: every byte as likely as every other, 8 bits.
 * - `unigrams`, `bigrams`: byte frequencies of the training text that the run reads, and of each byte after the one before
 *   it. Krichevsky-Trofimov: half a count for each of the 256 bytes in every context, so that none is impossible; nothing is
 *   learned from the held-out text itself. A document's first byte has a context of its own in the bigrams (its start), as
 *   every document opens with a start token for a model.
 * - `xz`: the held-out text alone, compressed (xzSize.ts), over its bytes. It has not seen the training text.
 *
 * An end of a document costs nothing anywhere, as in evaluate.ts: nothing but text is scored.
 */
import { breathe } from '../../breathe';
import { LabError } from '../../error';
import { batchesOf, type TrainingTexts } from '../../tokenizer/index';
import { throwIfCancelled } from '../cancel';
import { joined, type CompressedSize } from './xzSize';

export type ReferenceName = 'uniform' | 'unigrams' | 'bigrams' | 'xz';

export interface ReferenceLine {
  readonly name: ReferenceName;
  readonly bitsPerByte: number;
}

export interface ReferenceOptions {
  readonly xzSize: CompressedSize;
  readonly signal?: AbortSignal;
}

const bytesThereAre = 256;
/** The context of a document's first byte. */
const documentStart = bytesThereAre;
const halfACount = 0.5;
/** How long the event loop may be held, milliseconds. */
const holdInterval = 10;
/** Documents are counted in pieces of this many bytes, so that a large one holds nothing up either. */
const pieceBytes = 1 << 16;

/**
 * @param training the documents that the run reads, and no others.
 * @param heldOut the documents that the arms are scored on.
 * Throws `lab/no-held-out-text` where there is none, `cancelled`, and what `xzSize` throws.
 */
export async function referenceLines(
  training: TrainingTexts,
  heldOut: readonly string[],
  { xzSize, signal }: ReferenceOptions,
): Promise<readonly ReferenceLine[]> {
  const documents = heldOut.map((text) => encoder.encode(text));
  const bytes = documents.reduce((sum, { length }) => sum + length, 0);
  if (bytes === 0) {
    throw new LabError('lab/no-held-out-text', 'No text is held out to be scored.', 'Add documents to the corpus.');
  }
  const bigrams = new ByteCounts(documentStart + 1);
  const turn = turns(signal);
  for await (const texts of batchesOf(training)) {
    for (const text of texts) await eachPair(encoder.encode(text), turn, (before, byte) => bigrams.add(before, byte));
  }
  const unigrams = bigrams.withoutContext();
  let [unigramBits, bigramBits] = [0, 0];
  for (const document of documents) {
    await eachPair(document, turn, (before, byte) => {
      unigramBits += unigrams.bits(0, byte);
      bigramBits += bigrams.bits(before, byte);
    });
  }
  const compressed = await xzSize(joined(documents), signal);
  return [
    { name: 'uniform', bitsPerByte: Math.log2(bytesThereAre) },
    { name: 'unigrams', bitsPerByte: unigramBits / bytes },
    { name: 'bigrams', bitsPerByte: bigramBits / bytes },
    { name: 'xz', bitsPerByte: (8 * compressed) / bytes },
  ];
}

const encoder = new TextEncoder();

/** Counts of bytes in contexts, [contexts, 256]. */
class ByteCounts {
  private readonly counts: Float64Array;
  private readonly totals: Float64Array;

  constructor(private readonly contexts: number) {
    this.counts = new Float64Array(contexts * bytesThereAre);
    this.totals = new Float64Array(contexts);
  }

  add(context: number, byte: number, count = 1): void {
    this.counts[context * bytesThereAre + byte]! += count;
    this.totals[context]! += count;
  }

  /** -log2 of the Krichevsky-Trofimov estimate, (n + 1/2) / (N + 256 / 2). */
  bits(context: number, byte: number): number {
    const count = this.counts[context * bytesThereAre + byte]! + halfACount;
    return Math.log2((this.totals[context]! + bytesThereAre * halfACount) / count);
  }

  withoutContext(): ByteCounts {
    const summed = new ByteCounts(1);
    for (let context = 0; context < this.contexts; context++) {
      for (let byte = 0; byte < bytesThereAre; byte++) {
        summed.add(0, byte, this.counts[context * bytesThereAre + byte]!);
      }
    }
    return summed;
  }
}

type Turn = () => Promise<void> | undefined;

/** Called often, gives the event loop its turn when one is due. */
function turns(signal: AbortSignal | undefined): Turn {
  throwIfCancelled(signal);
  let breathed = performance.now();
  return () => {
    if (performance.now() - breathed < holdInterval) return undefined;
    return breathe().then(() => {
      throwIfCancelled(signal);
      breathed = performance.now();
    });
  };
}

/** Every byte of a document with the one before it. */
async function eachPair(document: Uint8Array, turn: Turn, pair: (before: number, byte: number) => void): Promise<void> {
  let before = documentStart;
  for (let start = 0; start < document.length; start += pieceBytes) {
    for (const byte of document.subarray(start, start + pieceBytes)) {
      pair(before, byte);
      before = byte;
    }
    await turn();
  }
}
