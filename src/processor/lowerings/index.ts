/** One lowering for every op, forward and backward: a new op needs a line here, and is refused by name until it has it. */
import type { GraphNode } from '../../engine/index';
import { noLowering, type Lowering } from '../lowering';
import { activation, activationBackward, gatedMlp, gatedMlpBackward } from './activations';
import { attention, attentionBackward, slidingWindow } from './attention';
import {
  layerNorm,
  layerNormBackward,
  layerNormWeightGradient,
  rmsNorm,
  rmsNormBackward,
  rmsNormWeightGradient,
} from './norms';
import { biasGradient, linear, linearInputGradient, linearWeightGradient } from './products';
import { rope } from './rope';
import { add, embedding, embeddingScatter, gatherRows, joinColumns, scaled, splitColumns } from './rows';
import { squaredError } from './squaredError';
import { linearCrossEntropy, vocabularyLogits } from './vocabulary';

const lowerings: Readonly<Record<string, Lowering>> = {
  activation,
  activationBackward,
  add,
  attention,
  attentionBackward,
  biasGradient,
  embedding,
  embeddingScatter,
  gatedMlp,
  gatedMlpBackward,
  gatherRows,
  joinColumns,
  layerNorm,
  layerNormBackward,
  layerNormWeightGradient,
  linear,
  linearCrossEntropy,
  linearInputGradient,
  linearWeightGradient,
  rmsNorm,
  rmsNormBackward,
  rmsNormWeightGradient,
  rope,
  scaled,
  slidingWindow,
  splitColumns,
  squaredError,
  vocabularyLogits,
};

/** @throws LabError processor/no-lowering, naming the op. */
export function loweringOf(node: GraphNode): Lowering {
  const lowering = Object.hasOwn(lowerings, node.op) ? lowerings[node.op] : undefined;
  if (!lowering) throw noLowering(node);
  return lowering;
}
