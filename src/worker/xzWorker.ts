/** libarchive's worker, served by the page itself. */
import { xzSizeWith } from '../lab/index';
import { openHelper } from './helpers';

export const xzSize = xzSizeWith((onFailure) => {
  const { port, close } = openHelper('xz', onFailure);
  return Promise.resolve({
    postMessage: (message: unknown, transfer?: unknown) => port.postMessage(message, transfer as Transferable[]),
    addEventListener: port.addEventListener.bind(port),
    removeEventListener: port.removeEventListener.bind(port),
    start: () => port.start(),
    terminate: close,
  });
});
