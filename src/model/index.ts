/** Models: `config.json` to a graph. */
import {
  storeSpecs,
  type BuildOptions,
  type CheckpointParameter,
  type ModelGraph,
  type StoredParameter,
} from './build';
import { type ModelConfig, type TensorNames, badField } from './config';
import { familyOf } from './families';

export {
  adaptableOf,
  adaptedMatrices,
  adapterProblem,
  adapterStrength,
  adapterWords,
  mergedRows,
  type AdaptedMatrix,
  type AdapterProblem,
  type AdapterSettings,
} from './adapters';
export type { BuildOptions, CheckpointParameter, ModelGraph, StoredParameter, Taught, VocabularySpec } from './build';
export { lossChunk, teacherPrefix } from './build';
export type { ModelConfig, TensorNames } from './config';
export type { GatedDecoderConfig } from './gatedDecoder';
export type { Gemma3Config } from './gemma3';
export type { Gpt2Config } from './gpt2';
export type { GptNeoxConfig } from './gptNeox';
export { countTargets, modelInputs, type PackedTokens } from './inputs';
export { savedNames, type SavedNames } from './savedNames';
export { inverseFrequencies, type Rope } from './rope';
export { segmentVocabulary, type SegmentationOptions, type SegmentSpec } from './vocabulary';

/**
 * `tensors`: names that the checkpoint has, for families that were published under several.
 * Throws `model/unsupported` or `model/bad-config`, naming the field.
 */
export function parseConfig(json: unknown, tensors: TensorNames = new Set()): ModelConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw badField('config.json', json, 'an object');
  const fields = json as Readonly<Record<string, unknown>>;
  return familyOf(fields.model_type).parse(fields, tensors);
}

/** Names and shapes of the checkpoint's tensors; vocabulary matrices are whole. */
export function parameterSpecs(config: ModelConfig): CheckpointParameter[] {
  return familyOf(config.modelType).parameters(config);
}

/** What the head's matrix is called where it is one of its own; a tied checkpoint may hold a stale copy of that name. */
export function headName(config: ModelConfig): string {
  const untied = parameterSpecs({ ...config, tied: false });
  return untied.find(({ role }) => role === 'outputVocabulary')!.name;
}

/** What the ParameterStore holds for a graph built with these options: vocabulary matrices by segments. */
export function storedParameters(
  config: ModelConfig,
  options: Pick<BuildOptions, 'vocabulary' | 'parameterTypes' | 'adapters'>,
): StoredParameter[] {
  return storeSpecs(parameterSpecs(config), config.hiddenSize, options);
}

export function buildModel(config: ModelConfig, options: BuildOptions): ModelGraph {
  return familyOf(config.modelType).build(config, options);
}

export { ggufModelOf, type GgufModel } from './gguf/metadata';
export { onnxModelOf, onnxRoundings, type OnnxDtype, type Rounding, type WeightSource } from './onnx/index';
