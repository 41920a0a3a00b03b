/** The activation of a gated MLP, silu(gate) * up (SwiGLU, Shazeer 2020). */
import type { Graph, Tensor } from '../graph';
import { registerOp } from '../op';
import { flatValues, invocationGrid, reads, requireShape, writes } from './dispatch';

/** gate, up [tokens, intermediateSize] -> the same shape. */
export function gatedMlp(graph: Graph, gate: Tensor, up: Tensor): Tensor {
  requireShape(
    gate.shape.join() === up.shape.join(),
    `gatedMlp: gate [${gate.shape.join()}] and up [${up.shape.join()}] differ.`,
  );
  return graph.append('gatedMlp', [gate, up], [{ name: 'activated', shape: gate.shape }])[0]!;
}

registerOp({
  name: 'gatedMlp',
  dispatches(node, target) {
    const [gate, up] = node.inputs as [Tensor, Tensor];
    const [activated] = node.outputs as [Tensor];
    const constants = flatValues(gate);
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
    );
  },
});

registerOp({
  name: 'gatedMlpBackward',
  dispatches(node, target) {
    const constants = flatValues(node.inputs[0]!);
    const workgroups = invocationGrid(constants.COUNT, target);
    const bindings = [...node.inputs.map((tensor) => reads(tensor)), ...node.outputs.map((tensor) => writes(tensor))];
    return [{ kernel: 'gatedMlpBackward', constants, bindings, workgroups }];
  },
});
