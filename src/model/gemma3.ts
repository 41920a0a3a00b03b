/**
 * Gemma 3, text only: norms before and after both halves of a layer with factors counted from one, embeddings scaled by
 * sqrt(hiddenSize), GeGLU, normed query and key heads, and local layers (sliding window, a rotary base of their own)
 * between global ones. transformers rounds the embedding scale to the type of the weights as it runs them; here that is f32.
 */
import { add, gatedMlp, rmsNorm, type Tensor } from '../engine/index';
import { attend, LayerParameters } from './blocks';
import { checkpointParameters, ModelBuilder, type BuildOptions, type ModelGraph, type ShapesByName } from './build';
import {
  activationOf,
  architectureOf,
  attentionSizes,
  commonFields,
  flagOr,
  layerCount,
  numberOr,
  objectOr,
  requiredSize,
  sizeOr,
  unsupported,
  type ConfigJson,
  type ModelConfig,
} from './config';
import type { Family } from './family';
import { ropeOf, type Rope, type RopeDefaults } from './rope';
import { layerTypes, windowsOf, type LayerWindows } from './windows';

export interface Gemma3Config extends ModelConfig {
  /** Of layers that see the whole document, and of those with a window. */
  readonly ropes: { readonly global: Rope; readonly local: Rope };
  readonly windows: LayerWindows;
  readonly attentionScale: number;
  /** Factor of every embedding row on its way in; the head takes the rows as they are. */
  readonly embeddingScale: number;
}

export const gemma3: Family<Gemma3Config> = {
  parse(json) {
    for (const field of ['final_logit_softcapping', 'attn_logit_softcapping']) {
      if (json[field] !== null && json[field] !== undefined) throw unsupported(`it has "${field}"`);
    }
    for (const field of ['attention_bias', 'use_bidirectional_attention']) {
      if (flagOr(json, field, false)) throw unsupported(`it has "${field}"`);
    }
    const sizes = attentionSizes(json, 256);
    const layers = layerCount(json, 'num_hidden_layers');
    const contextLength = sizeOr(json, 'max_position_embeddings', 131072);
    const pattern = sizeOr(json, 'sliding_window_pattern', sizeOr(json, '_sliding_window_pattern', 6));
    return {
      modelType: 'gemma3_text',
      architecture: architectureOf(json, 'Gemma3ForCausalLM', ['Gemma3TextModel', 'Gemma3ForConditionalGeneration']),
      ...commonFields(json, { tied: true }),
      ...sizes,
      kvHeads: requiredSize(json, 'num_key_value_heads'),
      intermediateSize: requiredSize(json, 'intermediate_size'),
      layers,
      normEpsilon: numberOr(json, 'rms_norm_eps', 1e-6),
      activation: activationOf(json, 'hidden_activation', 'gelu_pytorch_tanh'),
      contextLength,
      learnedPositions: false,
      ropes: ropesOf(json, { headSize: sizes.headSize, contextLength }),
      windows: windowsOf(
        json,
        layerTypes(json, layers, (layer) => (layer + 1) % pattern !== 0),
        4096,
      ),
      attentionScale: 1 / Math.sqrt(sizeOr(json, 'query_pre_attn_scalar', 256)),
      embeddingScale: Math.fround(Math.sqrt(sizes.hiddenSize)),
    };
  },

  parameters: (config) =>
    checkpointParameters(config, {
      input: 'model.embed_tokens.weight',
      output: 'lm_head.weight',
      layer: layerPrefix,
      layerShapes: layerShapes(config),
      after: { 'model.norm.weight': [config.hiddenSize] },
    }),

  build(config, options: BuildOptions): ModelGraph {
    const model = new ModelBuilder(config.hiddenSize, options);
    return model.run(config.layers, {
      embed: () => model.embed(config.embeddingScale),
      layer: (layer, hidden) => decoderLayer(model, config, layer, hidden),
      norm: (hidden) => {
        const norm = model.parameter('model.norm.weight', [config.hiddenSize]);
        return rmsNorm(model.graph, hidden, norm, config.normEpsilon, true);
      },
    });
  },
};

/** New style: an object for each kind of layer. Old style: `rope_scaling` is of the global layers alone. */
function ropesOf(json: ConfigJson, sizes: Pick<RopeDefaults, 'headSize' | 'contextLength'>): Gemma3Config['ropes'] {
  const parameters = objectOr(json, 'rope_parameters') ?? {};
  const global = { ...objectOr(parameters, 'full_attention'), ...objectOr(json, 'rope_scaling') };
  return {
    global: ropeOf(global, { ...sizes, theta: numberOr(json, 'rope_theta', 1e6) }),
    local: ropeOf(objectOr(parameters, 'sliding_attention') ?? {}, {
      ...sizes,
      theta: numberOr(json, 'rope_local_base_freq', 1e4),
    }),
  };
}

function layerPrefix(layer: number): string {
  return `model.layers.${layer}.`;
}

function layerShapes({ hiddenSize, intermediateSize, heads, kvHeads, headSize }: Gemma3Config): ShapesByName {
  return {
    'input_layernorm.weight': [hiddenSize],
    'self_attn.q_proj.weight': [heads * headSize, hiddenSize],
    'self_attn.k_proj.weight': [kvHeads * headSize, hiddenSize],
    'self_attn.v_proj.weight': [kvHeads * headSize, hiddenSize],
    'self_attn.q_norm.weight': [headSize],
    'self_attn.k_norm.weight': [headSize],
    'self_attn.o_proj.weight': [hiddenSize, heads * headSize],
    'post_attention_layernorm.weight': [hiddenSize],
    'pre_feedforward_layernorm.weight': [hiddenSize],
    'mlp.gate_proj.weight': [intermediateSize, hiddenSize],
    'mlp.up_proj.weight': [intermediateSize, hiddenSize],
    'mlp.down_proj.weight': [hiddenSize, intermediateSize],
    'post_feedforward_layernorm.weight': [hiddenSize],
  };
}

/** [tokens, hiddenSize] -> the same shape. */
function decoderLayer(model: ModelBuilder, config: Gemma3Config, layer: number, hidden: Tensor): Tensor {
  const { graph } = model;
  const { heads, kvHeads, headSize, attentionScale, ropes } = config;
  const own = new LayerParameters(model, layerPrefix(layer), layerShapes(config));
  const norm = (x: Tensor, name: string) => rmsNorm(graph, x, own.get(`${name}.weight`), config.normEpsilon, true);

  const normed = norm(hidden, 'input_layernorm');
  const q = norm(own.linear('self_attn.q_proj', normed), 'self_attn.q_norm');
  const k = norm(own.linear('self_attn.k_proj', normed), 'self_attn.k_norm');
  const v = own.linear('self_attn.v_proj', normed);
  const window = config.windows[layer]!;
  const rope = window === null ? ropes.global : ropes.local;
  const attended = attend(model, { q, k, v }, { heads, kvHeads, headSize, scale: attentionScale, rope, window });
  const afterAttention = add(graph, hidden, norm(own.linear('self_attn.o_proj', attended), 'post_attention_layernorm'));

  const mlpInput = norm(afterAttention, 'pre_feedforward_layernorm');
  const gate = own.linear('mlp.gate_proj', mlpInput);
  const up = own.linear('mlp.up_proj', mlpInput);
  const mlp = own.linear('mlp.down_proj', gatedMlp(graph, gate, up, config.activation));
  return add(graph, afterAttention, norm(mlp, 'post_feedforward_layernorm'));
}
