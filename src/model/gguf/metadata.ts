/**
 * What a configuration amounts to in GGUF metadata: the keys that llama.cpp reads, as its converter (convert_hf_to_gguf.py)
 * writes them. What llama.cpp would compute otherwise is refused by name. The way back is src/checkpoint/gguf/config.ts.
 */
import { bool, f32, text, u32, type GgufEntries, type GgufReason } from '../../checkpoint/index';
import { LabError } from '../../error';
import type { ModelConfig } from '../config';
import type { Gemma3Config } from '../gemma3';
import type { Gpt2Config } from '../gpt2';
import type { GptNeoxConfig } from '../gptNeox';
import type { GatedDecoderConfig } from '../gatedDecoder';
import { inverseFrequencies, type Rope } from '../rope';

export interface GgufModel {
  /** llama.cpp's name of the family. */
  readonly architecture: string;
  readonly entries: GgufEntries;
  /** Divisors of the rotary frequencies, a tensor of its own (`rope_freqs.weight`). */
  readonly ropeFactors?: Float32Array;
}

/** Throws `model/gguf-unsupported`. */
export function ggufModelOf(config: ModelConfig): GgufModel {
  const writer = Object.hasOwn(writers, config.modelType) ? writers[config.modelType]! : undefined;
  if (!writer) {
    throw refused(`models of \`model_type\` ${config.modelType}; those of ${Object.keys(writers).join(', ')} are`, {
      reason: 'family',
      what: config.modelType,
    });
  }
  return writer(config);
}

const writers: Readonly<Record<string, (config: ModelConfig) => GgufModel>> = {
  llama: (config) => decoder('llama', config as GatedDecoderConfig),
  // llama.cpp has no family of its own for Mistral.
  mistral: (config) => decoder('llama', config as GatedDecoderConfig),
  qwen2: (config) => decoder('qwen2', config as GatedDecoderConfig),
  qwen3: (config) => decoder('qwen3', config as GatedDecoderConfig),
  gemma3_text: (config) => gemma3(config as Gemma3Config),
  gpt2: (config) => gpt2(config as Gpt2Config),
  gpt_neox: (config) => gptNeox(config as GptNeoxConfig),
};

function decoder(architecture: string, config: GatedDecoderConfig): GgufModel {
  const { rope, windows, contextLength } = config;
  if (windows.some((window) => window !== null && window < contextLength)) {
    throw refused('sliding windows of this family', { reason: 'windows' });
  }
  if (config.activation !== 'silu')
    throw refused(`the activation ${config.activation} in this family`, activation(config.activation));
  const ropeFactors = factorsOf(rope);
  return {
    architecture,
    entries: prefixed(architecture, {
      ...sizes(config),
      ...headSizes(config),
      'attention.layer_norm_rms_epsilon': f32(config.normEpsilon),
      'rope.freq_base': f32(rope.theta),
      'rope.dimension_count': u32(rope.rotarySize),
      ...linearScaling(rope),
    }),
    ...(ropeFactors ? { ropeFactors } : {}),
  };
}

/** Layers of llama.cpp's Gemma 3 that see all: every sixth, unless the file says otherwise. */
const GEMMA_PERIOD = 6;
/** The 27B, whose queries are scaled by hidden size over heads; llama.cpp knows it by its layers. */
const LARGEST_GEMMA_LAYERS = 62;

function gemma3(config: Gemma3Config): GgufModel {
  const { ropes, windows, layers, heads, headSize, hiddenSize, attentionScale } = config;
  const period = windows.indexOf(null) + 1 || layers + 1;
  const width = windows.find((window) => window !== null);
  const follows = windows.every((window, layer) => ((layer + 1) % period === 0 ? window === null : window === width));
  if (!follows) throw refused('layers with windows in an order of their own', { reason: 'windows' });
  const scaled = layers === LARGEST_GEMMA_LAYERS ? hiddenSize / heads : headSize;
  if (Math.abs(attentionScale * Math.sqrt(scaled) - 1) > 1e-6) {
    throw refused(`queries scaled by ${attentionScale.toPrecision(4)}`, { reason: 'attention-scale' });
  }
  if (ropes.local.scaling.type !== 'default' || ropes.global.scaling.type === 'llama3') {
    throw refused('this scaling of the rotary embedding in Gemma 3', { reason: 'rotary' });
  }
  return {
    architecture: 'gemma3',
    entries: prefixed('gemma3', {
      ...sizes(config),
      ...headSizes(config),
      'attention.layer_norm_rms_epsilon': f32(config.normEpsilon),
      'attention.sliding_window': u32(width ?? config.contextLength),
      ...(period === GEMMA_PERIOD ? {} : { 'attention.sliding_window_pattern': u32(period) }),
      'rope.freq_base': f32(ropes.global.theta),
      ...(ropes.local.theta === 10000 ? {} : { 'rope.freq_base_swa': f32(ropes.local.theta) }),
      ...linearScaling(ropes.global),
    }),
  };
}

