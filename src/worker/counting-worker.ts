/** A thread that counts words for the lab's worker; countingShards.ts spawns it. */
import { expose } from 'comlink';
import { CountingThread } from '../lab/index';
import { registerTransferHandlers } from './transfer';

registerTransferHandlers();
expose(new CountingThread());
