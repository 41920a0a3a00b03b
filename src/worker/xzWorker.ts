/** libarchive's worker, served by the page itself; the bundler puts its WebAssembly beside it. */
import { xzSizeWith } from '../lab/index';

export const xzSize = xzSizeWith(async (onFailure) => {
  const { default: script } = await import('libarchive.js/dist/worker-bundle.js?worker&url');
  const worker = new Worker(new URL(script, self.location.href), { type: 'module' });
  worker.addEventListener('error', ({ message }) => onFailure(message || 'its worker could not be loaded'));
  return worker;
});
