/** Layer norm (Ba, Kiros and Hinton 2016) over the last dimension, with weight and bias. */
import type { Graph, Tensor } from '../graph';
import { registerOp } from '../op';
import { columnSumDispatch } from './columnSums';
import { reads, requireShape, requireNormType, shapeOf, updates, workgroupGrid, writes } from './dispatch';
import { reductionLanes } from '../variants';

/** hidden [tokens, width], weight and bias [width] -> the shape of hidden. */
export function layerNorm(graph: Graph, hidden: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor {
  const [rows, width] = [shapeOf(hidden, 0), shapeOf(hidden, 1)];
  for (const parameter of [weight, bias]) {
    requireShape(
      parameter.shape.join() === String(width),
      `layerNorm: ${parameter.name} is [${parameter.shape.join()}], hidden [${hidden.shape.join()}].`,
    );
    requireNormType(parameter);
  }
  return graph.append(
    'layerNorm',
    [hidden, weight, bias],
    [
      { name: 'normed', shape: hidden.shape },
      { name: 'mean', shape: [rows] },
      { name: 'scale', shape: [rows] },
    ],
    { epsilon },
  )[0]!;
}

registerOp({
  name: 'layerNorm',
  dispatches(node, target) {
    const [hidden, weight, bias] = node.inputs as [Tensor, Tensor, Tensor];
    const ROWS = shapeOf(hidden, 0);
    return [
      {
        kernel: 'layerNorm',
        constants: {
          ROWS,
          WIDTH: shapeOf(weight, 0),
          BF16: weight.type === 'bf16',
          BIAS_BF16: bias.type === 'bf16',
          EPSILON: node.attributes.epsilon as number,
          LANES: reductionLanes(target),
        },
        bindings: [...node.inputs.map((tensor) => reads(tensor)), ...node.outputs.map((tensor) => writes(tensor))],
        workgroups: workgroupGrid(ROWS, target),
      },
    ];
  },
  gradient(node, [dNormed], [wantHidden, wantWeight, wantBias], graph) {
    if (!dNormed) return node.inputs.map(() => undefined);
    const [hidden, weight, bias] = node.inputs as [Tensor, Tensor, Tensor];
    const [, mean, scale] = node.outputs as [Tensor, Tensor, Tensor];
    if (wantWeight) {
      const inputs = [hidden, mean, scale, dNormed];
      graph.append('layerNormWeightGradient', inputs, [], {}, [graph.gradientOf(weight)]);
    }
    if (wantBias) graph.append('biasGradient', [dNormed], [], {}, [graph.gradientOf(bias)]);
    if (!wantHidden) return node.inputs.map(() => undefined);
    const outputs = [{ name: 'dHidden', shape: hidden.shape }];
    const [dHidden] = graph.append('layerNormBackward', [hidden, weight, mean, scale, dNormed], outputs);
    return [dHidden, undefined, undefined];
  },
});

registerOp({
  name: 'layerNormBackward',
  dispatches(node, target) {
    const [hidden, weight] = node.inputs as [Tensor, Tensor];
    // Fused, it adds to a gradient that is there.
    const [there] = node.updates;
    const ROWS = shapeOf(hidden, 0);
    return [
      {
        kernel: 'layerNormBackward',
        constants: {
          ROWS,
          WIDTH: shapeOf(weight, 0),
          BF16: weight.type === 'bf16',
          LANES: reductionLanes(target),
          ACCUMULATE: there !== undefined,
        },
        bindings: [...node.inputs.map((tensor) => reads(tensor)), there ? updates(there) : writes(node.outputs[0]!)],
        workgroups: workgroupGrid(ROWS, target),
      },
    ];
  },
});

registerOp({
  name: 'layerNormWeightGradient',
  dispatches(node, target) {
    const [hidden, mean, scale, dNormed] = node.inputs as [Tensor, Tensor, Tensor, Tensor];
    const norm = { hidden, mean, scale };
    return [columnSumDispatch(dNormed, shapeOf(hidden, 0), node.updates[0]!, target, norm)];
  },
});
