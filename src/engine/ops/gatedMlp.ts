/** The activation of a gated MLP, activate(gate) * up: SwiGLU with silu, GeGLU with gelu (Shazeer 2020). */
import type { Graph, Tensor } from '../graph';
import { registerOp } from '../op';
import { activationConstants, type Activation } from './activation';
import { flatValues, invocationGrid, reads, requireShape, writes } from './dispatch';

/** gate, up [tokens, intermediateSize] -> the same shape. */
export function gatedMlp(graph: Graph, gate: Tensor, up: Tensor, activation: Activation = 'silu'): Tensor {
  requireShape(
    gate.shape.join() === up.shape.join(),
    `gatedMlp: gate [${gate.shape.join()}] and up [${up.shape.join()}] differ.`,
  );
  return graph.append('gatedMlp', [gate, up], [{ name: 'activated', shape: gate.shape }], { activation })[0]!;
}

registerOp({
  name: 'gatedMlp',
  dispatches(node, target) {
    const [gate, up] = node.inputs as [Tensor, Tensor];
    const [activated] = node.outputs as [Tensor];
    const constants = { ...flatValues(gate), ...activationConstants(node.attributes.activation as Activation) };
    const workgroups = invocationGrid(constants.COUNT, target);
    return [{ kernel: 'gatedMlp', constants, bindings: [reads(gate), reads(up), writes(activated)], workgroups }];
  },
  gradient(node, [dActivated], wanted, graph) {
    if (!dActivated || !wanted.some(Boolean)) return [undefined, undefined];
    const [gate, up] = node.inputs as [Tensor, Tensor];
    return graph.append(
      'gatedMlpBackward',
      [gate, up, dActivated],
      [
        { name: 'dGate', shape: gate.shape },
        { name: 'dUp', shape: up.shape },
      ],
      node.attributes,
    );
  },
});

registerOp({
  name: 'gatedMlpBackward',
  dispatches(node, target) {
    const activation = activationConstants(node.attributes.activation as Activation);
    const constants = { ...flatValues(node.inputs[0]!), ...activation };
    const workgroups = invocationGrid(constants.COUNT, target);
    const bindings = [...node.inputs.map((tensor) => reads(tensor)), ...node.outputs.map((tensor) => writes(tensor))];
    return [{ kernel: 'gatedMlpBackward', constants, bindings, workgroups }];
  },
});
