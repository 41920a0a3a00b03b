/** The worker's end of the boundary. */
import type { LabApi } from './api';
import { serveCalls } from './calls';
import { Experiment } from './experiment';
import { helpersFrom } from './helpers';
import { registerTransferHandlers } from './transfer';

// For the threads that count words (countingShards.ts).
registerTransferHandlers();
// The page's first message brings the port over which it starts workers; after it come calls.
addEventListener(
  'message',
  ({ data }: MessageEvent<MessagePort>) => {
    helpersFrom(data);
    serveCalls<LabApi>(new Experiment(), self);
  },
  { once: true },
);
