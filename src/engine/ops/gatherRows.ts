/** Picks rows of the hidden states, for example each prompt's last token before the vocabulary. Forward only. */
import { byteLength, type Graph, type Tensor } from '../graph';
import { registerOp } from '../op';
import { invocationGrid, reads, shapeOf, writes } from './dispatch';

/** hidden [rows, width], indices u32 [count] -> [count, width]. */
export function gatherRows(graph: Graph, hidden: Tensor, indices: Tensor): Tensor {
  const shape = [shapeOf(indices, 0), shapeOf(hidden, 1)];
  return graph.append('gatherRows', [hidden, indices], [{ name: 'gathered', shape }])[0]!;
}

registerOp({
  name: 'gatherRows',
  dispatches(node, target) {
    const [hidden, indices] = node.inputs as [Tensor, Tensor];
    const [gathered] = node.outputs as [Tensor];
    const constants = { COUNT: shapeOf(indices, 0), WIDTH: shapeOf(hidden, 1) };
    const workgroups = invocationGrid(constants.COUNT * constants.WIDTH, target);
    const bindings = [reads(hidden), reads(indices), writes(gathered)];
    const work = { reads: byteLength(gathered) + byteLength(indices) };
    return [{ kernel: 'gatherRows', constants, bindings, workgroups, work }];
  },
});
