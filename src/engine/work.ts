/**
 * How the work of a dispatch is counted, without running it. Every value that is bound is read or written once, an `inPlace`
 * one both; what a workgroup reads again is taken to be still in its caches. Kernels that must do otherwise say so beside their
 * dispatch (`Dispatch.work`): matrix products and attention read each operand once for every tile across it, cross-entropy
 * reads a row of logits for the sum and again for the gradient, gathers read the rows they are asked for. Caches shared by
 * workgroups make real traffic smaller.
 */
import { byteLength, elementCount } from './graph';
import type { Binding, Dispatch, Work } from './op';

export function workOf({ bindings, work }: Pick<Dispatch, 'bindings' | 'work'>): Work {
  const sum = (counted: readonly Binding[]) => counted.reduce((bytes, binding) => bytes + boundBytes(binding), 0);
  return {
    reads: work?.reads ?? sum(bindings.filter(({ access, inPlace }) => access === 'read' || inPlace)),
    writes: work?.writes ?? sum(bindings.filter(({ access }) => access === 'readWrite')),
    flops: work?.flops ?? 0,
  };
}

function boundBytes({ tensor, rows }: Binding): number {
  if (!rows) return byteLength(tensor);
  const ofRows = (elementCount(tensor.shape) / tensor.shape[0]!) * (rows[1] - rows[0]);
  return byteLength({ shape: [ofRows], type: tensor.type });
}
