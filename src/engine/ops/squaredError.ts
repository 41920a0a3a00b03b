/** How far hidden states are from others that teach them: the loss of a distillation, whose gradient comes with it. */
import type { Graph, Tensor } from '../graph';
import { registerOp } from '../op';
import { reads, requireShape, shapeOf, workgroupGrid, writes } from './dispatch';
import { reductionLanes } from '../variants';

/**
 * hidden, taught f32 [tokens, width], weights f32 [tokens] -> error f32 [tokens]: the mean of squares, 0 where a weight is 0.
 * Gradients are those of the sum of weights * error; `taught` gets none.
 */
export function squaredError(graph: Graph, hidden: Tensor, taught: Tensor, weights: Tensor): Tensor {
  requireShape(
    hidden.shape.join() === taught.shape.join() && shapeOf(weights, 0) === shapeOf(hidden, 0),
    `squaredError: [${hidden.shape.join()}] is taught by [${taught.shape.join()}] with ${shapeOf(weights, 0)} weights.`,
  );
  const outputs = [
    { name: 'error', shape: [shapeOf(hidden, 0)] },
    { name: 'dHidden', shape: hidden.shape },
  ];
  return graph.append('squaredError', [hidden, taught, weights], outputs)[0]!;
}

registerOp({
  name: 'squaredError',
  dispatches(node, target) {
    const [hidden, taught, weights] = node.inputs as [Tensor, Tensor, Tensor];
    const [error, dHidden] = node.outputs as [Tensor, Tensor];
    const [tokens, width] = [shapeOf(hidden, 0), shapeOf(hidden, 1)];
    const constants = { TOKENS: tokens, WIDTH: width, LANES: reductionLanes(target) };
    const bindings = [reads(hidden), reads(taught), reads(weights), writes(error), writes(dHidden)];
    return [{ kernel: 'squaredError', constants, bindings, workgroups: workgroupGrid(tokens, target) }];
  },
  gradient(node, _outputGradients, [wantHidden]) {
    return node.inputs.map((_, index) => (index === 0 && wantHidden ? node.outputs[1] : undefined));
  },
});
