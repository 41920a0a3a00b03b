/** The loss of a distillation: the gradient is the difference once more, so both come from one subtraction. */
import type { Tensor } from '../../engine/index';
import { attribute, type Lowering } from '../lowering';

export const squaredError: Lowering = (node, { nodes, value, give }) => {
  const [hidden, taught, weights] = node.inputs as [Tensor, Tensor, Tensor];
  const [error, dHidden] = node.outputs as [Tensor, Tensor];
  const width = hidden.shape[1]!;
  const difference = nodes.node('Sub', [value(hidden), value(taught)]);
  const squares = nodes.node('Mul', [difference, difference]);
  const means = nodes.node('ReduceMean', [squares, nodes.ints(-1)], attribute.keep(false));
  const counts = nodes.cast(nodes.node('Greater', [value(weights), nodes.scalar(0)]), 'float');
  give(error, nodes.node('Mul', [means, counts]));
  const factors = nodes.node('Mul', [value(weights), nodes.scalar(2 / width)]);
  give(dHidden, nodes.node('Mul', [difference, nodes.node('Unsqueeze', [factors, nodes.ints(1)])]));
};
