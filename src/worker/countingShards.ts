/** Workers of the lab's worker for counting words, one for each core but the one that reads. */
import { wrap } from 'comlink';
import type { CountingThread, OpenShards } from '../lab/index';

/** More would wait for the one that reads. In Firefox workers that are made from within a worker, several at once, may hang (onnxRuntime.ts). */
const mostThreads = navigator.userAgent.includes('Firefox/') ? 1 : 8;

export const openShards: OpenShards = async ({ name, tokenizerFiles }) => {
  const count = Math.max(1, Math.min(mostThreads, navigator.hardwareConcurrency - 1));
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL('./counting-worker.ts', import.meta.url), { type: 'module', name: 'counting words' }),
  );
  const shards = workers.map((worker) => wrap<CountingThread>(worker));
  const close = () => workers.forEach((worker) => worker.terminate());
  try {
    await Promise.all(shards.map((shard) => shard.open({ name, tokenizerFiles }, count)));
  } catch (error) {
    close();
    throw error;
  }
  return { shards, close };
};
