/** Models: `config.json` to a graph. */
import type { ParameterSpec } from '../engine/index';
import { storeSpecs, type BuildOptions, type CheckpointParameter, type ModelGraph } from './build';
import type { ModelConfig } from './config';
import { familyOf } from './families';
import { badField } from './config';

export type { BuildOptions, CheckpointParameter, ModelGraph, VocabularySpec } from './build';
export type { ModelConfig } from './config';
export { countTargets, modelInputs, type PackedTokens } from './inputs';
export { buildLlama } from './llama';
export { segmentVocabulary, type SegmentationOptions, type SegmentSpec } from './vocabulary';

/** Throws `model/unsupported` or `model/bad-config`, naming the field. */
export function parseConfig(json: unknown): ModelConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw badField('config.json', json, 'an object');
  const fields = json as Readonly<Record<string, unknown>>;
  const config = familyOf(fields.model_type).parse(fields);
  if (config.layers <= mostLayers) return config;
  throw badField('num_hidden_layers', config.layers, `at most ${mostLayers}`);
}

/** The deepest published decoders have below 200; a damaged file may say 2^31, and every layer is a list of names. */
const mostLayers = 4096;

/** Names and shapes of the checkpoint's tensors; vocabulary matrices are whole. */
export function parameterSpecs(config: ModelConfig): CheckpointParameter[] {
  return familyOf(config.modelType).parameters(config);
}

/** What the ParameterStore holds for a graph built with these options: vocabulary matrices by segments. */
export function storedParameters(
  config: ModelConfig,
  options: Pick<BuildOptions, 'vocabulary' | 'parameterTypes'>,
): ParameterSpec[] {
  return storeSpecs(parameterSpecs(config), config.hiddenSize, options);
}

export function buildModel(config: ModelConfig, options: BuildOptions): ModelGraph {
  return familyOf(config.modelType).build(config, options);
}
