/** The activation of a feed-forward part without a gate, and the functions that gated ones choose from too. */
import type { Graph, Tensor } from '../graph';
import { registerOp } from '../op';
import { flatValues, invocationGrid, reads, writes } from './dispatch';

/** `gelu` is the exact one, by the error function; `geluTanh` its usual approximation (GPT-2's gelu_new, Gemma's). */
export const activations = ['silu', 'gelu', 'geluTanh'] as const;
export type Activation = (typeof activations)[number];

/** Which function shaders/activationFunction.wgsl becomes. */
export function activationConstants(activation: Activation): { readonly GELU: boolean; readonly GELU_TANH: boolean } {
  return { GELU: activation === 'gelu', GELU_TANH: activation === 'geluTanh' };
}

/** x [tokens, width] -> the same shape. */
export function activation(graph: Graph, x: Tensor, name: Activation): Tensor {
  return graph.append('activation', [x], [{ name: 'activated', shape: x.shape }], { activation: name })[0]!;
}

registerOp({
  name: 'activation',
  dispatches(node, target) {
    const [x] = node.inputs as [Tensor];
    const constants = { ...flatValues(x), ...activationConstants(node.attributes.activation as Activation) };
    const workgroups = invocationGrid(constants.COUNT, target);
    return [{ kernel: 'activation', constants, bindings: [reads(x), writes(node.outputs[0]!)], workgroups }];
  },
  gradient(node, [dActivated], [wanted], graph) {
    if (!dActivated || !wanted) return [undefined];
    const [x] = node.inputs as [Tensor];
    return graph.append('activationBackward', [x, dActivated], [{ name: 'dX', shape: x.shape }], node.attributes);
  },
});

registerOp({
  name: 'activationBackward',
  dispatches(node, target) {
    const [x, dActivated] = node.inputs as [Tensor, Tensor];
    const constants = { ...flatValues(x), ...activationConstants(node.attributes.activation as Activation) };
    const workgroups = invocationGrid(constants.COUNT, target);
    const bindings = [reads(x), reads(dActivated), writes(node.outputs[0]!)];
    return [{ kernel: 'activationBackward', constants, bindings, workgroups }];
  },
});
