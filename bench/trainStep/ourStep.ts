/** The problem of bench/trainStep on one of our engines, through the same model builder the lab uses; in Node and in a page. */
import type { Engine } from '../../src/engine/index';
import { buildModel, modelInputs, parseConfig, segmentVocabulary, storedParameters } from '../../src/model/index';
import { adam, batch, initialWeights, normEpsilon, shape } from './problem.mjs';

const names: Readonly<Record<string, string>> = {
  attentionNorm: 'input_layernorm',
  query: 'self_attn.q_proj',
  key: 'self_attn.k_proj',
  value: 'self_attn.v_proj',
  output: 'self_attn.o_proj',
  mlpNorm: 'post_attention_layernorm',
  gate: 'mlp.gate_proj',
  up: 'mlp.up_proj',
  down: 'mlp.down_proj',
};

/** [in, out] to Hugging Face's [out, in]. */
function transposed(values: Float32Array, [rows, columns]: readonly number[]): Float32Array {
  const result = new Float32Array(values.length);
  for (let r = 0; r < rows!; r++) for (let c = 0; c < columns!; c++) result[c * rows! + r] = values[r * columns! + c]!;
  return result;
}

/** One step a call; answers with the mean loss of the batch. */
export async function ourStep(engine: Engine): Promise<() => Promise<number>> {
  const config = parseConfig({
    model_type: 'llama',
    hidden_size: shape.hidden,
    intermediate_size: shape.intermediate,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    num_key_value_heads: shape.heads,
    head_dim: shape.headSize,
    hidden_act: 'silu',
    max_position_embeddings: shape.rowLength,
    rms_norm_eps: normEpsilon,
    rope_theta: 10000,
    tie_word_embeddings: true,
    vocab_size: shape.vocabulary,
  });
  const segments = segmentVocabulary(shape.vocabulary, {
    matrix: 'model.embed_tokens.weight',
    hiddenSize: shape.hidden,
    maxBindingBytes: engine.report.limits.maxBindingBytes,
    trainBase: true,
  });
  const tokens = shape.rows * shape.rowLength;
  const options = { vocabulary: { input: segments, output: segments }, parameterTypes: () => 'f32' as const };
  const { rowLength } = shape;
  const model = buildModel(config, {
    ...options,
    tokens,
    rowLength,
    trainable: () => true,
    outputs: 'loss',
    differentiate: true,
  });
  const specs = storedParameters(config, options);
  const store = await engine.weights(specs);
  for (const [name, weight] of Object.entries(initialWeights())) {
    const [kind, layer] = name.split('.') as [string, string | undefined];
    if (kind === 'embedding') store.write(segments[0]!.name, weight.values);
    else if (kind === 'finalNorm') store.write('model.norm.weight', weight.values);
    else {
      const values = weight.shape.length === 2 ? transposed(weight.values, weight.shape) : weight.values;
      store.write(`model.layers.${layer}.${names[kind]}.weight`, values);
    }
  }
  const tokenLoss = model.outputs.tokenLoss!;
  const program = await engine.training(model.graph, store, {
    groups: { all: { parameters: specs.map((spec) => spec.name), weightDecay: adam.weightDecay } },
    beta1: adam.beta1,
    beta2: adam.beta2,
    epsilon: adam.epsilon,
    clipNorm: 0,
    microBatches: 1,
    readback: [tokenLoss],
  });
  const { ids, targets } = batch();
  const inputs = modelInputs({
    ids: Uint32Array.from(ids),
    targets: Uint32Array.from(targets),
    rowLength: shape.rowLength,
    documentLengths: Array.from({ length: shape.rows }, () => shape.rowLength),
  });
  return async () => {
    program.step([inputs], { all: adam.learningRate });
    const [reading] = await program.flush();
    const losses = reading!.readback[0]![0]!;
    return losses.reduce((sum, loss) => sum + loss, 0) / tokens;
  };
}
