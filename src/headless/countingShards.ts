/** Threads of Node for counting words, one for each core but this one's. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { CountingThread, OpenShards } from '../lab/index';

/** More would wait for the one that reads. */
const mostThreads = 8;

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export const openShards: OpenShards = async ({ name, tokenizerFiles }) => {
  const count = Math.max(1, Math.min(mostThreads, availableParallelism() - 1));
  const threads = Array.from(
    { length: count },
    () => new Worker(fileOf('../../scripts/run.mjs'), { argv: [fileOf('./countingThread.ts')] }),
  );
  const shards = threads.map((thread) => wrap<CountingThread>(nodeEndpoint(thread)));
  const close = () => threads.forEach((thread) => void thread.terminate());
  try {
    await Promise.all(shards.map((shard) => shard.open({ name, tokenizerFiles }, count)));
  } catch (error) {
    close();
    throw error;
  }
  return { shards, close };
};
