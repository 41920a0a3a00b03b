/** Models: `config.json` to a graph. */
import type { OnnxModel } from '../checkpoint/index';
import type { ParameterSpec } from '../engine/index';
import { storeSpecs, type BuildOptions, type CheckpointParameter, type ModelGraph } from './build';
import type { ModelConfig } from './config';
import { familyOf } from './families';
import { badField } from './config';
import type { OnnxDtype, WeightSource } from './onnx/builder';
import { onnxModel, type OnnxRequest } from './onnx/onnxModel';
import { segmentVocabulary } from './vocabulary';

export type { BuildOptions, CheckpointParameter, ModelGraph, VocabularySpec } from './build';
export type { ModelConfig } from './config';
export { countTargets, modelInputs, type PackedTokens } from './inputs';
export { buildLlama } from './llama';
export type { OnnxDtype, WeightSource } from './onnx/builder';
export { segmentVocabulary, type SegmentationOptions, type SegmentSpec } from './vocabulary';

/** Throws `model/unsupported` or `model/bad-config`, naming the field. */
export function parseConfig(json: unknown): ModelConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw badField('config.json', json, 'an object');
  const fields = json as Readonly<Record<string, unknown>>;
  return familyOf(fields.model_type).parse(fields);
}

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

/** The whole model as ONNX, with a key/value cache; no weight is read until the files are streamed. */
export function onnxModelOf(config: ModelConfig, request: Omit<OnnxRequest, 'model'>): OnnxModel {
  return onnxModel({ model: wholeGraph(config), ...request });
}

/** How an export holds a parameter that it does not hold in f32: in 4 bits along the input dimension of either layout. */
export type Rounding = 'f16' | 'q4 outIn' | 'q4 inOut';

/** By the parameter's name; vocabulary matrices are whole. */
export function onnxRoundings(config: ModelConfig, dtype: OnnxDtype): Map<string, Rounding> {
  const { graph } = wholeGraph(config);
  if (dtype === 'q4') {
    const linear = graph.nodes.filter(({ op }) => op === 'linear');
    return new Map(
      linear.map(({ inputs, attributes }) => [
        inputs[1]!.name,
        attributes.layout === 'inOut' ? 'q4 inOut' : 'q4 outIn',
      ]),
    );
  }
  const halves = new Set<string>();
  const weights: WeightSource = { rows: () => (async function* () {})() };
  for (const { name, type } of onnxModelOf(config, { dtype, weights }).tensors) {
    if (type === 'float16') halves.add(name.replace(/ transposed$/, ''));
  }
  const names = parameterSpecs(config).map(({ name }) => name);
  return new Map(names.flatMap((name) => (halves.has(name) ? [[name, 'f16'] as const] : [])));
}

/** A forward graph with every vocabulary matrix in one piece; its number of tokens does not matter. */
function wholeGraph(config: ModelConfig): ModelGraph {
  const { hiddenSize, vocabSize, tied } = config;
  const whole = (role: CheckpointParameter['role']) => {
    const matrix = parameterSpecs(config).find((parameter) => parameter.role === role)!.name;
    return segmentVocabulary(vocabSize, { matrix, hiddenSize, maxBindingBytes: Infinity });
  };
  const input = whole('inputVocabulary');
  return buildModel(config, {
    tokens: 2,
    vocabulary: { input, output: tied ? input : whole('outputVocabulary') },
    parameterTypes: () => 'f32',
    trainable: () => false,
    outputs: 'logits',
  });
}