function gpt2(config: Gpt2Config): GgufModel {
  if (config.attentionScales.some((scale) => Math.abs(scale * Math.sqrt(config.headSize) - 1) > 1e-6)) {
    throw refused('attention scaled by the layer', { reason: 'attention-scale' });
  }
  if (config.activation !== 'geluTanh')
    throw refused(`the activation ${config.activation} in GPT-2`, activation(config.activation));
  return {
    architecture: 'gpt2',
    entries: prefixed('gpt2', { ...sizes(config), 'attention.layer_norm_epsilon': f32(config.normEpsilon) }),
  };
}

/**
 * llama.cpp computes GELU by tanh in this family, whatever the file says: 5e-4 apart from the exact one at most, as in every
 * file of its converter. `hidden_activation` is for the way back.
 */
function gptNeox(config: GptNeoxConfig): GgufModel {
  const { rope } = config;
  if (!config.attentionBias) throw refused('GPT-NeoX models without biases in attention', { reason: 'biases' });
  if (config.activation === 'silu') {
    throw refused(`the activation ${config.activation} in GPT-NeoX`, activation(config.activation));
  }
  if (rope.scaling.type === 'llama3') {
    throw refused('this scaling of the rotary embedding in GPT-NeoX', { reason: 'rotary' });
  }
  return {
    architecture: 'gptneox',
    entries: prefixed('gptneox', {
      ...sizes(config),
      'attention.layer_norm_epsilon': f32(config.normEpsilon),
      'rope.dimension_count': u32(rope.rotarySize),
      'rope.freq_base': f32(rope.theta),
      ...linearScaling(rope),
      use_parallel_residual: bool(config.parallelResidual),
      ...(config.activation === 'geluTanh' ? { hidden_activation: text('gelu_pytorch_tanh') } : {}),
    }),
  };
}

function sizes(config: ModelConfig): GgufEntries {
  return {
    block_count: u32(config.layers),
    context_length: u32(config.contextLength),
    embedding_length: u32(config.hiddenSize),
    feed_forward_length: u32(config.intermediateSize),
    'attention.head_count': u32(config.heads),
  };
}

function headSizes({ kvHeads, headSize }: ModelConfig): GgufEntries {
  return {
    'attention.head_count_kv': u32(kvHeads),
    'attention.key_length': u32(headSize),
    'attention.value_length': u32(headSize),
  };
}

function linearScaling({ scaling }: Rope): GgufEntries {
  if (scaling.type !== 'linear') return {};
  return { 'rope.scaling.type': text('linear'), 'rope.scaling.factor': f32(scaling.factor) };
}

/** Of Llama 3: what each plain frequency is divided by. The file states no more, so that no other constants could be read back. */
function factorsOf(rope: Rope): Float32Array | undefined {
  if (rope.scaling.type !== 'llama3') return undefined;
  const { lowFrequencyFactor, highFrequencyFactor, originalContext } = rope.scaling;
  if (lowFrequencyFactor !== 1 || highFrequencyFactor !== 4 || originalContext !== 8192) {
    throw refused('scalings of the rotary embedding with other constants than those of Llama 3', { reason: 'rotary' });
  }
  const plain = inverseFrequencies({ ...rope, scaling: { type: 'default' } });
  const scaled = inverseFrequencies(rope);
  return Float32Array.from(plain, (frequency, at) => frequency / scaled[at]!);
}

function prefixed(architecture: string, entries: GgufEntries): GgufEntries {
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [`${architecture}.${key}`, value]));
}

const activation = (what: string): GgufReason => ({ reason: 'activation', what });

/** @param reason for who words it in another language; the message alone says it as well. */
function refused(what: string, reason?: GgufReason): LabError {
  return new LabError(
    'model/gguf-unsupported',
    `llama.cpp would not compute this model as the lab does: not written to GGUF are ${what}.`,
    'Take the model as safetensors.',
    { ...reason },
  );
}
