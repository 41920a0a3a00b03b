/** The worker's end of the boundary. */
import type { LabApi } from './api';
import { serveCalls } from './calls';
import { Experiment } from './experiment';
import { registerTransferHandlers } from './transfer';

// For the threads that count words (countingShards.ts).
registerTransferHandlers();
serveCalls<LabApi>(new Experiment(), self);
