/**
 * What comlink would lose between page and worker. Errors: comlink carries only name, message and stack, so its `throw`
 * handler is replaced by one that sends a LabError's code, message, hint and details and throws a LabError on the other
 * side. Callbacks: plain functions are sent as proxies, so that the page may pass them without marking each one.
 * Both sides must register before the first call.
 */
import { proxy, transferHandlers, type TransferHandler } from 'comlink';
import { asLabError, LabError } from '../error';

interface WireError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly stack: string | undefined;
}

/** Details may hold anything; only what survives JSON is sent. */
function cloneable(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(JSON.stringify(details)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

export function toWire(thrown: unknown): WireError {
  const error = asLabError(thrown);
  return {
    code: error.code,
    message: error.message,
    hint: error.hint,
    details: cloneable(error.details),
    stack: thrown instanceof Error ? thrown.stack : undefined,
  };
}

export function fromWire(wire: WireError): LabError {
  const error = new LabError(wire.code, wire.message, wire.hint, wire.details);
  if (wire.stack) error.stack = wire.stack;
  return error;
}

export function registerTransferHandlers(): void {
  const thrown = transferHandlers.get('throw');
  const proxied = transferHandlers.get('proxy');
  if (!thrown || !proxied) throw new Error('comlink has no throw or proxy handler to build on');
  const errors: TransferHandler<{ value: unknown }, WireError> = {
    canHandle: (value): value is { value: unknown } => thrown.canHandle(value),
    serialize: ({ value }) => [toWire(value), []],
    deserialize: (wire) => {
      throw fromWire(wire);
    },
  };
  const callbacks: TransferHandler<object, unknown> = {
    canHandle: (value): value is object => typeof value === 'function' && !proxied.canHandle(value),
    serialize: (callback) => proxied.serialize(proxy(callback)),
    deserialize: (wire) => proxied.deserialize(wire) as object,
  };
  transferHandlers.set('throw', errors as TransferHandler<unknown, unknown>);
  transferHandlers.set('callback', callbacks as TransferHandler<unknown, unknown>);
}
