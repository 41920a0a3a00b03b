/**
 * The pre-norm decoder with rotary embedding, grouped-query attention and a gated feed-forward part that Llama, Mistral
 * and Qwen share. Families differ in biases, norms of query and key heads, and sliding windows. Names and shapes are those
 * of Hugging Face checkpoints (weights are [out, in]).
 */
import { add, gatedMlp, rmsNorm, type Tensor } from '../engine/index';
import { attend, LayerParameters } from './blocks';
import {
  checkpointParameters,
  ModelBuilder,
  type BuildOptions,
  type CheckpointParameter,
  type ModelGraph,
  type ShapesByName,
} from './build';
import type { ModelConfig } from './config';
import type { Family } from './family';
import type { Rope } from './rope';
import type { LayerWindows } from './windows';

export interface GatedDecoderConfig extends ModelConfig {
  readonly rope: Rope;
  /** Which projections have biases. */
  readonly biases: { readonly queryKeyValue: boolean; readonly attentionOutput: boolean; readonly mlp: boolean };
  /** Query and key heads are normed before they turn. */
  readonly headNorms: boolean;
  readonly windows: LayerWindows;
}

export function gatedDecoder(parse: Family<GatedDecoderConfig>['parse']): Family<GatedDecoderConfig> {
  return { parse, parameters, build };
}

function parameters(config: GatedDecoderConfig): CheckpointParameter[] {
  return checkpointParameters(config, {
    input: 'model.embed_tokens.weight',
    output: 'lm_head.weight',
    layer: layerPrefix,
    layerShapes: layerShapes(config),
    after: { 'model.norm.weight': [config.hiddenSize] },
  });
}

function layerPrefix(layer: number): string {
  return `model.layers.${layer}.`;
}

function layerShapes(config: GatedDecoderConfig): ShapesByName {
  const { hiddenSize, intermediateSize, heads, kvHeads, headSize, biases, headNorms } = config;
  const projection = (name: string, out: number, size: number, bias: boolean): ShapesByName => ({
    [`${name}.weight`]: [out, size],
    ...(bias ? { [`${name}.bias`]: [out] } : {}),
  });
  return {
    'input_layernorm.weight': [hiddenSize],
    ...projection('self_attn.q_proj', heads * headSize, hiddenSize, biases.queryKeyValue),
    ...projection('self_attn.k_proj', kvHeads * headSize, hiddenSize, biases.queryKeyValue),
    ...projection('self_attn.v_proj', kvHeads * headSize, hiddenSize, biases.queryKeyValue),
    ...(headNorms ? { 'self_attn.q_norm.weight': [headSize], 'self_attn.k_norm.weight': [headSize] } : {}),
    ...projection('self_attn.o_proj', hiddenSize, heads * headSize, biases.attentionOutput),
    'post_attention_layernorm.weight': [hiddenSize],
    ...projection('mlp.gate_proj', intermediateSize, hiddenSize, biases.mlp),
    ...projection('mlp.up_proj', intermediateSize, hiddenSize, biases.mlp),
    ...projection('mlp.down_proj', hiddenSize, intermediateSize, biases.mlp),
  };
}

function build(config: GatedDecoderConfig, options: BuildOptions): ModelGraph {
  const model = new ModelBuilder(config.hiddenSize, options);
  return model.run(config.layers, {
    embed: () => model.embed(),
    layer: (layer, hidden) => decoderLayer(model, config, layer, hidden),
    norm: (hidden) => {
      const norm = model.parameter('model.norm.weight', [config.hiddenSize]);
      return rmsNorm(model.graph, hidden, norm, config.normEpsilon);
    },
  });
}

/** [tokens, hiddenSize] -> the same shape. */
function decoderLayer(model: ModelBuilder, config: GatedDecoderConfig, layer: number, hidden: Tensor): Tensor {
  const { graph } = model;
  const { heads, kvHeads, headSize, normEpsilon, rope } = config;
  const own = new LayerParameters(model, layerPrefix(layer), layerShapes(config));
  const norm = (x: Tensor, name: string) => rmsNorm(graph, x, own.get(`${name}.weight`), normEpsilon);
  const headNorm = (x: Tensor, name: string) => (config.headNorms ? norm(x, name) : x);

  const normed = norm(hidden, 'input_layernorm');
  const q = headNorm(own.linear('self_attn.q_proj', normed), 'self_attn.q_norm');
  const k = headNorm(own.linear('self_attn.k_proj', normed), 'self_attn.k_norm');
  const v = own.linear('self_attn.v_proj', normed);
  const block = { heads, kvHeads, headSize, scale: 1 / Math.sqrt(headSize), rope, window: config.windows[layer]! };
  const attended = own.linear('self_attn.o_proj', attend(model, { q, k, v }, block));
  const afterAttention = add(graph, hidden, attended);

  const mlpInput = norm(afterAttention, 'post_attention_layernorm');
  const gate = own.linear('mlp.gate_proj', mlpInput);
  const up = own.linear('mlp.up_proj', mlpInput);
  return add(graph, afterAttention, own.linear('mlp.down_proj', gatedMlp(graph, gate, up, config.activation)));
}
