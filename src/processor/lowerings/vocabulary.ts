/** The head: logits, and their cross-entropy with its gradients, a chunk of tokens at a time. */
import type { GraphNode, Tensor } from '../../engine/index';
import type { OnnxNodes } from '../../onnx/index';
import { attribute, type Lowering, type LoweredGraph } from '../lowering';
import { gemm } from './products';
import { placesOf } from './rows';

export const vocabularyLogits: Lowering = (node, { nodes, value, give, joined }) => {
  const [hidden, ...parameters] = node.inputs as [Tensor, ...Tensor[]];
  give(node.outputs[0]!, gemm(nodes, value(hidden), joined(parameters), { transB: true }));
};

/**
 * With P = softmax(logits), z = log sum exp(logits) = max(logits) - log max(P): loss = z - logits[target]. The factor of the
 * gradient, lossScale or 0 where a target is ignored, goes to the hidden states, which are few, instead of to P.
 */
export const linearCrossEntropy: Lowering = (node, graph) => {
  const { nodes, value, give } = graph;
  const [hidden, targets] = node.inputs as [Tensor, Tensor];
  const tokens = hidden.shape[0]!;
  const step = node.attributes.chunkTokens as number;
  const sizes = Array.from({ length: Math.ceil(tokens / step) }, (_, at) => Math.min(step, tokens - at * step));
  const cut = (whole: string): string[] =>
    sizes.length === 1
      ? [whole]
      : nodes.nodeWith('Split', [whole, nodes.ints(...sizes)], attribute.axis(0), sizes.length);
  const [hiddens, targetsOf] = [cut(value(hidden)), cut(value(targets))];
  const chunks = sizes.map((_, at) => chunkOf(node, graph, hiddens[at]!, targetsOf[at]!));
  const join = (parts: string[]): string =>
    parts.length === 1 ? parts[0]! : nodes.node('Concat', parts, attribute.axis(0));
  const losses = nodes.node('Reshape', [join(chunks.map(({ loss }) => loss)), nodes.ints(tokens)]);
  give(node.outputs[0]!, losses);
  const dHidden = node.outputs[2];
  if (dHidden) give(dHidden, join(chunks.map((chunk) => chunk.dHidden!)));
};

function chunkOf(node: GraphNode, graph: LoweredGraph, hidden: string, targets: string) {
  const { nodes, value, joined } = graph;
  const [, , lossScale, ...parameters] = node.inputs as [Tensor, Tensor, Tensor, ...Tensor[]];
  const { firstId, differentiate } = node.attributes as { firstId: number; differentiate: boolean };
  const matrix = joined(parameters);
  const columns = parameters.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const logits = gemm(nodes, hidden, matrix, { transB: true });
  const shares = nodes.node('Softmax', [logits], attribute.axis(-1));
  const { clipped, isInside } = placesOf(nodes, targets, firstId, columns);
  const column = nodes.node('Unsqueeze', [clipped, nodes.ints(1)]);
  const picked = nodes.node('GatherElements', [logits, column], attribute.axis(1));
  const z = nodes.node('Sub', [rowMax(nodes, logits), nodes.node('Log', [rowMax(nodes, shares)])]);
  const loss = nodes.node('Mul', [nodes.node('Sub', [z, picked]), isInside]);
  if (!differentiate) return { loss };
  const minus = nodes.node('Neg', [isInside]);
  const dLogits = nodes.node('ScatterElements', [shares, column, minus], {
    ...attribute.axis(1),
    reduction: { string: 'add' },
  });
  const factor = nodes.node('Mul', [isInside, value(lossScale)]);
  if (node.updates.length > 0) {
    const scaled = nodes.node('Mul', [hidden, factor]);
    addWeightGradients(node, graph, parameters, dLogits, scaled);
  }
  return { loss, dHidden: node.outputs[2] && nodes.node('Mul', [gemm(nodes, dLogits, matrix), factor]) };
}

/** Of the trained segments, each from its own columns. */
function addWeightGradients(
  node: GraphNode,
  graph: LoweredGraph,
  parameters: readonly Tensor[],
  dLogits: string,
  hidden: string,
): void {
  const { nodes, gradientSoFar, setGradient } = graph;
  let column = 0;
  const starts = parameters.map(({ shape }) => (column += shape[0]!) - shape[0]!);
  for (const [index, segment] of (node.attributes.trained as readonly number[]).entries()) {
    const rows = parameters[segment]!.shape[0]!;
    const [from, to] = [starts[segment]!, starts[segment]! + rows];
    const own =
      rows === column ? dLogits : nodes.node('Slice', [dLogits, nodes.ints(from), nodes.ints(to), nodes.ints(1)]);
    const gradient = node.updates[index]!;
    setGradient(gradient, gemm(nodes, own, hidden, { transA: true, plus: gradientSoFar(gradient) }));
  }
}

function rowMax(nodes: OnnxNodes, values: string): string {
  return nodes.node('ReduceMax', [values, nodes.ints(-1)], attribute.keep(true));
}
