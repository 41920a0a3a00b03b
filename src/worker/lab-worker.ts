/** The worker's end of the boundary. */
import { expose } from 'comlink';
import { Experiment } from './experiment';
import { registerTransferHandlers } from './transfer';

registerTransferHandlers();
expose(new Experiment());
