/** Qwen2 and Qwen2.5: Llama with biases on query, key and value. */
import {
  activationOf,
  architectureOf,
  attentionSizes,
  commonFields,
  layerCount,
  numberOr,
  requiredSize,
  sizeOr,
} from './config';
import { gatedDecoder } from './gatedDecoder';
import { readRope } from './rope';
import { qwenWindows } from './windows';

export const qwen2 = gatedDecoder((json) => {
  const sizes = attentionSizes(json);
  const layers = layerCount(json, 'num_hidden_layers');
  const contextLength = sizeOr(json, 'max_position_embeddings', 32768);
  return {
    modelType: 'qwen2',
    architecture: architectureOf(json, 'Qwen2ForCausalLM', ['Qwen2Model']),
    ...commonFields(json, { tied: false }),
    ...sizes,
    intermediateSize: requiredSize(json, 'intermediate_size'),
    layers,
    normEpsilon: numberOr(json, 'rms_norm_eps', 1e-6),
    activation: activationOf(json, 'hidden_act', 'silu'),
    contextLength,
    learnedPositions: false,
    rope: readRope(json, { headSize: sizes.headSize, contextLength }),
    biases: { queryKeyValue: true, attentionOutput: false, mlp: false },
    headNorms: false,
    windows: qwenWindows(json, layers),
  };
});
