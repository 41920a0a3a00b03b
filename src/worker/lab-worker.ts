/** The worker's end of the boundary. */
import { expose } from 'comlink';
import { LabError } from '../error';
import type { LabApi } from './api';
import { registerTransferHandlers } from './transfer';

const notReady = (): Promise<never> =>
  Promise.reject(new LabError('not-ready', 'This step is not wired yet.', 'Pull again in a few minutes.'));

const lab: LabApi = {
  openAdapter: notReady,
  openBundledModel: notReady,
  openModelFolder: notReady,
  plans: notReady,
  samples: notReady,
  openSample: notReady,
  openCorpusFiles: notReady,
  diagnose: notReady,
  buildVocabulary: notReady,
  tokenize: notReady,
  defaultSettings: notReady,
  train: notReady,
  pause: notReady,
  resume: notReady,
  step: notReady,
  stop: notReady,
  compare: notReady,
  generate: notReady,
  exportZip: notReady,
  exportFolder: notReady,
  savedRun: () => Promise.resolve(null),
  openSavedRun: notReady,
  forgetSavedRun: notReady,
  cancel: () => Promise.resolve(),
};

registerTransferHandlers();
expose(lab);
