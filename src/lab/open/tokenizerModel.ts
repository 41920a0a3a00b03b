/**
 * What measuring and extending a vocabulary needs of a model: its tokenizer with its files, and its sizes. A folder with
 * tokenizer.json and config.json is enough; weights are not opened.
 */
import { modelTree, openConfig, openTokenizerFiles, type Checkpoint, type FileTree } from '../../checkpoint/index';
import { LabError } from '../../error';
import { parameterSpecs, parseConfig } from '../../model/index';
import type { Tokenizer } from '../../tokenizer/index';
import type { ModelSizes } from '../diagnosis/cost';
import { tokenizerNotes, type ModelNote } from './modelNotes';
import { openWhole } from './openTokenizer';
import { withTokenizerJson } from './tokenizerFiles';

export interface TokenizerModel {
  readonly tokenizer: Tokenizer;
  readonly checkpoint: Pick<Checkpoint, 'name' | 'tokenizerFiles' | 'tokenizerModel'>;
  readonly summary: ModelSizes & { readonly name: string; readonly notes?: readonly ModelNote[] };
}

/** @throws LabError checkpoint/missing-file, tokenizer/*, lab/no-sizes. */
export async function openTokenizerModel(tree: FileTree, signal?: AbortSignal): Promise<TokenizerModel> {
  const files = await modelTree(tree, signal);
  const { config } = await openConfig(files, signal);
  const { tokenizer, checkpoint, notes } = await openedTokenizer(files, config, signal);
  return { tokenizer, checkpoint, summary: { name: tree.name, ...sizesOf(config), notes } };
}

interface OpenedTokenizer extends Pick<TokenizerModel, 'tokenizer' | 'checkpoint'> {
  readonly notes: readonly ModelNote[];
}

/** A tokenizer alone: its folder may have no config.json, which then cannot tell how a tokenizer.json would be made. */
export async function openTokenizerFolder(tree: FileTree, signal?: AbortSignal): Promise<OpenedTokenizer> {
  const files = await modelTree(tree, signal);
  return openedTokenizer(files, files.open('config.json') ? (await openConfig(files, signal)).config : {}, signal);
}

async function openedTokenizer(
  files: FileTree,
  config: Checkpoint['config'],
  signal: AbortSignal | undefined,
): Promise<OpenedTokenizer> {
  const { folder: checkpoint, notes } = withTokenizerJson(await openTokenizerFiles(files, signal), config.model_type);
  const { tokenizer, whole } = openWhole(checkpoint);
  return { tokenizer, checkpoint, notes: [...notes, ...tokenizerNotes(tokenizer, whole, config)] };
}

/**
 * Sizes of a decoder from config.json: exact for the families that the lab runs, else an estimate, since a tokenizer can be
 * measured for any model.
 */
export function sizesOf(config: Readonly<Record<string, unknown>>): ModelSizes {
  return exactSizes(config) ?? estimatedSizes(config);
}

function exactSizes(json: Readonly<Record<string, unknown>>): ModelSizes | undefined {
  try {
    const config = parseConfig(json);
    const parameters = parameterSpecs(config).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    const { hiddenSize, vocabSize, tied } = config;
    return { parameters, hiddenSize, embeddingRows: vocabSize, tied };
  } catch (error) {
    if (error instanceof LabError) return undefined;
    throw error;
  }
}

/**
 * Under the names of the usual families (hidden_size or n_embd, ...). Parameters are those of attention, feed-forward and
 * vocabulary; norms and biases, under 0.1 %, are left out.
 */
function estimatedSizes(config: Readonly<Record<string, unknown>>): ModelSizes {
  const inner = isObject(config.text_config) ? config.text_config : config;
  const size = (...names: readonly string[]): number | undefined => {
    for (const name of names) {
      const value = inner[name] ?? config[name];
      if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
    }
    return undefined;
  };
  const needed = (...names: readonly string[]): number => size(...names) ?? missing(names);
  const hiddenSize = needed('hidden_size', 'n_embd', 'd_model');
  const layers = needed('num_hidden_layers', 'n_layer', 'num_layers');
  const embeddingRows = needed('vocab_size');
  const heads = size('num_attention_heads', 'n_head') ?? 1;
  const headSize = size('head_dim') ?? hiddenSize / heads;
  const kvHeads = size('num_key_value_heads') ?? heads;
  const isGated = size('n_embd', 'n_inner') === undefined;
  const intermediate = size('intermediate_size', 'n_inner') ?? 4 * hiddenSize;
  const tied = inner.tie_word_embeddings ?? config.tie_word_embeddings ?? !isGated;
  const attention = 2 * hiddenSize * headSize * (heads + kvHeads);
  const feedForward = (isGated ? 3 : 2) * hiddenSize * intermediate;
  const matrix = embeddingRows * hiddenSize;
  return {
    parameters: layers * (attention + feedForward) + matrix * (tied === true ? 1 : 2),
    hiddenSize,
    embeddingRows,
    tied: tied === true,
  };
}

function missing(names: readonly string[]): never {
  throw new LabError(
    'lab/no-sizes',
    `config.json does not say \`${names[0]}\`.`,
    'The diagnosis needs the sizes of the model: hidden_size, num_hidden_layers and vocab_size.',
    { field: names[0]! },
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
