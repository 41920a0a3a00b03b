/**
 * The Llama family: pre-norm decoder with rotary embedding, grouped-query attention and a SwiGLU feed-forward part,
 * without biases. Names and shapes are those of Hugging Face checkpoints (weights are [out, in]).
 */
import { add, attention, gatedMlp, linear, rmsNorm, rope, type Tensor } from '../engine/index';
import { ModelBuilder, type BuildOptions, type CheckpointParameter, type ModelGraph } from './build';
import {
  badField,
  flagOr,
  numberOr,
  requiredSize,
  ropeTheta,
  sizeOr,
  tokenIds,
  unsupported,
  type ConfigJson,
  type ModelConfig,
} from './config';

export function parseLlama(json: ConfigJson): ModelConfig {
  const architectures: unknown[] = Array.isArray(json.architectures) ? json.architectures : ['LlamaForCausalLM'];
  const architecture = architectures[0];
  if (architecture !== 'LlamaForCausalLM') throw unsupported(`its architecture is ${JSON.stringify(architecture)}`);
  const activation = json.hidden_act ?? 'silu';
  if (activation !== 'silu' && activation !== 'swish') {
    throw unsupported(`its activation is ${JSON.stringify(activation)}`);
  }
  for (const bias of ['attention_bias', 'mlp_bias']) {
    if (flagOr(json, bias, false)) throw unsupported(`it has "${bias}"`);
  }
  if ((json.pretraining_tp ?? 1) !== 1) throw unsupported('it has "pretraining_tp" other than 1');
  if (json.quantization_config) throw unsupported('its weights are quantised', 'Use the unquantised checkpoint.');
  const hiddenSize = requiredSize(json, 'hidden_size');
  const heads = requiredSize(json, 'num_attention_heads');
  const kvHeads = sizeOr(json, 'num_key_value_heads', heads);
  const headSize = sizeOr(json, 'head_dim', hiddenSize / heads);
  if (heads % kvHeads !== 0) throw badField('num_key_value_heads', kvHeads, `a divisor of ${heads} heads`);
  if (headSize % 2 !== 0) throw badField('head_dim', headSize, 'an even number');
  return {
    modelType: 'llama',
    architecture,
    vocabSize: requiredSize(json, 'vocab_size'),
    hiddenSize,
    intermediateSize: requiredSize(json, 'intermediate_size'),
    layers: requiredSize(json, 'num_hidden_layers'),
    heads,
    kvHeads,
    headSize,
    normEpsilon: numberOr(json, 'rms_norm_eps', 1e-6),
    ropeTheta: ropeTheta(json),
    contextLength: sizeOr(json, 'max_position_embeddings', 2048),
    tied: flagOr(json, 'tie_word_embeddings', false),
    initializerRange: numberOr(json, 'initializer_range', 0.02),
    bosTokenId: tokenIds(json, 'bos_token_id')[0],
    eosTokenIds: tokenIds(json, 'eos_token_id'),
  };
}

export function llamaParameters(config: ModelConfig): CheckpointParameter[] {
  const { hiddenSize, vocabSize, tied } = config;
  const body = (name: string, ...shape: number[]): CheckpointParameter => ({ name, shape, role: 'body' });
  const layers = Array.from({ length: config.layers }, (_, layer) =>
    Object.entries(layerShapes(config)).map(([name, shape]) => body(`model.layers.${layer}.${name}.weight`, ...shape)),
  );
  const output: CheckpointParameter = {
    name: 'lm_head.weight',
    shape: [vocabSize, hiddenSize],
    role: 'outputVocabulary',
  };
  return [
    { name: 'model.embed_tokens.weight', shape: [vocabSize, hiddenSize], role: 'inputVocabulary' },
    ...layers.flat(),
    body('model.norm.weight', hiddenSize),
    ...(tied ? [] : [output]),
  ];
}

function layerShapes({ hiddenSize, intermediateSize, heads, kvHeads, headSize }: ModelConfig) {
  return {
    input_layernorm: [hiddenSize],
    'self_attn.q_proj': [heads * headSize, hiddenSize],
    'self_attn.k_proj': [kvHeads * headSize, hiddenSize],
    'self_attn.v_proj': [kvHeads * headSize, hiddenSize],
    'self_attn.o_proj': [hiddenSize, heads * headSize],
    post_attention_layernorm: [hiddenSize],
    'mlp.gate_proj': [intermediateSize, hiddenSize],
    'mlp.up_proj': [intermediateSize, hiddenSize],
    'mlp.down_proj': [hiddenSize, intermediateSize],
  } as const;
}

export function buildLlama(config: ModelConfig, options: BuildOptions): ModelGraph {
  const model = new ModelBuilder(config.hiddenSize, options);
  const { graph } = model;
  let hidden = graph.within('embedding', () => model.embed());
  for (let layer = 0; layer < config.layers; layer++) {
    hidden = graph.within(`layer ${layer}`, () => decoderLayer(model, config, layer, hidden));
  }
  return graph.within('head', () => {
    const norm = model.parameter('model.norm.weight', [config.hiddenSize]);
    return model.finish(rmsNorm(graph, hidden, norm, config.normEpsilon));
  });
}

/** [tokens, hiddenSize] -> the same shape. */
function decoderLayer(model: ModelBuilder, config: ModelConfig, layer: number, hidden: Tensor): Tensor {
  const { graph } = model;
  const { heads, kvHeads, headSize, normEpsilon } = config;
  const shapes = layerShapes(config);
  const weight = (name: keyof typeof shapes) => model.parameter(`model.layers.${layer}.${name}.weight`, shapes[name]);
  const rotate = (x: Tensor, count: number) =>
    rope(graph, x, model.input('positions'), inverseFrequencies(config), {
      heads: count,
      headSize,
      rotarySize: headSize,
    });

  const normed = rmsNorm(graph, hidden, weight('input_layernorm'), normEpsilon);
  const q = rotate(linear(graph, normed, weight('self_attn.q_proj')), heads);
  const k = rotate(linear(graph, normed, weight('self_attn.k_proj')), kvHeads);
  const v = linear(graph, normed, weight('self_attn.v_proj'));
  const mask = [model.input('documentStart'), model.input('documentEnd')] as const;
  const attended = attention(graph, q, k, v, ...mask, { heads, kvHeads, headSize, scale: 1 / Math.sqrt(headSize) });
  const afterAttention = add(graph, hidden, linear(graph, attended, weight('self_attn.o_proj')));

  const mlpInput = rmsNorm(graph, afterAttention, weight('post_attention_layernorm'), normEpsilon);
  const gate = linear(graph, mlpInput, weight('mlp.gate_proj'));
  const up = linear(graph, mlpInput, weight('mlp.up_proj'));
  return add(graph, afterAttention, linear(graph, gatedMlp(graph, gate, up), weight('mlp.down_proj')));
}

/** theta^(-2i / headSize) for i in [0, headSize / 2). */
function inverseFrequencies({ ropeTheta: theta, headSize }: ModelConfig): number[] {
  return Array.from({ length: headSize / 2 }, (_, i) => theta ** ((-2 * i) / headSize));
}
