/**
 * A model as an ONNX graph: the engine's own forward graph, lowered op by op, so that what is exported is what was
 * trained. Batch and sequence are free sizes; inputs and outputs carry the names of optimum, which transformers.js and
 * onnxruntime's tools look for: input_ids, attention_mask, position_ids, past_key_values.N.key/value -> logits,
 * present.N.key/value.
 */
import type { OnnxModel, OnnxValue } from '../../checkpoint/index';
import type { Tensor } from '../../engine/index';
import { LabError } from '../../error';
import type { ModelGraph } from '../build';
import { causalMask } from './attention';
import { OnnxBuilder, type OnnxDtype, type WeightSource } from './builder';
import type { CacheNames, LoweredGraph } from './lowering';
import { loweringOf } from './lowerings';

export interface OnnxRequest {
  /** Forward, with `outputs: 'logits'`, every vocabulary matrix in one segment of its own name, and more tokens than any window. */
  readonly model: ModelGraph;
  readonly dtype: OnnxDtype;
  readonly weights: WeightSource;
  readonly metadata?: Readonly<Record<string, string>>;
}

const BATCH = 'batch_size';
const SEQUENCE = 'sequence_length';
const PAST = 'past_sequence_length';
const TOTAL = 'past_sequence_length + sequence_length';

/** The engine's inputs that a deployed model has too. */
const INPUT_NAMES: Readonly<Record<string, string>> = { ids: 'input_ids', positions: 'position_ids' };

/** Throws `onnx/no-lowering` where the graph has an op, or an attribute of one, that cannot be said in ONNX. */
export function onnxModel({ model, dtype, weights, metadata = {} }: OnnxRequest): OnnxModel {
  const builder = new OnnxBuilder(dtype, weights);
  const inputs: OnnxValue[] = [
    { name: 'input_ids', type: 'int64', shape: [BATCH, SEQUENCE] },
    { name: 'attention_mask', type: 'int64', shape: [BATCH, TOTAL] },
    { name: 'position_ids', type: 'int64', shape: [BATCH, SEQUENCE] },
  ];
  const logits = model.outputs.logits!;
  const outputs: OnnxValue[] = [{ name: 'logits', type: 'float', shape: [BATCH, SEQUENCE, logits.shape[1]!] }];
  const values = new Map<number, string>();
  for (const [name, tensor] of Object.entries(model.inputs)) {
    const onnxName = INPUT_NAMES[name];
    if (onnxName !== undefined) values.set(tensor.id, onnxName);
  }
  let layers = 0;
  const graph: LoweredGraph = {
    builder,
    value(tensor) {
      // Its document mask gives way to one made of `attention_mask`.
      if (tensor === model.inputs.documentStart) return causalMask(builder);
      return values.get(tensor.id) ?? missing(tensor);
    },
    cache(kvHeads, headSize) {
      const names = cacheNames(layers++);
      const cache = (length: string) => ({ type: builder.float, shape: [BATCH, kvHeads, length, headSize] }) as const;
      for (const name of [names.pastKey, names.pastValue]) inputs.push({ name, ...cache(PAST) });
      for (const name of [names.presentKey, names.presentValue]) outputs.push({ name, ...cache(TOTAL) });
      return names;
    },
  };
  for (const node of model.graph.nodes) {
    builder.scope = `/${node.label.replaceAll(' / ', '/').replaceAll(' ', '_')}`;
    for (const [index, name] of [loweringOf(node).lower(node, graph)].flat().entries()) {
      values.set(node.outputs[index]!.id, name);
    }
  }
  builder.scope = '';
  const computed = graph.value(logits);
  // f32 whatever the weights are: no reader of logits has to know.
  if (builder.float === 'float16') builder.nodeWith('Cast', [computed], { to: { int: 1 } }, ['logits']);
  else builder.nodeWith('Identity', [computed], {}, ['logits']);
  return {
    producer: { name: 'tokengraft', version: '0.1.0' },
    operatorSets: builder.operatorSets,
    metadata,
    nodes: builder.nodes,
    inputs,
    outputs,
    tensors: builder.tensors,
  };
}

function cacheNames(layer: number): CacheNames {
  const side = (time: string, part: string) => `${time}.${layer}.${part}`;
  return {
    pastKey: side('past_key_values', 'key'),
    pastValue: side('past_key_values', 'value'),
    presentKey: side('present', 'key'),
    presentValue: side('present', 'value'),
  };
}

function missing(tensor: Tensor): never {
  throw new LabError('onnx/no-lowering', `\`${tensor.name}\` is needed before anything gives it.`);
}
