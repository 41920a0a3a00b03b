/** A model of any family as ONNX, and how the export holds each of its parameters. */
import type { OnnxModel } from '../../checkpoint/index';
import type { CheckpointParameter, ModelGraph } from '../build';
import type { ModelConfig } from '../config';
import { familyOf } from '../families';
import type { SegmentSpec } from '../vocabulary';
import type { OnnxDtype, WeightSource } from './builder';
import { onnxModel, type OnnxRequest } from './onnxModel';

export type { OnnxDtype, WeightSource } from './builder';

/** With a key/value cache; no weight is read until the files are streamed. Throws `onnx/no-lowering`. */
export function onnxModelOf(config: ModelConfig, request: Omit<OnnxRequest, 'model'>): OnnxModel {
  return onnxModel({ model: wholeGraph(config), ...request });
}

/** How an export holds a parameter that it does not hold in f32: in 4 bits along the input dimension of either layout. */
export type Rounding = 'f16' | 'q4 outIn' | 'q4 inOut';

/** By the parameter's name; vocabulary matrices are whole. */
export function onnxRoundings(config: ModelConfig, dtype: OnnxDtype): Map<string, Rounding> {
  if (dtype === 'q4') {
    const linear = wholeGraph(config).graph.nodes.filter(({ op }) => op === 'linear');
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
  const names = familyOf(config.modelType)
    .parameters(config)
    .map(({ name }) => name);
  return new Map(names.flatMap((name) => (halves.has(name) ? [[name, 'f16'] as const] : [])));
}

/** Longer than any sliding window: a graph of fewer tokens than a window's would leave it out. */
const tokens = 2 ** 24;

/** A forward graph with every vocabulary matrix in one piece. It is never run, so its length costs nothing. */
function wholeGraph(config: ModelConfig): ModelGraph {
  const { vocabSize, tied, modelType } = config;
  const family = familyOf(modelType);
  const whole = (role: CheckpointParameter['role']): SegmentSpec[] => {
    const { name } = family.parameters(config).find((parameter) => parameter.role === role)!;
    return [{ name, matrix: name, firstId: 0, rows: vocabSize, type: 'f32', trainable: false }];
  };
  const input = whole('inputVocabulary');
  return family.build(config, {
    tokens,
    vocabulary: { input, output: tied ? input : whole('outputVocabulary') },
    parameterTypes: () => 'f32',
    trainable: () => false,
    outputs: 'logits',
  });
}
