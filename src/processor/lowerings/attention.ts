/**
 * Causal grouped-query attention within documents, row by row of the batch where rows are known. Queries that share a key
 * head lie under each other, so that keys and values are never repeated. The weights of forward are kept for backward.
 */
import type { AttentionShape, GraphNode, Tensor } from '../../engine/index';
import { MICROSOFT, type OnnxNodes } from '../../onnx/index';
import { attribute, type Lowering, type LoweredGraph } from '../lowering';

/** Finite, so that a row of scores never becomes NaN. */
const HIDDEN_SCORE = -1e30;

interface Sizes extends AttentionShape {
  readonly rows: number;
  readonly length: number;
}

function sizesOf(node: GraphNode): Sizes {
  const shape = node.attributes as unknown as AttentionShape;
  const tokens = node.inputs[0]!.shape[0]!;
  const length = shape.rowLength !== undefined && tokens % shape.rowLength === 0 ? shape.rowLength : tokens;
  return { ...shape, rows: tokens / length, length };
}

export const attention: Lowering = (node, graph) => {
  const { nodes, value, give, kept } = graph;
  const sizes = sizesOf(node);
  const { rows, length, heads, kvHeads, scale } = sizes;
  const [q, k, v, documentStart] = node.inputs as [Tensor, Tensor, Tensor, Tensor];
  const query = grouped(nodes, byHead(nodes, value(q), sizes, heads), sizes);
  const key = byHead(nodes, value(k), sizes, kvHeads);
  const values = byHead(nodes, value(v), sizes, kvHeads);
  const scores = product(nodes, query, key, { transB: true, alpha: scale });
  const byQuery = nodes.node('Reshape', [scores, nodes.ints(rows, heads, length, length)]);
  const masked = nodes.node('Add', [byQuery, maskOf(graph, documentStart, sizes)]);
  const weights = nodes.node('Reshape', [
    nodes.node('Softmax', [masked], attribute.axis(-1)),
    nodes.ints(rows, kvHeads, -1, length),
  ]);
  const attended = product(nodes, weights, values);
  kept.set(`attention ${node.outputs[0]!.id}`, [query, key, values, weights, attended]);
  give(node.outputs[0]!, byToken(nodes, attended, sizes, heads));
};

/** With P the weights, O what was attended: dP = dO V^T, dS = P (dP - rowsum(dO O)) and products of it. */
export const attentionBackward: Lowering = (node, { nodes, value, give, kept }) => {
  const sizes = sizesOf(node);
  const { heads, kvHeads, scale } = sizes;
  const [attendedTensor, , dAttended] = node.inputs.slice(5) as [Tensor, Tensor, Tensor];
  const [query, key, values, weights, attended] = kept.get(`attention ${attendedTensor.id}`)! as [
    string,
    string,
    string,
    string,
    string,
  ];
  const dO = grouped(nodes, byHead(nodes, value(dAttended), sizes, heads), sizes);
  const dV = product(nodes, weights, dO, { transA: true });
  const dP = product(nodes, dO, values, { transB: true });
  const shift = nodes.node('ReduceSum', [nodes.node('Mul', [dO, attended]), nodes.ints(-1)], attribute.keep(true));
  const dS = nodes.node('Mul', [weights, nodes.node('Sub', [dP, shift])]);
  const dQ = product(nodes, dS, key, { alpha: scale });
  const dK = product(nodes, dS, query, { transA: true, alpha: scale });
  const [dQOut, dKOut, dVOut] = node.outputs as [Tensor, Tensor, Tensor];
  give(dQOut, byToken(nodes, dQ, sizes, heads));
  give(dKOut, byToken(nodes, dK, sizes, kvHeads));
  give(dVOut, byToken(nodes, dV, sizes, kvHeads));
};

/** Where each token's keys start, narrowed: [tokens] of int64. Where queries end follows. */
export const slidingWindow: Lowering = (node, { nodes, value, give }) => {
  const [documentStart, documentEnd] = node.inputs as [Tensor, Tensor];
  const tokens = documentStart.shape[0]!;
  const window = node.attributes.window as number;
  const oldest = nodes.ints(...Array.from({ length: tokens }, (_, token) => Math.max(0, token + 1 - window)));
  const newest = nodes.ints(...Array.from({ length: tokens }, (_, token) => Math.min(tokens, token + window)));
  give(node.outputs[0]!, nodes.node('Max', [value(documentStart), oldest]));
  give(node.outputs[1]!, nodes.node('Min', [value(documentEnd), newest]));
};

/** f32 [rows, 1, length, length] to add to scores; once for all layers under one mask. */
function maskOf({ nodes, value }: LoweredGraph, documentStart: Tensor, { rows, length }: Sizes): string {
  return nodes.once(`mask of ${documentStart.id} by ${length}`, () => {
    const starts = nodes.node('Reshape', [value(documentStart), nodes.ints(rows, 1, length, 1)]);
    const places = nodes.ints(...Array.from({ length }, (_, at) => at));
    const firsts = nodes.node('Reshape', [
      nodes.ints(...Array.from({ length: rows }, (_, row) => row * length)),
      nodes.ints(rows, 1, 1, 1),
    ]);
    const keys = nodes.node('Add', [firsts, places]);
    const isInDocument = nodes.node('GreaterOrEqual', [keys, starts]);
    const queries = nodes.node('Unsqueeze', [places, nodes.ints(1)]);
    const isEarlier = nodes.node('LessOrEqual', [places, queries]);
    const isSeen = nodes.node('And', [isInDocument, isEarlier]);
    return nodes.node('Where', [isSeen, nodes.scalar(0), nodes.scalar(HIDDEN_SCORE)]);
  });
}

/** [tokens, count * headSize] -> [rows, count, length, headSize]. */
function byHead(nodes: OnnxNodes, value: string, { rows, length, headSize }: Sizes, count: number): string {
  const split = nodes.node('Reshape', [value, nodes.ints(rows, length, count, headSize)]);
  return nodes.node('Transpose', [split], attribute.perm(0, 2, 1, 3));
}

/** [rows, heads, length, headSize] -> [rows, kvHeads, heads / kvHeads * length, headSize]. */
function grouped(nodes: OnnxNodes, value: string, { rows, heads, kvHeads, headSize }: Sizes): string {
  return heads === kvHeads ? value : nodes.node('Reshape', [value, nodes.ints(rows, kvHeads, -1, headSize)]);
}

/** The inverse of `byHead`, of grouped heads too. */
function byToken(nodes: OnnxNodes, value: string, { rows, length, headSize }: Sizes, count: number): string {
  const byHeads = nodes.node('Reshape', [value, nodes.ints(rows, count, length, headSize)]);
  const turned = nodes.node('Transpose', [byHeads], attribute.perm(0, 2, 1, 3));
  return nodes.node('Reshape', [turned, nodes.ints(rows * length, count * headSize)]);
}

/** alpha A B, of matrices in batches; onnxruntime's own operator turns none of them in memory. */
function product(
  nodes: OnnxNodes,
  a: string,
  b: string,
  { transA = false, transB = false, alpha = 1 }: { transA?: boolean; transB?: boolean; alpha?: number } = {},
): string {
  const attributes = {
    transA: { int: transA ? 1 : 0 },
    transB: { int: transB ? 1 : 0 },
    alpha: { float: Math.fround(alpha) },
  };
  return nodes.nodeWith('FusedMatMul', [a, b], attributes, 1, MICROSOFT)[0]!;
}
