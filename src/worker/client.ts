/**
 * The page's end: starts the one dedicated worker and wraps it. Terminating the worker is what frees GPU memory for sure;
 * a page that wants to start over terminates and connects again.
 */
import { releaseProxy, wrap, type Remote } from 'comlink';
import { LabError } from '../error';
import type { LabApi } from './api';
import { registerTransferHandlers } from './transfer';

export interface LabConnection {
  /** Callbacks may be passed as plain functions. Rejections are LabErrors. */
  readonly lab: Remote<LabApi>;
  /** Resolves if the worker itself fails to load or dies of an error nobody caught; never rejects. */
  readonly crashed: Promise<LabError>;
  terminate(): void;
}

export function connectLab(): LabConnection {
  registerTransferHandlers();
  const worker = new Worker(new URL('./lab-worker.ts', import.meta.url), { type: 'module', name: 'tokengraft lab' });
  const lab = wrap<LabApi>(worker);
  const crashed = new Promise<LabError>((resolve) => {
    worker.addEventListener('error', (event) => {
      resolve(
        new LabError(
          'worker/crashed',
          `The lab's worker stopped: ${event.message || 'its script could not be loaded'}.`,
          'Reload the page; the last saved state of the run will be offered.',
        ),
      );
    });
  });
  return {
    lab,
    crashed,
    terminate() {
      lab[releaseProxy]();
      worker.terminate();
    },
  };
}
