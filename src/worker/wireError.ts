/** A LabError between threads: structured cloning keeps only name, message and stack of an error. */
import { asLabError, LabError } from '../error';

export interface WireError {
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

/** Anything thrown, ready to be posted. */
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

/** The same error on this side, with the stack of the other. */
export function fromWire(wire: WireError): LabError {
  const error = new LabError(wire.code, wire.message, wire.hint, wire.details);
  if (wire.stack) error.stack = wire.stack;
  return error;
}
