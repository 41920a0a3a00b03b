/** Mistral 7B and its like: Llama without biases, every layer looking back over a sliding window where the file has one. */
import {
  activationOf,
  architectureOf,
  attentionSizes,
  commonFields,
  layerCount,
  numberOr,
  requiredSize,
  sizeOr,
  unsupported,
} from './config';
import { gatedDecoder } from './gatedDecoder';
import { readRope } from './rope';
import { windowsOf } from './windows';

export const mistral = gatedDecoder((json) => {
  // transformers warns and ignores it; models that mean it are of another `model_type`.
  if (json.layer_types) throw unsupported('it has "layer_types", which Mistral has not');
  const sizes = attentionSizes(json);
  const layers = layerCount(json, 'num_hidden_layers');
  const contextLength = sizeOr(json, 'max_position_embeddings', 4096 * 32);
  // null switches the window off; a file that does not speak of it means the first Mistral's.
  const slides = json.sliding_window !== null;
  return {
    modelType: 'mistral',
    architecture: architectureOf(json, 'MistralForCausalLM', ['MistralModel']),
    ...commonFields(json, { tied: false }),
    ...sizes,
    kvHeads: requiredSize(json, 'num_key_value_heads'),
    intermediateSize: requiredSize(json, 'intermediate_size'),
    layers,
    normEpsilon: numberOr(json, 'rms_norm_eps', 1e-6),
    activation: activationOf(json, 'hidden_act', 'silu'),
    contextLength,
    learnedPositions: false,
    rope: readRope(json, { headSize: sizes.headSize, contextLength }),
    biases: { queryKeyValue: false, attentionOutput: false, mlp: false },
    headNorms: false,
    windows: windowsOf(
      json,
      Array.from({ length: layers }, () => slides),
      4096,
    ),
  };
});
