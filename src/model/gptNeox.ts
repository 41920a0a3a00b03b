/**
 * GPT-NeoX and Pythia: layer norms, one projection that holds query, key and value head by head, a rotation of part of
 * each head, and (usually) attention and feed-forward side by side on the same hidden states. The head is called
 * `embed_out` in published checkpoints and `lm_head` in transformers 5; the name that was read is kept.
 */
import { activation, add, layerNorm, splitColumns, type Tensor } from '../engine/index';
import { attend, LayerParameters } from './blocks';
import { checkpointParameters, ModelBuilder, type BuildOptions, type ModelGraph, type ShapesByName } from './build';
import {
  activationOf,
  architectureOf,
  badField,
  commonFields,
  flagOr,
  layerCount,
  numberOr,
  requiredSize,
  sizeOr,
  usableHead,
  type ModelConfig,
} from './config';
import type { Family } from './family';
import { readRope, type Rope } from './rope';

export interface GptNeoxConfig extends ModelConfig {
  readonly rope: Rope;
  readonly attentionBias: boolean;
  readonly parallelResidual: boolean;
  readonly headName: 'embed_out.weight' | 'lm_head.weight';
}

export const gptNeox: Family<GptNeoxConfig> = {
  parse(json, tensors) {
    const hiddenSize = requiredSize(json, 'hidden_size');
    const heads = requiredSize(json, 'num_attention_heads');
    if (hiddenSize % heads !== 0) {
      throw badField('num_attention_heads', heads, `a divisor of ${hiddenSize} dimensions`);
    }
    const headSize = usableHead('hidden_size / num_attention_heads', hiddenSize / heads);
    const contextLength = sizeOr(json, 'max_position_embeddings', 2048);
    return {
      modelType: 'gpt_neox',
      architecture: architectureOf(json, 'GPTNeoXForCausalLM', ['GPTNeoXModel']),
      ...commonFields(json, { tied: false }),
      hiddenSize,
      intermediateSize: requiredSize(json, 'intermediate_size'),
      layers: layerCount(json, 'num_hidden_layers'),
      heads,
      kvHeads: heads,
      headSize,
      normEpsilon: numberOr(json, 'layer_norm_eps', 1e-5),
      activation: activationOf(json, 'hidden_act', 'gelu'),
      contextLength,
      learnedPositions: false,
      rope: readRope(json, {
        headSize,
        contextLength,
        theta: numberOr(json, 'rotary_emb_base', 10000),
        share: numberOr(json, 'rotary_pct', 0.25),
      }),
      attentionBias: flagOr(json, 'attention_bias', true),
      parallelResidual: flagOr(json, 'use_parallel_residual', true),
      headName: tensors.has('embed_out.weight') ? 'embed_out.weight' : 'lm_head.weight',
    };
  },

  parameters: (config) =>
    checkpointParameters(config, {
      input: 'gpt_neox.embed_in.weight',
      output: config.headName,
      layer: layerPrefix,
      layerShapes: layerShapes(config),
      after: finalNorm(config),
    }),

  build(config, options: BuildOptions): ModelGraph {
    const model = new ModelBuilder(config.hiddenSize, options);
    return model.run(config.layers, {
      embed: () => model.embed(),
      layer: (layer, hidden) => decoderLayer(model, config, layer, hidden),
      norm: (hidden) => {
        const own = new LayerParameters(model, '', finalNorm(config));
        const norm = 'gpt_neox.final_layer_norm';
        const [weight, bias] = [own.get(`${norm}.weight`), own.get(`${norm}.bias`)];
        return layerNorm(model.graph, hidden, weight, bias, config.normEpsilon);
      },
    });
  },
};

function layerPrefix(layer: number): string {
  return `gpt_neox.layers.${layer}.`;
}

function finalNorm({ hiddenSize }: GptNeoxConfig): ShapesByName {
  return { 'gpt_neox.final_layer_norm.weight': [hiddenSize], 'gpt_neox.final_layer_norm.bias': [hiddenSize] };
}

function layerShapes({ hiddenSize, intermediateSize, attentionBias }: GptNeoxConfig): ShapesByName {
  return {
    'input_layernorm.weight': [hiddenSize],
    'input_layernorm.bias': [hiddenSize],
    'post_attention_layernorm.weight': [hiddenSize],
    'post_attention_layernorm.bias': [hiddenSize],
    'attention.query_key_value.weight': [3 * hiddenSize, hiddenSize],
    'attention.dense.weight': [hiddenSize, hiddenSize],
    ...(attentionBias
      ? { 'attention.query_key_value.bias': [3 * hiddenSize], 'attention.dense.bias': [hiddenSize] }
      : {}),
    'mlp.dense_h_to_4h.weight': [intermediateSize, hiddenSize],
    'mlp.dense_h_to_4h.bias': [intermediateSize],
    'mlp.dense_4h_to_h.weight': [hiddenSize, intermediateSize],
    'mlp.dense_4h_to_h.bias': [hiddenSize],
  };
}

/** [tokens, hiddenSize] -> the same shape. */
function decoderLayer(model: ModelBuilder, config: GptNeoxConfig, layer: number, hidden: Tensor): Tensor {
  const { graph } = model;
  const { heads, kvHeads, headSize, rope } = config;
  const own = new LayerParameters(model, layerPrefix(layer), layerShapes(config));
  const norm = (x: Tensor, name: string) =>
    layerNorm(graph, x, own.get(`${name}.weight`), own.get(`${name}.bias`), config.normEpsilon);

  const projected = own.linear('attention.query_key_value', norm(hidden, 'input_layernorm'));
  const [q, k, v] = splitColumns(graph, projected, { parts: 3, groups: heads }) as [Tensor, Tensor, Tensor];
  const block = { heads, kvHeads, headSize, scale: 1 / Math.sqrt(headSize), rope, window: null };
  const attended = own.linear('attention.dense', attend(model, { q, k, v }, block));
  const afterAttention = add(graph, hidden, attended);

  const mlpInput = norm(config.parallelResidual ? hidden : afterAttention, 'post_attention_layernorm');
  const inner = activation(graph, own.linear('mlp.dense_h_to_4h', mlpInput), config.activation);
  return add(graph, afterAttention, own.linear('mlp.dense_4h_to_h', inner));
}
