/**
 * What a decoder's `config.json` says, in one shape for every family, and the readers that take it out of the JSON.
 * Anything the engine would compute wrongly is refused here, by name: a field that is silently ignored gives a model
 * that runs and is wrong.
 */
import { LabError } from '../error';

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
  readonly ropeTheta: number;
  /** Tokens; 0 where the file does not say. */
  readonly contextLength: number;
  /** Input and output vocabulary are one matrix. */
  readonly tied: boolean;
  /** Standard deviation the weights were drawn with. */
  readonly initializerRange: number;
  readonly bosTokenId: number | undefined;
  readonly eosTokenIds: readonly number[];
}

export type ConfigJson = Readonly<Record<string, unknown>>;

export function unsupported(what: string, hint = ''): LabError {
  return new LabError('model/unsupported', `This model is not supported: ${what}.`, hint || supportedHint);
}

const supportedHint =
  'Models of the Llama family are supported (Llama 2, SmolLM2, TinyLlama and others of `model_type` "llama").';

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

export function numberOr(json: ConfigJson, field: string, fallback: number): number {
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

/**
 * The base of the rotary frequencies, from `rope_parameters` (transformers 5) or `rope_theta` and `rope_scaling`
 * (before). Refuses every scaling but the default.
 */
export function ropeTheta(json: ConfigJson): number {
  const parameters = asObject(json, 'rope_parameters');
  const scaling = asObject(json, 'rope_scaling');
  for (const rope of [parameters, scaling]) {
    const type = rope?.rope_type ?? rope?.type ?? 'default';
    if (type !== 'default') throw unsupported(`its rotary embedding is scaled (rope type "${String(type)}")`);
  }
  const theta =
    parameters?.rope_theta === undefined
      ? numberOr(json, 'rope_theta', 10000)
      : numberOr(parameters, 'rope_theta', 10000);
  if (theta <= 0) throw badField('rope_theta', theta, 'a positive number');
  return theta;
}

function asObject(json: ConfigJson, field: string): ConfigJson | undefined {
  const value = json[field];
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'object' && !Array.isArray(value)) return value as ConfigJson;
  throw badField(field, value, 'an object');
}

export function badField(field: string, value: unknown, wanted: string): LabError {
  const found = value === undefined ? 'nothing' : JSON.stringify(value);
  return new LabError(
    'model/bad-config',
    `config.json has ${found} as "${field}"; ${wanted} is needed.`,
    'Check that config.json belongs to this model and was downloaded whole.',
    { field },
  );
}
