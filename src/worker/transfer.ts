/**
 * What comlink would lose between the lab's worker and the threads that count for it: it carries only name, message and
 * stack of an error, so its `throw` handler is replaced by one that sends a LabError's code, message, hint and details and
 * throws a LabError on the other side. Both sides must register before the first call.
 */
import { transferHandlers, type TransferHandler } from 'comlink';
import { fromWire, toWire, type WireError } from './wireError';

export function registerTransferHandlers(): void {
  const thrown = transferHandlers.get('throw');
  if (!thrown) throw new Error('comlink has no throw handler to build on');
  const errors: TransferHandler<{ value: unknown }, WireError> = {
    canHandle: (value): value is { value: unknown } => thrown.canHandle(value),
    serialize: ({ value }) => [toWire(value), []],
    deserialize: (wire) => {
      throw fromWire(wire);
    },
  };
  transferHandlers.set('throw', errors as TransferHandler<unknown, unknown>);
}
