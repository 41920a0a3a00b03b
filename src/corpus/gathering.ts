// Documents as they come, each once: kept in memory while all of them fit, and from then on what is held out and a sample.
import { type Corpus, GLANCED_DOCUMENTS } from './corpus';
import type { CutBatch } from './cutFile';
import { DocumentSet } from './documentSet';
import { type HeldOutOptions, splitHash } from './heldOut';
import { LargeCorpus } from './largeCorpus';
import { bytesOfAll, splitDocuments } from './splitDocuments';
import { EntityHash, TextHashes } from './textHash';

export interface GatheringOptions extends HeldOutOptions {
  readonly memoryBytes?: number;
  readonly sampleBytes?: number;
  readonly undivided?: boolean;
  /** From how much will come it is told early whether all of it will fit. Default true. */
  readonly foresees?: boolean;
}

export type Outcome = 'kept' | 'duplicates' | 'nearEmpty';

/** The documents that are trained on, read from the files again. */
export type ReadAgain = (
  cutoff: number,
  isByDocument: boolean,
  signal?: AbortSignal,
) => AsyncGenerator<readonly string[]>;

interface Gathered extends Pick<
  Corpus,
  'trainAtAGlance' | 'heldOut' | 'trainBytes' | 'heldOutBytes' | 'trainDocuments' | 'isSample' | 'readTrain'
> {
  train(): readonly string[];
}

const MEMORY_BYTES = 256 * 2 ** 20;
/** Of the memory: what tells how much will come; and how much more than fits it must be. */
const FORESEEN_FROM = 1 / 8;
const FORESEEN_EXCESS = 1.5;

export class Gathering {
  count = 0;
  bytes = 0;
  private readonly seen = new DocumentSet();
  private readonly named = new DocumentSet();
  /** Documents that are about nothing but themselves. */
  private unnamed = 0;
  private documents: string[] = [];
  /** Of each document: what it is held out by, what it is sampled by, its size. */
  private splits: number[] = [];
  private ranks: number[] = [];
  private sizes: number[] = [];
  /** Where the first documents, of a corpus that does not fit, are about one thing, entities part nothing. */
  private isByDocument = false;
  private large: LargeCorpus | null = null;
  private readonly hashes = new TextHashes();
  private readonly entityHash = new EntityHash();
  private readonly memoryBytes: number;

  constructor(private readonly options: GatheringOptions) {
    this.memoryBytes = options.undivided ? Infinity : (options.memoryBytes ?? MEMORY_BYTES);
  }

  /** What becomes of each document of a batch is told in their order. */
  add({ texts, entities }: CutBatch, tell: (outcome: Outcome, text: string) => void): void {
    const { hashes } = this;
    // First all are hashed, then fetched: reads of one loop wait for memory together.
    hashes.setAll(texts);
    this.seen.fetch(hashes, texts.length);
    for (let at = 0; at < texts.length; at++) {
      const text = texts[at]!;
      const outcome = this.outcomeOf(text, at);
      if (outcome === 'kept') this.keep(text, entities[at], at);
      tell(outcome, text);
    }
  }

  /**
   * What is clear not to fit need not stand in memory first.
   * @param share of all files that was read.
   */
  expectShare(share: number): void {
    const isTold = this.bytes >= FORESEEN_FROM * this.memoryBytes && this.entityCount > 1;
    if (this.large || !isTold || this.options.foresees === false) return;
    const expected = this.bytes / share;
    if (expected <= FORESEEN_EXCESS * this.memoryBytes) return;
    this.large = this.moved(expected);
    this.seen.reserve(this.count / share);
  }

  /** Whether all would have fitted, or the sample could hold more, after all: the files are to be gathered again, without foresight. */
  get foresawWrongly(): boolean {
    return this.large !== null && (this.bytes <= this.memoryBytes || this.large.isThin);
  }

  get entityCount(): number {
    return this.unnamed + this.named.size;
  }

  finish(readAgain: ReadAgain): Gathered {
    if (this.options.undivided) return { heldOut: [], heldOutBytes: 0, ...inMemory(this.documents, this.bytes) };
    if (!this.large) {
      const hashes = this.entityCount > 1 ? { hashes: this.splits } : {};
      const { train, ...split } = splitDocuments(this.documents, { ...this.options, ...hashes });
      return { ...split, ...inMemory(train, split.trainBytes) };
    }
    const { cutoff, heldOut, sample } = this.large.finish();
    const heldOutBytes = bytesOfAll(heldOut);
    return {
      train: () => sample.first(),
      trainAtAGlance: { documents: sample.length, bytes: sample.totalBytes, first: sample.first(GLANCED_DOCUMENTS) },
      heldOut,
      trainBytes: this.bytes - heldOutBytes,
      heldOutBytes,
      trainDocuments: this.count - heldOut.length,
      isSample: true,
      readTrain: (signal?: AbortSignal) => readAgain(cutoff, this.isByDocument, signal),
    };
  }

  private outcomeOf(text: string, at: number): Outcome {
    if (isNearEmpty(text)) return 'nearEmpty';
    return this.seen.addHash(this.hashes.split[at]!, this.hashes.other[at]!) ? 'kept' : 'duplicates';
  }

  /** @param at its place in the batch. */
  private keep(text: string, entity: string | undefined, at: number): void {
    const { split, rank, bytes } = this.hashes;
    this.count++;
    this.bytes += bytes[at]!;
    if (entity === undefined) this.unnamed++;
    else {
      this.entityHash.set(entity);
      this.named.addHash(this.entityHash.split, this.entityHash.other);
    }
    const side = entity === undefined || this.isByDocument ? split[at]! : this.entityHash.split;
    if (this.large) {
      this.large.add(text, side, rank[at]!, bytes[at]!);
      return;
    }
    this.documents.push(text);
    this.splits.push(side);
    this.ranks.push(rank[at]!);
    this.sizes.push(bytes[at]!);
    if (this.bytes > this.memoryBytes) this.large = this.moved();
  }

  private moved(expectedBytes?: number): LargeCorpus {
    const large = new LargeCorpus(this.options, this.options.sampleBytes, expectedBytes);
    this.isByDocument = this.entityCount === 1;
    this.documents.forEach((text, index) => {
      const side = this.isByDocument ? splitHash(text, undefined) : this.splits[index]!;
      large.add(text, side, this.ranks[index]!, this.sizes[index]!);
    });
    this.documents = [];
    this.splits = [];
    this.ranks = [];
    this.sizes = [];
    return large;
  }
}

/** Holds no letter and no digit. */
export function isNearEmpty(text: string): boolean {
  const first = text.charCodeAt(0) | 0x20;
  const isLetter = first >= 0x61 && first <= 0x7a;
  return !isLetter && !/[\p{L}\p{N}]/u.test(text);
}

function inMemory(documents: readonly string[], bytes: number): Omit<Gathered, 'heldOut' | 'heldOutBytes'> {
  return {
    train: () => documents,
    trainAtAGlance: { documents: documents.length, bytes, first: documents.slice(0, GLANCED_DOCUMENTS) },
    trainBytes: bytes,
    trainDocuments: documents.length,
    isSample: false,
    readTrain: () => oneBatch(documents),
  };
}

async function* oneBatch(documents: readonly string[]): AsyncGenerator<readonly string[]> {
  yield documents;
}
