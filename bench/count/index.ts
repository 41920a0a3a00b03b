/**
 * `npm run bench:count`: what a training step of a few standard shapes must do, by kernel, counted and not run: the figures by
 * which builds are compared (docs/performance.md). `--adapter gpu|software`, `--json`.
 */
import { parseArgs } from 'node:util';
import { stepWork, targetFor, type StepWork } from '../../src/engine/index';
import { workText } from '../../src/headless/verbs/profilePlan';
import { leastAdapter } from '../../src/lab/index';
import { buildModel, parameterSpecs, parseConfig, segmentVocabulary, storedParameters } from '../../src/model/index';
import { smolLm2 } from '../gpu/shapes';
import { adam, normEpsilon, shape } from '../trainStep/problem.mjs';

interface CountedShape {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly rows: number;
  readonly rowLength: number;
  /** Absent: everything moves. */
  readonly newRows?: number;
}

const llama = { model_type: 'llama', hidden_act: 'silu', rope_theta: 10000, tie_word_embeddings: true };
const trainStep = {
  ...llama,
  hidden_size: shape.hidden,
  intermediate_size: shape.intermediate,
  num_hidden_layers: shape.layers,
  num_attention_heads: shape.heads,
  num_key_value_heads: shape.heads,
  head_dim: shape.headSize,
  max_position_embeddings: shape.rowLength,
  rms_norm_eps: normEpsilon,
  vocab_size: shape.vocabulary,
};

/** Families whose one projection holds query, key and value: huggingface.co/openai-community/gpt2, EleutherAI/pythia-160m. */
const gpt2 = { model_type: 'gpt2', vocab_size: 50257, n_positions: 1024, n_embd: 768, n_layer: 12, n_head: 12 };
const pythia = {
  ...{ model_type: 'gpt_neox', vocab_size: 50304, hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 12 },
  ...{ num_attention_heads: 12, max_position_embeddings: 2048, rotary_pct: 0.25, hidden_act: 'gelu' },
  ...{ tie_word_embeddings: true, layer_norm_eps: 1e-5 },
};

export const countedShapes: readonly CountedShape[] = [
  { name: '5.31 M, 512 tokens, everything', config: trainStep, rows: shape.rows, rowLength: shape.rowLength },
  {
    name: '5.31 M, 512 tokens, 64 new rows',
    config: trainStep,
    rows: shape.rows,
    rowLength: shape.rowLength,
    newRows: 64,
  },
  { name: 'SmolLM2-135M, 1,024 tokens, 64 new rows', config: smolLm2, rows: 4, rowLength: 256, newRows: 64 },
  { name: 'SmolLM2-135M, 1,024 tokens, everything', config: smolLm2, rows: 4, rowLength: 256 },
  { name: 'GPT-2 124M, 1,024 tokens, 64 new rows', config: gpt2, rows: 4, rowLength: 256, newRows: 64 },
  { name: 'Pythia-160M, 1,024 tokens, 64 new rows', config: pythia, rows: 4, rowLength: 256, newRows: 64 },
];

/** The graph of a step and what moves. */
export function graphOf({ config, rows, rowLength, newRows }: CountedShape) {
  const { limits } = leastAdapter;
  const base = config.vocab_size as number;
  const parsed = parseConfig({ ...config, vocab_size: base + (newRows ?? 0) });
  const segments = segmentVocabulary(parsed.vocabSize, {
    matrix: parameterSpecs(parsed).find(({ role }) => role === 'inputVocabulary')!.name,
    hiddenSize: parsed.hiddenSize,
    maxBindingBytes: limits.maxBindingBytes,
    trainBase: newRows === undefined,
    ...(newRows === undefined ? {} : { newIds: { first: base, count: newRows }, trainNew: true }),
  });
  const vocabulary = { input: segments, output: segments };
  const options = { vocabulary, parameterTypes: () => 'f32' as const };
  const model = buildModel(parsed, {
    ...options,
    ...{ tokens: rows * rowLength, rowLength, trainable: () => newRows === undefined },
    ...{ outputs: 'loss', differentiate: true },
  });
  const names =
    newRows === undefined
      ? storedParameters(parsed, options).map(({ name }) => name)
      : segments.filter(({ trainable }) => trainable).map(({ name }) => name);
  const group = { parameters: names, weightDecay: 0, ...(newRows === undefined ? {} : { lazyRows: true }) };
  return { graph: model.graph, group };
}

export function countShape(counted: CountedShape, isSoftware: boolean): StepWork {
  const { graph, group } = graphOf(counted);
  const { beta1, beta2, epsilon } = adam;
  return stepWork(
    graph,
    { groups: { all: group }, beta1, beta2, epsilon, clipNorm: 1, microBatches: 1, readback: [] },
    targetFor({ ...leastAdapter, isFallback: isSoftware }),
  );
}

export function main(args: readonly string[]): number {
  const { values } = parseArgs({
    args: [...args],
    options: { adapter: { type: 'string', default: 'gpu' }, json: { type: 'boolean', default: false } },
  });
  const counted = countedShapes.map((each) => ({
    name: each.name,
    work: countShape(each, values.adapter === 'software'),
  }));
  if (values.json) console.log(JSON.stringify(counted));
  else for (const { name, work } of counted) console.log(`\n== ${name}\n\n${workText(work)}`);
  return 0;
}
