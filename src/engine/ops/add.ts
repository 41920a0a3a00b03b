/** sum = first + second, for residuals and for gradients that arrive over several paths. */
import type { Graph, Tensor } from '../graph';
import { registerOp } from '../op';
import { flatValues, invocationGrid, reads, requireShape, writes } from './dispatch';

/** Same shapes in and out. */
export function add(graph: Graph, first: Tensor, second: Tensor): Tensor {
  requireShape(
    first.shape.join() === second.shape.join(),
    `add: ${first.name} is [${first.shape.join()}], ${second.name} [${second.shape.join()}].`,
  );
  return graph.append('add', [first, second], [{ name: 'sum', shape: first.shape }])[0]!;
}

registerOp({
  name: 'add',
  dispatches(node, target) {
    const [first, second] = node.inputs as [Tensor, Tensor];
    const [sum] = node.outputs as [Tensor];
    const constants = flatValues(sum);
    const workgroups = invocationGrid(constants.COUNT, target);
    return [{ kernel: 'add', constants, bindings: [reads(first), reads(second), writes(sum)], workgroups }];
  },
  gradient(_node, [dSum], wanted) {
    return wanted.map((want) => (want ? dSum : undefined));
  },
});
