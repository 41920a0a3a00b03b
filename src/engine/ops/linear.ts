/** y = x W^T + bias with W in the Hugging Face layout [out, in], f32 or frozen bf16. */
import { elementCount, type Graph, type Tensor } from '../graph';
import { registerOp } from '../op';
import { columnPartialsShape, columnSumDispatches } from './columnSums';
import { requireShape, requireTrainable, shapeOf } from './dispatch';
import { forwardMatmul, inputGradientMatmul, matmulDispatch, weightGradientMatmul } from './matmul';

/** hidden [tokens, in], weight [out, in], bias [out] -> [tokens, out]. */
export function linear(graph: Graph, hidden: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const [outSize, inSize] = [shapeOf(weight, 0), shapeOf(weight, 1)];
  requireShape(
    shapeOf(hidden, 1) === inSize && (!bias || elementCount(bias.shape) === outSize),
    `linear: ${weight.name} [${weight.shape.join()}] does not fit hidden [${hidden.shape.join()}].`,
  );
  for (const parameter of bias ? [weight, bias] : [weight]) requireTrainable(parameter);
  const inputs = bias ? [hidden, weight, bias] : [hidden, weight];
  return graph.append('linear', inputs, [{ name: 'y', shape: [shapeOf(hidden, 0), outSize] }])[0]!;
}

registerOp({
  name: 'linear',
  dispatches(node, target) {
    const [hidden, weight, bias] = node.inputs as [Tensor, Tensor, Tensor | undefined];
    return [matmulDispatch(forwardMatmul(hidden, weight, node.outputs[0]!, shapeOf(hidden, 0), bias), target)];
  },
  gradient(node, [dy], [wantHidden, wantWeight, wantBias], graph) {
    if (!dy) return node.inputs.map(() => undefined);
    const [hidden, weight, bias] = node.inputs as [Tensor, Tensor, Tensor | undefined];
    if (wantWeight) graph.append('linearWeightGradient', [hidden, dy], [], {}, [graph.gradientOf(weight)]);
    if (wantBias && bias) {
      const shape = columnPartialsShape(shapeOf(dy, 0), shapeOf(dy, 1));
      graph.append('linearBiasGradient', [dy], [{ name: 'partials', shape }], {}, [graph.gradientOf(bias)]);
    }
    if (!wantHidden) return node.inputs.map(() => undefined);
    const [dHidden] = graph.append('linearInputGradient', [dy, weight], [{ name: 'dHidden', shape: hidden.shape }]);
    return node.inputs.map((_, index) => (index === 0 ? dHidden : undefined));
  },
});

registerOp({
  name: 'linearInputGradient',
  dispatches(node, target) {
    const [dy, weight] = node.inputs as [Tensor, Tensor];
    return [matmulDispatch(inputGradientMatmul(dy, weight, node.outputs[0]!, shapeOf(dy, 0)), target)];
  },
});

registerOp({
  name: 'linearWeightGradient',
  dispatches(node, target) {
    const [hidden, dy] = node.inputs as [Tensor, Tensor];
    return [matmulDispatch(weightGradientMatmul(dy, hidden, node.updates[0]!, shapeOf(dy, 0)), target)];
  },
});

registerOp({
  name: 'linearBiasGradient',
  dispatches(node) {
    const [dy] = node.inputs as [Tensor];
    return columnSumDispatches(dy, shapeOf(dy, 0), node.outputs[0]!, node.updates[0]!);
  },
});
