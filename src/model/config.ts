/**
 * What a decoder's `config.json` says, in one shape for every family, and the readers that take it out of the JSON. A
 * family adds fields of its own. Anything the engine would compute wrongly is refused here, by name: a field that is
 * silently ignored gives a model that runs and is wrong. Dropout is ignored: the lab trains without.
 */
import type { Activation } from '../engine/index';
import { LabError } from '../error';
import { supportedFamilies } from './familyNames';

export interface ModelConfig {
  /** `model_type` of the file; the key into the table of families. */
  readonly modelType: string;
  /** For example `LlamaForCausalLM`. */
  readonly architecture: string;
  /** Rows of the embedding matrix; often more than the tokenizer has tokens. */
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly normEpsilon: number;
  /** Of the feed-forward part. */
  readonly activation: Activation;
  /** Tokens. */
  readonly contextLength: number;
  /** Positions are rows of a matrix: a text longer than `contextLength` cannot be run at all. */
  readonly learnedPositions: boolean;
  /** Input and output vocabulary are one matrix. */
  readonly tied: boolean;
  /** Standard deviation the weights were drawn with. */
  readonly initializerRange: number;
  readonly bosTokenId: number | undefined;
  readonly eosTokenIds: readonly number[];
}

export type ConfigJson = Readonly<Record<string, unknown>>;

/** The checkpoint's tensor names, where a family was written under several; a Map or Set of them will do. */
export interface TensorNames {
  has(name: string): boolean;
}

export function unsupported(what: string, hint = ''): LabError {
  return new LabError('model/unsupported', `This model is not supported: ${what}.`, hint || supportedHint);
}

const supportedHint = `Supported are decoders of \`model_type\` ${supportedFamilies()}.`;

/**
 * `expected`, where the first of `architectures` is that or one that holds the same decoder (its body alone, a wrapper).
 * Quantised checkpoints are refused here too.
 */
export function architectureOf(json: ConfigJson, expected: string, alike: readonly string[] = []): string {
  const architectures: unknown[] = Array.isArray(json.architectures) ? json.architectures : [];
  const architecture = architectures[0] ?? expected;
  if (architecture !== expected && !alike.includes(architecture as string))
    throw unsupported(`its architecture is ${shown(architecture)}`);
  if (json.quantization_config) throw unsupported('its weights are quantised', 'Use the unquantised checkpoint.');
  return expected;
}

/** transformers' names; the three of the approximated one are the same formula. */
const activationNames: Readonly<Record<string, Activation>> = {
  silu: 'silu',
  swish: 'silu',
  gelu: 'gelu',
  gelu_new: 'geluTanh',
  gelu_fast: 'geluTanh',
  gelu_pytorch_tanh: 'geluTanh',
};

export function activationOf(json: ConfigJson, field: string, fallback: string): Activation {
  const name = json[field] ?? fallback;
  if (typeof name === 'string' && Object.hasOwn(activationNames, name)) return activationNames[name]!;
  throw unsupported(`its activation is ${shown(name)}`);
}

/** Fields that mean the same in every family. */
export function commonFields(json: ConfigJson, defaults: { readonly tied: boolean }) {
  return {
    vocabSize: requiredSize(json, 'vocab_size'),
    tied: flagOr(json, 'tie_word_embeddings', defaults.tied),
    initializerRange: numberOr(json, 'initializer_range', 0.02),
    bosTokenId: tokenIds(json, 'bos_token_id')[0],
    eosTokenIds: tokenIds(json, 'eos_token_id'),
  };
}

/** Query and key heads and their size. `headSize` absent: the hidden size shared out. */
export function attentionSizes(json: ConfigJson, headSize?: number) {
  const hiddenSize = requiredSize(json, 'hidden_size');
  const heads = requiredSize(json, 'num_attention_heads');
  const kvHeads = sizeOr(json, 'num_key_value_heads', heads);
  const size = sizeOr(json, 'head_dim', headSize ?? hiddenSize / heads);
  if (heads % kvHeads !== 0) throw badField('num_key_value_heads', kvHeads, `a divisor of ${heads} heads`);
  return { hiddenSize, heads, kvHeads, headSize: usableHead('head_dim', size) };
}

/** The attention kernels take heads of even size up to 256. */
export function usableHead(field: string, size: number): number {
  if (size % 2 !== 0) throw badField(field, size, 'an even number');
  if (size > 256) throw unsupported(`its attention heads have ${size} dimensions; up to 256 are`);
  return size;
}

/** Far above any published model; each layer costs a list of tensors before the checkpoint is looked at. */
const mostLayers = 1024;

export function layerCount(json: ConfigJson, field: string): number {
  const layers = requiredSize(json, field);
  if (layers <= mostLayers) return layers;
  throw badField(field, layers, `a number up to ${mostLayers}`);
}

/** A positive integer. Throws `model/bad-config`. */
export function requiredSize(json: ConfigJson, field: string): number {
  return sizeOr(json, field, undefined);
}

export function sizeOr(json: ConfigJson, field: string, fallback: number | undefined): number {
  const value = json[field] ?? fallback;
  // 2^31 values are far beyond any matrix that fits a GPU; a larger number is a damaged file.
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 31) return value;
  throw badField(field, value, 'a positive whole number');
}

export function numberOr(json: ConfigJson, field: string, fallback: number | undefined): number {
  const value = json[field] ?? fallback;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw badField(field, value, 'a number');
}

export function flagOr(json: ConfigJson, field: string, fallback: boolean): boolean {
  const value = json[field] ?? fallback;
  if (typeof value === 'boolean') return value;
  throw badField(field, value, 'true or false');
}

/** `eos_token_id` and its like are a number, a list of numbers, or absent. */
export function tokenIds(json: ConfigJson, field: string): number[] {
  const value = json[field];
  const list: unknown[] = Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];
  return list.map((id) => {
    if (typeof id === 'number' && Number.isInteger(id) && id >= 0) return id;
    throw badField(field, value, 'a token id or a list of them');
  });
}

export function objectOr(json: ConfigJson, field: string): ConfigJson | undefined {
  const value = json[field];
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'object' && !Array.isArray(value)) return value as ConfigJson;
  throw badField(field, value, 'an object');
}

export function badField(field: string, value: unknown, wanted: string): LabError {
  return new LabError(
    'model/bad-config',
    `config.json has ${shown(value)} as "${field}"; ${wanted} is needed.`,
    'Check that config.json belongs to this model and was downloaded whole.',
    { field },
  );
}

/** A value for a message; a damaged file may hold megabytes of it. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 80)}...`;
}
