/** Counting words in threads of their own: what such a thread runs, and when it is worth opening. */
import type { Checkpoint } from '../../checkpoint/index';
import { WordCounter, type CountingShard, type WordCounts } from '../../tokenizer/index';
import { openTokenizer } from '../open/openTokenizer';

type TokenizerSource = Pick<Checkpoint, 'name' | 'tokenizerFiles'>;

/** One thread's end; who spawns the thread calls `open` first. */
export class CountingThread implements CountingShard {
  private counter: WordCounter | undefined;

  /** @param shards how many there are: each takes its share of the memory that words may fill. */
  async open(source: TokenizerSource, shards: number): Promise<void> {
    const limits = { tableSize: tableSize / shards, indexEntries: indexEntries / shards };
    this.counter = new WordCounter(openTokenizer(source), limits);
  }

  async add(documents: readonly string[]): Promise<void> {
    for (const text of documents) this.counter!.add(text);
  }

  async finish(): Promise<WordCounts> {
    return this.counter!.finish();
  }
}

const tableSize = 256 * 2 ** 20;
const indexEntries = 32 * 2 ** 20;

export interface OpenedShards {
  readonly shards: readonly CountingShard[];
  /** Also ends what they are doing. */
  close(): void;
}

/** Given by whoever knows how threads are made: the page's worker, or Node. */
export type OpenShards = (source: TokenizerSource) => Promise<OpenedShards>;

/** A thread has to read the tokenizer first (up to a second for 128,000 merges), in which one thread counts some megabytes. */
export const shardedFromBytes = 24 * 2 ** 20;
