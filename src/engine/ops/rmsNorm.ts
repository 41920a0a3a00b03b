/** Root-mean-square norm (Zhang and Sennrich 2019) over the last dimension, or over each head of a row. */
import { elementCount, type Graph, type Tensor } from '../graph';
import { registerOp } from '../op';
import { columnSumDispatch } from './columnSums';
import { reads, requireShape, requireNormType, shapeOf, updates, workgroupGrid, writes } from './dispatch';
import { reductionLanes } from '../variants';

/**
 * hidden [tokens, n * width], weight [width] -> the shape of hidden. With n > 1 every stretch of `width` is normed by
 * itself, as Qwen3 does with the heads of q and k. With `fromOne` the factor is 1 + weight, as in Gemma.
 */
export function rmsNorm(graph: Graph, hidden: Tensor, weight: Tensor, epsilon: number, fromOne = false): Tensor {
  const width = shapeOf(weight, 0);
  requireShape(
    shapeOf(hidden, 1) % width === 0,
    `rmsNorm: ${weight.name} of ${width} does not divide [${hidden.shape.join()}].`,
  );
  requireNormType(weight);
  const rows = elementCount(hidden.shape) / width;
  return graph.append(
    'rmsNorm',
    [hidden, weight],
    [
      { name: 'normed', shape: hidden.shape },
      { name: 'scale', shape: [rows] },
    ],
    { epsilon, fromOne },
  )[0]!;
}

registerOp({
  name: 'rmsNorm',
  dispatches(node, target) {
    const [hidden, weight] = node.inputs as [Tensor, Tensor];
    const [normed, scale] = node.outputs as [Tensor, Tensor];
    const ROWS = shapeOf(scale, 0);
    const LANES = reductionLanes(target);
    const EPSILON = node.attributes.epsilon as number;
    const FROM_ONE = node.attributes.fromOne as boolean;
    return [
      {
        kernel: 'rmsNorm',
        constants: { ROWS, WIDTH: shapeOf(weight, 0), BF16: weight.type === 'bf16', FROM_ONE, EPSILON, LANES },
        bindings: [reads(hidden), reads(weight), writes(normed), writes(scale)],
        workgroups: workgroupGrid(ROWS, target),
      },
    ];
  },
  gradient(node, [dNormed], [wantHidden, wantWeight], graph) {
    if (!dNormed) return [undefined, undefined];
    const [hidden, weight] = node.inputs as [Tensor, Tensor];
    const scale = node.outputs[1]!;
    if (wantWeight) {
      graph.append('rmsNormWeightGradient', [hidden, scale, dNormed], [], {}, [graph.gradientOf(weight)]);
    }
    if (!wantHidden) return [undefined, undefined];
    const outputs = [{ name: 'dHidden', shape: hidden.shape }];
    return [graph.append('rmsNormBackward', [hidden, weight, scale, dNormed], outputs, node.attributes)[0]!, undefined];
  },
});

registerOp({
  name: 'rmsNormBackward',
  dispatches(node, target) {
    const [hidden, weight, scale, dNormed] = node.inputs as [Tensor, Tensor, Tensor, Tensor];
    // Fused, it adds to a gradient that is there.
    const [there] = node.updates;
    const ROWS = shapeOf(scale, 0);
    return [
      {
        kernel: 'rmsNormBackward',
        constants: {
          ROWS,
          WIDTH: shapeOf(weight, 0),
          BF16: weight.type === 'bf16',
          FROM_ONE: node.attributes.fromOne as boolean,
          LANES: reductionLanes(target),
          ACCUMULATE: there !== undefined,
        },
        bindings: [
          ...[hidden, weight, scale, dNormed].map((tensor) => reads(tensor)),
          there ? updates(there) : writes(node.outputs[0]!),
        ],
        workgroups: workgroupGrid(ROWS, target),
      },
    ];
  },
});

registerOp({
  name: 'rmsNormWeightGradient',
  dispatches(node, target) {
    const [hidden, scale, dNormed] = node.inputs as [Tensor, Tensor, Tensor];
    return [columnSumDispatch(dNormed, shapeOf(scale, 0), node.updates[0]!, target, { hidden, scale })];
  },
});
