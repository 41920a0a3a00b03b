/**
 * Dispatch arithmetic shared by the ops: grids that stay under the limit of workgroups a dimension, and checks of shapes.
 */
import { LabError } from '../../error';
import { elementCount, type Tensor } from '../graph';
import type { Binding, KernelTarget } from '../op';

export function reads(tensor: Tensor, rows?: readonly [number, number]): Binding {
  return rows ? { tensor, access: 'read', rows } : { tensor, access: 'read' };
}

export function writes(tensor: Tensor, rows?: readonly [number, number]): Binding {
  return rows ? { tensor, access: 'readWrite', rows } : { tensor, access: 'readWrite' };
}

/** Written over what is read there before. */
export function updates(tensor: Tensor, rows?: readonly [number, number]): Binding {
  return { ...writes(tensor, rows), inPlace: true };
}

/** `count` workgroups in two dimensions; the shader recovers its index as `group.y * groups.x + group.x`. */
export function workgroupGrid(count: number, target: KernelTarget): readonly [number, number, number] {
  const limit = target.maxWorkgroupsPerDimension;
  if (count <= limit) return [Math.max(count, 1), 1, 1];
  const rows = Math.ceil(count / limit);
  if (rows > limit) throw new LabError('engine/too-many-workgroups', `${count} workgroups exceed ${limit} x ${limit}.`);
  return [Math.ceil(count / rows), rows, 1];
}

/** One invocation an element, in workgroups of 64. */
export function invocationGrid(count: number, target: KernelTarget): readonly [number, number, number] {
  return workgroupGrid(Math.ceil(count / 64), target);
}

/** A flat tensor is bound as vec4f where its size allows: element-wise kernels ran 2.3-3 x faster so. */
export function flatValues(tensor: Pick<Tensor, 'shape'>): { readonly VALUE: string; readonly COUNT: number } {
  const count = elementCount(tensor.shape);
  return count % 4 === 0 ? { VALUE: 'vec4f', COUNT: count / 4 } : { VALUE: 'f32', COUNT: count };
}

export function shapeOf(tensor: Tensor, dimension: number): number {
  const size = tensor.shape[dimension];
  if (size === undefined) throw new LabError('engine/shape', `${tensor.name} has no dimension ${dimension}.`);
  return size;
}

export function requireShape(holds: boolean, message: string, details: Record<string, unknown> = {}): void {
  if (!holds) throw new LabError('engine/shape', message, 'The model builder passed tensors that do not fit.', details);
}

/** Only f32 parameters can be trained: an update below half a unit of a narrower type would be lost. */
export function requireTrainable(parameter: Tensor): void {
  if (parameter.trainable && parameter.type !== 'f32') {
    throw new LabError(
      'engine/trainable-type',
      `${parameter.name} is ${parameter.type} and trainable.`,
      'Store trainable parameters as f32; narrower types are for frozen ones.',
    );
  }
}

/** Norms read their vectors as f32 or packed bf16. */
export function requireNormType(parameter: Tensor): void {
  requireTrainable(parameter);
  const { name, type } = parameter;
  requireShape(type === 'f32' || type === 'bf16', `${name} is ${type}; norms read f32 or bf16.`);
}
