/**
 * A folder of files, or a GGUF file, to the weights of a model: configuration and tensors checked against each other, under
 * the names of the causal model however they were saved, no weight read yet (unless a head is there twice). Needs no
 * tokenizer.
 */
import { modelTree, openCheckpoint, verifyTensors, type Checkpoint, type FileTree } from '../../checkpoint/index';
import { LabError } from '../../error';
import { configText } from '../../graft/index';
import {
  headName,
  parameterSpecs,
  parseConfig,
  savedNames,
  type CheckpointParameter,
  type ModelConfig,
} from '../../model/index';
import type { ModelNote } from './modelNotes';
import { requireOneHead } from './staleHead';

export interface ModelWeights {
  /** Its tensors under the model's names, without buffers; its config.json names the causal model. */
  readonly checkpoint: Checkpoint;
  readonly config: ModelConfig;
  readonly parameters: readonly CheckpointParameter[];
  readonly notes: readonly ModelNote[];
}

export async function openWeights(tree: FileTree, signal?: AbortSignal): Promise<ModelWeights> {
  const saved = await openCheckpoint(await modelTree(tree, signal), signal);
  const { checkpoint, config, parameters, notes } = asCausalModel(saved);
  requireHead(checkpoint, config, parameters);
  const { unused } = verifyTensors(checkpoint, parameters);
  await requireOneHead(checkpoint, config, signal);
  const known = config.tied ? headName(config) : undefined;
  return { checkpoint, config, parameters, notes: [...notes, ...unusedNote(checkpoint, unused, known)] };
}

/** The same checkpoint under the causal model's names. */
function asCausalModel(saved: Checkpoint): ModelWeights {
  const tensors = new Map([...saved.tensors].filter(([name]) => !isBuffer(name)));
  const { renamed, prefix, headAsEmbedding } = savedNames(
    tensors.keys(),
    parameterSpecs(parseConfig(saved.config, tensors)),
  );
  const named = new Map(
    [...tensors.values()].map((entry) => {
      const name = renamed.get(entry.name) ?? entry.name;
      return [name, name === entry.name ? entry : { ...entry, name }];
    }),
  );
  const config = parseConfig(saved.config, named);
  const notes: ModelNote[] = [];
  if (prefix && renamed.size > 0) {
    notes.push({ kind: 'renamed-tensors', ...prefix, count: renamed.size });
  }
  if (headAsEmbedding) notes.push({ kind: 'head-as-embedding', ...headAsEmbedding });
  const checkpoint = {
    ...saved,
    ...configOf(saved, config),
    tensors: named,
    totalBytes: [...named.values()].reduce((sum, { bytes }) => sum + bytes, 0),
  };
  return { checkpoint, config, parameters: parameterSpecs(config), notes };
}

/** A body's config.json names the body's class; what is written is the causal model. */
function configOf({ config, configText: text }: Checkpoint, { architecture }: ModelConfig) {
  const { architectures } = config;
  if (!Array.isArray(architectures) || architectures[0] === architecture) return { config, configText: text };
  const named = { ...config, architectures: [architecture] };
  return { config: named, configText: configText(named) };
}

/**
 * Tables that old versions of transformers saved among the weights, though they follow from config.json: rotary
 * frequencies, causal masks (with the value of what is masked) and positions. No version reads them any more.
 */
const BUFFERS =
  /(?:^|\.)(?:rotary_emb(?:_local)?\.(?:inv_freq|original_inv_freq|cos_cached|sin_cached)|(?:attn|attention)\.(?:bias|masked_bias)|position_ids)$/;

function isBuffer(name: string): boolean {
  return BUFFERS.test(name);
}

function unusedNote({ tensors }: Checkpoint, unused: readonly string[], staleHead: string | undefined): ModelNote[] {
  const names = unused.filter((name) => name !== staleHead);
  if (names.length === 0) return [];
  return [{ kind: 'unused-tensors', names, bytes: names.reduce((sum, name) => sum + tensors.get(name)!.bytes, 0) }];
}

/** Throws `checkpoint/no-head` where everything but an untied head is there. */
function requireHead(
  { name, tensors }: Checkpoint,
  { architecture }: ModelConfig,
  parameters: readonly CheckpointParameter[],
): void {
  const head = parameters.find(({ role }) => role === 'outputVocabulary');
  const missing = parameters.filter((parameter) => !tensors.has(parameter.name));
  if (!head || missing.length !== 1 || missing[0] !== head) return;
  throw new LabError(
    'checkpoint/no-head',
    `\`${name}\` holds the body of a model without its head: there is no \`${head.name}\`, and config.json does not tie it to the embedding.`,
    `It was probably saved from AutoModel; save it from ${architecture}. If the model has no head of its own, set "tie_word_embeddings" to true in config.json.`,
    { tensor: head.name },
  );
}
