/** What both engines refuse, in the same words. */
import { LabError } from '../error';
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
