/** libarchive's worker as a thread of Node's. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { xzSizeWith } from '../lab/index';

export const xzSize = xzSizeWith(async (onFailure) => {
  // The package's own start under Node fails where its path has a space.
  const script = createRequire(import.meta.url).resolve('libarchive.js/dist/worker-bundle-node.mjs');
  const worker = new Worker(pathToFileURL(script));
  worker.on('error', onFailure);
  return Object.assign(nodeEndpoint(worker), { terminate: () => worker.terminate() });
});
