/** Hands every question to the worker, one at a time. */
import type { FromWorker } from './pageWorker';

const worker = new Worker(new URL('./pageWorker.ts', import.meta.url), { type: 'module' });

Object.assign(globalThis, {
  ask: (message: string) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) =>
        'failed' in data ? reject(new Error(data.failed)) : resolve(data.done);
      worker.onerror = ({ message: failed }) => reject(new Error(failed));
      worker.postMessage(message);
    }),
});
