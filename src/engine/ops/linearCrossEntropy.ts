/**
 * The vocabulary matrix and its cross-entropy in one op, a chunk of tokens at a time, so that tokens x vocabulary
 * logits are never stored: the scratch holds one chunk. While a chunk's logits are there, they become their own
 * gradient in place, and give dHidden and the gradients of the trainable segments before the next chunk overwrites
 * them. That is why this forward op already computes its backward.
 */
import { ignoredTarget } from '../../ignoredTarget';
import type { Graph, GraphNode, Tensor } from '../graph';
import { registerOp, type Dispatch, type KernelTarget } from '../op';
import { reads, requireShape, shapeOf, workgroupGrid, writes } from './dispatch';
import { forwardMatmul, inputGradientMatmul, weightGradientMatmul } from './matmul';
import { matmulDispatch, vocabularyLanes } from '../variants';
import { segmentRows, type VocabularySegment } from './vocabulary';

export interface LinearCrossEntropyOptions {
  /** Tokens whose logits are in memory at once; rounded up to 64, so that a chunk starts on a 256-byte offset. */
  readonly chunkTokens: number;
  /** Compute gradients too (a training graph). Trainable segments get theirs accumulated by this very node. */
  readonly differentiate: boolean;
  /** Whether anything below `hidden` learns; without it that product is saved. Default: `differentiate`. */
  readonly hiddenGradient?: boolean;
}

/**
 * hidden [tokens, hiddenSize], targets u32 [tokens], lossScale f32 [1] -> tokenLoss f32 [tokens] in nats.
 * Gradients are those of lossScale * sum(tokenLoss); the host sets lossScale to 1 / targets of the whole step.
 */
export function linearCrossEntropy(
  graph: Graph,
  hidden: Tensor,
  segments: readonly VocabularySegment[],
  targets: Tensor,
  lossScale: Tensor,
  options: LinearCrossEntropyOptions,
): { readonly tokenLoss: Tensor; readonly dHidden: Tensor | undefined } {
  const [tokens, hiddenSize] = [shapeOf(hidden, 0), shapeOf(hidden, 1)];
  const columns = segmentRows(segments, hiddenSize);
  requireShape(
    shapeOf(targets, 0) === tokens,
    `linearCrossEntropy: ${shapeOf(targets, 0)} targets for ${tokens} tokens.`,
  );
  requireShape(options.chunkTokens >= 1, 'linearCrossEntropy: chunkTokens must be at least 1.');
  const { differentiate } = options;
  const hiddenGradient = differentiate && (options.hiddenGradient ?? true);
  const chunkTokens = Math.min(tokens, Math.ceil(options.chunkTokens / 64) * 64);
  const parameters = segments.map((segment) => segment.parameter);
  const trained = differentiate ? segments.flatMap(({ parameter }, index) => (parameter.trainable ? [index] : [])) : [];
  const [tokenLoss, , dHidden] = graph.append(
    'linearCrossEntropy',
    [hidden, targets, lossScale, ...parameters],
    [
      { name: 'tokenLoss', shape: [tokens] },
      { name: 'logits', shape: [chunkTokens, columns] },
      ...(hiddenGradient ? [{ name: 'dHidden', shape: hidden.shape }] : []),
    ],
    { chunkTokens, differentiate, firstId: segments[0]!.firstId, trained },
    trained.map((index) => graph.gradientOf(parameters[index]!)),
  );
  return { tokenLoss: tokenLoss!, dHidden };
}

registerOp({
  name: 'linearCrossEntropy',
  dispatches(node, target) {
    const tokens = shapeOf(node.inputs[0]!, 0);
    const step = node.attributes.chunkTokens as number;
    const chunks = Array.from({ length: Math.ceil(tokens / step) }, (_, chunk) => chunk * step);
    return chunks.flatMap((start) => chunkDispatches(node, start, Math.min(tokens, start + step), target));
  },
  gradient(node, _outputGradients, [wantHidden]) {
    return node.inputs.map((_, index) => (index === 0 && wantHidden ? node.outputs[2] : undefined));
  },
});

function chunkDispatches(node: GraphNode, start: number, end: number, target: KernelTarget): Dispatch[] {
  const [hidden, targets, lossScale, ...parameters] = node.inputs as [Tensor, Tensor, Tensor, ...Tensor[]];
  const [tokenLoss, logits, dHidden] = node.outputs as [Tensor, Tensor, Tensor | undefined];
  const differentiate = node.attributes.differentiate as boolean;
  const trained = node.attributes.trained as readonly number[];
  const columns = shapeOf(logits, 1);
  const chunk = [start, end] as const;
  const count = end - start;
  const segments = parameters.map((parameter, index) => ({
    parameter,
    offset: parameters.slice(0, index).reduce((rows, before) => rows + shapeOf(before, 0), 0),
  }));
  const dispatches: Dispatch[] = [];
  // A row outgrows caches: it is read once for the sum and again for the gradient.
  const logitBytes = 4 * count * columns;
  for (const { parameter, offset } of segments) {
    const matmul = forwardMatmul(hidden, parameter, logits, count);
    const left = { ...matmul.left, rows: chunk };
    dispatches.push(matmulDispatch({ ...matmul, left, product: { tensor: logits, row: columns, offset } }, target));
  }
  dispatches.push({
    kernel: 'crossEntropy',
    constants: {
      TOKENS: count,
      COLUMNS: columns,
      FIRST_ID: node.attributes.firstId as number,
      IGNORED: ignoredTarget,
      DIFFERENTIATE: differentiate,
      LANES: vocabularyLanes(target),
    },
    bindings: differentiate
      ? [reads(targets, chunk), reads(lossScale), writes(logits), writes(tokenLoss, chunk)]
      : [reads(targets, chunk), reads(logits), writes(tokenLoss, chunk)],
    workgroups: workgroupGrid(count, target),
    work: {
      reads: logitBytes * (differentiate ? 2 : 1) + 4 * count,
      writes: logitBytes * (differentiate ? 1 : 0) + 4 * count,
    },
  });
  if (dHidden) {
    for (const [index, { parameter, offset }] of segments.entries()) {
      const matmul = inputGradientMatmul(logits, parameter, dHidden, count);
      const left = { ...matmul.left, across: columns, offset };
      const product = { ...matmul.product, rows: chunk };
      dispatches.push(matmulDispatch({ ...matmul, left, product, accumulate: index > 0 }, target));
    }
  }
  for (const [index, gradient] of node.updates.entries()) {
    const { offset } = segments[trained[index]!]!;
    const matmul = weightGradientMatmul(logits, hidden, gradient, count);
    const left = { ...matmul.left, depth: columns, offset };
    dispatches.push(matmulDispatch({ ...matmul, left, right: { ...matmul.right, rows: chunk } }, target));
  }
  return dispatches;
}
