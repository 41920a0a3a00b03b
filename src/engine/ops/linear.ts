/**
 * y = x W^T + bias with W in the usual layout [out, in], or y = x W + bias with W [in, out] as GPT-2's Conv1D has it; f32, or
 * frozen as any stored type; a bias is not q8.
 */
import { elementCount, type Graph, type Tensor } from '../graph';
import { registerOp } from '../op';
import { columnSumDispatch } from './columnSums';
import { requireShape, requireTrainable, shapeOf } from './dispatch';
import { forwardMatmul, inputGradientMatmul, weightGradientMatmul, type WeightLayout } from './matmul';
import { matmulDispatch } from '../variants';

/** hidden [tokens, in], weight [out, in] or [in, out], bias [out] -> [tokens, out]. */
export function linear(
  graph: Graph,
  hidden: Tensor,
  weight: Tensor,
  bias?: Tensor,
  layout: WeightLayout = 'outIn',
): Tensor {
  const outSize = shapeOf(weight, layout === 'outIn' ? 0 : 1);
  const inSize = shapeOf(weight, layout === 'outIn' ? 1 : 0);
  requireShape(
    shapeOf(hidden, 1) === inSize && (!bias || elementCount(bias.shape) === outSize),
    `linear: ${weight.name} [${weight.shape.join()}] does not fit hidden [${hidden.shape.join()}].`,
  );
  for (const parameter of bias ? [weight, bias] : [weight]) requireTrainable(parameter);
  const inputs = bias ? [hidden, weight, bias] : [hidden, weight];
  return graph.append('linear', inputs, [{ name: 'y', shape: [shapeOf(hidden, 0), outSize] }], { layout })[0]!;
}

registerOp({
  name: 'linear',
  dispatches(node, target) {
    const [hidden, weight, bias] = node.inputs as [Tensor, Tensor, Tensor | undefined];
    const layout = node.attributes.layout as WeightLayout;
    return [matmulDispatch(forwardMatmul(hidden, weight, node.outputs[0]!, shapeOf(hidden, 0), bias, layout), target)];
  },
  gradient(node, [dy], [wantHidden, wantWeight, wantBias], graph) {
    if (!dy) return node.inputs.map(() => undefined);
    const [hidden, weight, bias] = node.inputs as [Tensor, Tensor, Tensor | undefined];
    if (wantWeight) graph.append('linearWeightGradient', [hidden, dy], [], node.attributes, [graph.gradientOf(weight)]);
    if (wantBias && bias) graph.append('biasGradient', [dy], [], {}, [graph.gradientOf(bias)]);
    if (!wantHidden) return node.inputs.map(() => undefined);
    const outputs = [{ name: 'dHidden', shape: hidden.shape }];
    const [dHidden] = graph.append('linearInputGradient', [dy, weight], outputs, node.attributes);
    return node.inputs.map((_, index) => (index === 0 ? dHidden : undefined));
  },
});

registerOp({
  name: 'linearInputGradient',
  dispatches(node, target) {
    const [dy, weight] = node.inputs as [Tensor, Tensor];
    const layout = node.attributes.layout as WeightLayout;
    // Fused, it adds to a gradient that is there.
    const [there] = node.updates;
    const matmul = inputGradientMatmul(dy, weight, there ?? node.outputs[0]!, shapeOf(dy, 0), layout);
    return [matmulDispatch({ ...matmul, accumulate: there !== undefined }, target)];
  },
});

registerOp({
  name: 'linearWeightGradient',
  dispatches(node, target) {
    const [hidden, dy] = node.inputs as [Tensor, Tensor];
    // dW [in, out] = x^T dy is the same product with the two exchanged.
    const layout = node.attributes.layout as WeightLayout;
    const [first, second] = layout === 'inOut' ? [hidden, dy] : [dy, hidden];
    return [matmulDispatch(weightGradientMatmul(first, second, node.updates[0]!, shapeOf(dy, 0), layout), target)];
  },
});

registerOp({
  name: 'biasGradient',
  dispatches(node, target) {
    const [dy] = node.inputs as [Tensor];
    return [columnSumDispatch(dy, shapeOf(dy, 0), node.updates[0]!, target)];
  },
});
