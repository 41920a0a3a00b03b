/** What an op is for, coarsely enough to tell somebody where a step's time goes, and the arithmetic of the products in it. */
import { elementCount, type GraphNode, type Tensor } from './graph';
import type { AttentionShape } from './ops/index';

/** `sums` are residuals, and rows and columns that change their places. */
export type OpKind = 'linear' | 'attention' | 'head' | 'norms' | 'activations' | 'rotary' | 'embedding' | 'sums';

export const kindOfOp: Readonly<Record<string, OpKind>> = {
  linear: 'linear',
  linearFused: 'linear',
  linearInputGradient: 'linear',
  gatedInputGradient: 'linear',
  activatedInputGradient: 'linear',
  linearWeightGradient: 'linear',
  biasGradient: 'linear',
  attention: 'attention',
  attentionBackward: 'attention',
  slidingWindow: 'attention',
  linearCrossEntropy: 'head',
  vocabularyLogits: 'head',
  squaredError: 'head',
  rmsNorm: 'norms',
  rmsNormBackward: 'norms',
  rmsNormWeightGradient: 'norms',
  layerNorm: 'norms',
  layerNormBackward: 'norms',
  layerNormWeightGradient: 'norms',
  gatedMlp: 'activations',
  gatedMlpBackward: 'activations',
  activation: 'activations',
  activationBackward: 'activations',
  rope: 'rotary',
  ropePair: 'rotary',
  ropeParts: 'rotary',
  embedding: 'embedding',
  embeddingScatter: 'embedding',
  add: 'sums',
  gatherRows: 'sums',
  joinColumns: 'sums',
  scaled: 'sums',
  splitColumns: 'sums',
};

/** Throws for an op that nobody gave a kind. */
export function opKind(op: string): OpKind {
  const kind = Object.hasOwn(kindOfOp, op) ? kindOfOp[op] : undefined;
  if (!kind) throw new Error(`the op ${op} is of no kind`);
  return kind;
}

/**
 * Floating-point operations of the matrix products that a node stands for: what has to be computed, not what an engine computes
 * beside it. Of attention that is each token with those before it in its row; 0 for an op without products.
 */
export function productOperations(node: GraphNode): number {
  switch (node.op) {
    case 'linear':
    case 'linearFused':
    case 'linearInputGradient':
    case 'gatedInputGradient':
    case 'activatedInputGradient':
      return 2 * elementCount(node.inputs[1]!.shape) * node.inputs[0]!.shape[0]!;
    case 'linearWeightGradient':
      return 2 * elementCount(node.updates[0]!.shape) * node.inputs[0]!.shape[0]!;
    case 'vocabularyLogits':
      return 2 * elementCount(node.inputs[0]!.shape) * rowsOf(node.inputs.slice(1));
    case 'linearCrossEntropy': {
      const rows = rowsOf(node.inputs.slice(3)) * (node.outputs[2] ? 2 : 1) + rowsOf(node.updates);
      return 2 * elementCount(node.inputs[0]!.shape) * rows;
    }
    case 'attention':
      return 2 * attentionProduct(node);
    case 'attentionBackward':
      return 4 * attentionProduct(node);
    default:
      return 0;
  }
}

function rowsOf(matrices: readonly Tensor[]): number {
  return matrices.reduce((sum, { shape }) => sum + shape[0]!, 0);
}

function attentionProduct(node: GraphNode): number {
  const { heads, headSize, rowLength } = node.attributes as unknown as AttentionShape;
  const tokens = node.inputs[0]!.shape[0]!;
  const length = rowLength !== undefined && tokens % rowLength === 0 ? rowLength : tokens;
  return 2 * heads * headSize * tokens * ((length + 1) / 2);
}
