/**
 * GPT-2: learned positions, layer norms, one projection for query, key and value, biases everywhere, weights as [in, out]
 * (Conv1D). Checkpoints of the first release name their tensors without the `transformer.` in front; both are read, and
 * what is written keeps the names that were read.
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
  unsupported,
  usableHead,
  type ModelConfig,
} from './config';
import type { Family } from './family';

export interface Gpt2Config extends ModelConfig {
  /** In front of every tensor's name but the head's. */
  readonly prefix: '' | 'transformer.';
  /** Of the scores, layer by layer. */
  readonly attentionScales: readonly number[];
}

export const gpt2: Family<Gpt2Config> = {
  parse(json, tensors) {
    if (flagOr(json, 'add_cross_attention', false)) throw unsupported('it has "add_cross_attention"');
    const hiddenSize = requiredSize(json, 'n_embd');
    const heads = requiredSize(json, 'n_head');
    if (hiddenSize % heads !== 0) throw badField('n_head', heads, `a divisor of ${hiddenSize} dimensions`);
    const headSize = usableHead('n_embd / n_head', hiddenSize / heads);
    const layers = layerCount(json, 'n_layer');
    const scale = flagOr(json, 'scale_attn_weights', true) ? 1 / Math.sqrt(headSize) : 1;
    const byLayer = flagOr(json, 'scale_attn_by_inverse_layer_idx', false);
    return {
      modelType: 'gpt2',
      architecture: architectureOf(json, 'GPT2LMHeadModel', ['GPT2Model']),
      ...commonFields(json, { tied: true }),
      hiddenSize,
      intermediateSize: sizeOr(json, 'n_inner', 4 * hiddenSize),
      layers,
      heads,
      kvHeads: heads,
      headSize,
      normEpsilon: numberOr(json, 'layer_norm_epsilon', 1e-5),
      activation: activationOf(json, 'activation_function', 'gelu_new'),
      contextLength: sizeOr(json, 'n_positions', 1024),
      learnedPositions: true,
      prefix: tensors.has('wte.weight') ? '' : 'transformer.',
      attentionScales: Array.from({ length: layers }, (_, layer) => (byLayer ? scale / (layer + 1) : scale)),
    };
  },

  parameters: (config) =>
    checkpointParameters(config, {
      input: `${config.prefix}wte.weight`,
      output: 'lm_head.weight',
      positions: `${config.prefix}wpe.weight`,
      layer: (layer) => layerPrefix(config, layer),
      layerShapes: layerShapes(config),
      after: finalNorm(config),
    }),

  build(config, options: BuildOptions): ModelGraph {
    const model = new ModelBuilder(config.hiddenSize, options);
    return model.run(config.layers, {
      embed: () =>
        add(model.graph, model.embed(), model.embedPositions(`${config.prefix}wpe.weight`, config.contextLength)),
      layer: (layer, hidden) => decoderLayer(model, config, layer, hidden),
      norm: (hidden) => {
        const own = new LayerParameters(model, '', finalNorm(config));
        const [weight, bias] = [own.get(`${config.prefix}ln_f.weight`), own.get(`${config.prefix}ln_f.bias`)];
        return layerNorm(model.graph, hidden, weight, bias, config.normEpsilon);
      },
    });
  },
};

function layerPrefix({ prefix }: Gpt2Config, layer: number): string {
  return `${prefix}h.${layer}.`;
}

function finalNorm({ prefix, hiddenSize }: Gpt2Config): ShapesByName {
  return { [`${prefix}ln_f.weight`]: [hiddenSize], [`${prefix}ln_f.bias`]: [hiddenSize] };
}

function layerShapes({ hiddenSize, intermediateSize }: Gpt2Config): ShapesByName {
  return {
    'ln_1.weight': [hiddenSize],
    'ln_1.bias': [hiddenSize],
    'attn.c_attn.weight': [hiddenSize, 3 * hiddenSize],
    'attn.c_attn.bias': [3 * hiddenSize],
    'attn.c_proj.weight': [hiddenSize, hiddenSize],
    'attn.c_proj.bias': [hiddenSize],
    'ln_2.weight': [hiddenSize],
    'ln_2.bias': [hiddenSize],
    'mlp.c_fc.weight': [hiddenSize, intermediateSize],
    'mlp.c_fc.bias': [intermediateSize],
    'mlp.c_proj.weight': [intermediateSize, hiddenSize],
    'mlp.c_proj.bias': [hiddenSize],
  };
}

/** [tokens, hiddenSize] -> the same shape. */
function decoderLayer(model: ModelBuilder, config: Gpt2Config, layer: number, hidden: Tensor): Tensor {
  const { graph } = model;
  const { heads, kvHeads, headSize, attentionScales } = config;
  const own = new LayerParameters(model, layerPrefix(config, layer), layerShapes(config));
  const norm = (x: Tensor, name: string) =>
    layerNorm(graph, x, own.get(`${name}.weight`), own.get(`${name}.bias`), config.normEpsilon);

  const projected = own.linear('attn.c_attn', norm(hidden, 'ln_1'), 'inOut');
  const [q, k, v] = splitColumns(graph, projected, { parts: 3, groups: 1 }) as [Tensor, Tensor, Tensor];
  const block = { heads, kvHeads, headSize, scale: attentionScales[layer]!, window: null };
  const attended = own.linear('attn.c_proj', attend(model, { q, k, v }, block), 'inOut');
  const afterAttention = add(graph, hidden, attended);

  const inner = own.linear('mlp.c_fc', norm(afterAttention, 'ln_2'), 'inOut');
  const mlp = own.linear('mlp.c_proj', activation(graph, inner, config.activation), 'inOut');
  return add(graph, afterAttention, mlp);
}
