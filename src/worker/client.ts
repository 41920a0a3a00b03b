/**
 * The page's end: starts the one dedicated worker and connects to it. Terminating the worker is what frees GPU memory for
 * sure; a page that wants to start over terminates and connects again.
 */
import { LabError } from '../error';
import type { LabApi } from './api';
import { connectCalls, type CallsConnection } from './calls';
import { serveHelpers } from './helperWorkers';

export interface LabConnection {
  /** Progress comes before the answer or not at all. Rejections are LabErrors. */
  readonly lab: LabApi;
  /** Resolves if the worker itself fails to load or dies of an error nobody caught; never rejects. */
  readonly crashed: Promise<LabError>;
  readonly waited: CallsConnection<LabApi>['waited'];
  /** Calls under way reject. */
  terminate(): void;
}

export function connectLab(): LabConnection {
  const worker = new Worker(new URL('./lab-worker.ts', import.meta.url), { type: 'module', name: 'tokengraft lab' });
  const helpers = serveHelpers();
  worker.postMessage(helpers.port, [helpers.port]);
  const { api, waited, close } = connectCalls<LabApi>(worker);
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
    lab: api,
    crashed,
    waited,
    terminate() {
      worker.terminate();
      helpers.close();
      close(new LabError('worker/terminated', "The lab's worker was ended.", 'Reload the page.'));
    },
  };
}
