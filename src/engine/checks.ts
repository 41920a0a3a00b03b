/** What both engines refuse, in the same words. */
import { LabError } from '../error';
import type { Precision } from './precision';
import { byteLength, elementCount, type ParameterSpec, type Tensor } from './graph';

/** Throws `engine/bad-input` for a missing input, a wrong length or a wrong type. */
export function requireInput(tensor: Tensor, value: Uint32Array | Float32Array | undefined): void {
  const count = elementCount(tensor.shape);
  if (value?.length !== count) {
    const found = value === undefined ? 'missing' : `of ${value.length} values`;
    throw new LabError('engine/bad-input', `Input ${tensor.name} is ${found}; the graph needs ${count} values.`);
  }
  if (value instanceof Float32Array !== (tensor.type === 'f32')) {
    throw new LabError('engine/bad-input', `Input ${tensor.name} should hold ${tensor.type} values.`);
  }
}

/** Throws `engine/bad-state` where a tensor's saved bytes are missing or of another size. */
export function requireState(tensors: readonly Tensor[], state: Readonly<Record<string, Uint8Array>>): void {
  for (const tensor of tensors) {
    const bytes = state[tensor.name];
    if (bytes?.length === byteLength(tensor)) continue;
    throw new LabError(
      'engine/bad-state',
      `The saved optimizer state has ${bytes ? `${bytes.length} bytes` : 'nothing'} for ${tensor.name}; ${byteLength(tensor)} are needed.`,
      'Resume with the settings the run was started with.',
    );
  }
}

/** Throws `engine/parameter-mismatch` where a graph wants a parameter otherwise than it is held. */
export function requireSameParameter(spec: ParameterSpec, tensor: Tensor): void {
  if (spec.type === tensor.type && spec.shape.join() === tensor.shape.join()) return;
  throw new LabError(
    'engine/parameter-mismatch',
    `${tensor.name} is ${spec.type} [${spec.shape.join(', ')}] in the engine; the graph wants ${tensor.type} [${tensor.shape.join(', ')}].`,
  );
}

/** By name. Throws `engine/duplicate-parameter`. */
export function parametersByName(specs: readonly ParameterSpec[]): Map<string, ParameterSpec> {
  const named = new Map<string, ParameterSpec>();
  for (const spec of specs) {
    if (named.has(spec.name)) throw new LabError('engine/duplicate-parameter', `${spec.name} is listed twice.`);
    named.set(spec.name, spec);
  }
  return named;
}

/** Throws `engine/no-such-parameter`. */
export function requireParameter(specs: ReadonlyMap<string, ParameterSpec>, name: string): ParameterSpec {
  const spec = specs.get(name);
  if (!spec) throw new LabError('engine/no-such-parameter', `There is no parameter ${name} in the engine.`);
  return spec;
}

/** Throws `engine/bad-write` where bytes from `byteOffset` on are not `size` bytes' or begin between its words of 4. */
export function requireRoom(
  name: string,
  size: number,
  { byteLength: bytes }: ArrayBufferView,
  byteOffset: number,
): void {
  const end = byteOffset + bytes;
  if (byteOffset % 4 === 0 && end <= size) return;
  throw new LabError(
    'engine/bad-write',
    `Bytes ${byteOffset} to ${end} do not fit ${name}, which has ${size} bytes.`,
    'The checkpoint disagrees with its config.json.',
  );
}

/** Throws `engine/bad-step` for none or more micro-batches than a step was compiled for. */
export function requireMicroBatches(given: number, most: number): void {
  if (given >= 1 && given <= most) return;
  throw new LabError('engine/bad-step', `A step takes 1 to ${most} micro-batches, not ${given}.`);
}

/** Throws `engine/no-rate` where a group has none. */
export function requireRates(groups: Readonly<Record<string, unknown>>, rates: Readonly<Record<string, number>>): void {
  for (const name of Object.keys(groups))
    if (rates[name] === undefined) throw new LabError('engine/no-rate', `Group ${name} was given no learning rate.`);
}

/** Throws `engine/no-f16`. */
export function requireF32(precision: Precision, description: string): void {
  if (precision === 'f32') return;
  throw new LabError(
    'engine/no-f16',
    `${description} does not multiply in ${precision}.`,
    'Train in f32, or on an adapter that offers shader-f16.',
  );
}

/** Where an optimizer's state has how many steps were taken. */
const stepKey = 'step';

export function savedStep(step: number): Record<string, Uint8Array> {
  return { [stepKey]: new Uint8Array(new Uint32Array([step]).buffer) };
}

/** Throws `engine/bad-state`. */
export function stepOf(state: Readonly<Record<string, Uint8Array>>): number {
  const step = state[stepKey];
  if (step?.length !== 4) throw new LabError('engine/bad-state', 'The saved optimizer state has no step count.');
  return new DataView(step.buffer, step.byteOffset, 4).getUint32(0, true);
}
