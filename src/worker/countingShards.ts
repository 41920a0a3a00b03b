/** Workers that count words for the lab's worker, one for each core but the one that reads. */
import { wrap } from 'comlink';
import { LabError } from '../error';
import type { CountingThread, OpenShards } from '../lab/index';
import { openHelper } from './helpers';

/** More would wait for the one that reads. */
const mostThreads = 8;

export const openShards: OpenShards = async ({ name, tokenizerFiles }) => {
  const count = Math.max(1, Math.min(mostThreads, navigator.hardwareConcurrency - 1));
  let fail: (message: string) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = (message) =>
      reject(new LabError('worker/crashed', `A worker that counts words stopped: ${message}.`, 'Reload the page.'));
  });
  const helpers = Array.from({ length: count }, () => openHelper('counting words', fail));
  const shards = helpers.map(({ port }) => wrap<CountingThread>(port));
  const close = () => helpers.forEach((helper) => helper.close());
  try {
    await Promise.race([failed, Promise.all(shards.map((shard) => shard.open({ name, tokenizerFiles }, count)))]);
  } catch (error) {
    close();
    throw error;
  }
  return { shards, close };
};
