/** A thread that counts words for the lab's worker (countingShards.ts), over the port that its first message brings. */
import { expose } from 'comlink';
import { CountingThread } from '../lab/index';
import { registerTransferHandlers } from './transfer';

registerTransferHandlers();
addEventListener('message', ({ data }: MessageEvent<MessagePort>) => expose(new CountingThread(), data), {
  once: true,
});
