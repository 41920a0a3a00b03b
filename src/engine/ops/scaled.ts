/** product = factor x, for the strength of a low-rank adapter. */
import type { Graph, Tensor } from '../graph';
import { registerOp } from '../op';
import { flatValues, invocationGrid, reads, writes } from './dispatch';

/** The factor is a constant of the graph. Same shape in and out. */
export function scaled(graph: Graph, x: Tensor, factor: number): Tensor {
  return graph.append('scaled', [x], [{ name: 'product', shape: x.shape }], { factor: Math.fround(factor) })[0]!;
}

registerOp({
  name: 'scaled',
  dispatches(node, target) {
    const [x] = node.inputs as [Tensor];
    const constants = { ...flatValues(x), FACTOR: node.attributes.factor as number };
    const workgroups = invocationGrid(constants.COUNT, target);
    return [{ kernel: 'scaled', constants, bindings: [reads(x), writes(node.outputs[0]!)], workgroups }];
  },
  gradient(node, [dProduct], [wanted], graph) {
    if (!dProduct || !wanted) return [undefined];
    return [scaled(graph, dProduct, node.attributes.factor as number)];
  },
});
