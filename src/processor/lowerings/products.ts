/** Matrix products of linear layers, and sums of rows. */
import type { Tensor } from '../../engine/index';
import type { OnnxNodes } from '../../onnx/index';
import { attribute, type Lowering } from '../lowering';

interface GemmOptions {
  readonly transA?: boolean;
  readonly transB?: boolean;
  /** Added to the product: a vector a row, or all of it. */
  readonly plus?: string | undefined;
}

/** A B + plus. */
export function gemm(nodes: OnnxNodes, a: string, b: string, { transA, transB, plus }: GemmOptions = {}): string {
  return nodes.node('Gemm', plus === undefined ? [a, b] : [a, b, plus], {
    ...(transA ? { transA: { int: 1 } } : {}),
    ...(transB ? { transB: { int: 1 } } : {}),
  });
}

export const linear: Lowering = (node, { nodes, value, give }) => {
  const [hidden, weight, bias] = node.inputs as [Tensor, Tensor, Tensor | undefined];
  const transB = node.attributes.layout === 'outIn';
  const plus = bias && value(bias);
  give(node.outputs[0]!, gemm(nodes, value(hidden), value(weight), { transB, plus }));
};

export const linearInputGradient: Lowering = (node, { nodes, value, give }) => {
  const [dy, weight] = node.inputs.map(value) as [string, string];
  give(node.outputs[0]!, gemm(nodes, dy, weight, { transB: node.attributes.layout === 'inOut' }));
};

export const linearWeightGradient: Lowering = (node, graph) => {
  const [hidden, dy] = node.inputs.map(graph.value) as [string, string];
  // dW [in, out] = x^T dy is the same product with the two exchanged.
  const [first, second] = node.attributes.layout === 'inOut' ? [hidden, dy] : [dy, hidden];
  const [gradient] = node.updates as [Tensor];
  const plus = graph.gradientSoFar(gradient);
  graph.setGradient(gradient, gemm(graph.nodes, first, second, { transA: true, plus }));
};

export const biasGradient: Lowering = (node, { nodes, value, addToGradient }) => {
  addToGradient(node.updates[0]!, rowSum(nodes, value(node.inputs[0]!)));
};

/** [rows, width] -> [width]. */
export function rowSum(nodes: OnnxNodes, values: string): string {
  return nodes.node('ReduceSum', [values, nodes.ints(0)], attribute.keep(false));
}
