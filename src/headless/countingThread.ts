/** A thread that counts words, behind comlink; countingShards.ts spawns it. */
import { parentPort } from 'node:worker_threads';
import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { CountingThread } from '../lab/index';

/** Never resolves: the thread lives until it is terminated. */
export function main(): Promise<number> {
  expose(new CountingThread(), nodeEndpoint(parentPort!));
  return new Promise(() => undefined);
}
