/**
 * A model folder as Hugging Face lays it out, opened without reading weights: configuration, tokenizer texts and a map
 * of lazy tensors over one safetensors file or shards with an index. What the folder lacks or contradicts is said here,
 * by file and tensor, before any model code runs.
 */
import { LabError } from '../error';
import { TOKENIZER_FILES } from '../tokenizer/index';
import { refuseAdapter } from './adapter';
import { readText, tooLarge, type FileTree } from './byteSource';
import { isWeightDtype } from './dtype';
import { isJsonObject, parseJsonObject, type JsonObject } from './json';
import { openSafetensors, type TensorEntry } from './safetensors';

export interface Checkpoint {
  readonly name: string;
  /** `config.json` as parsed, and the text it came from. */
  readonly config: JsonObject;
  readonly configText: string;
  /** `generation_config.json` as it is, where there is one: it is carried over unread. */
  readonly generationConfig?: string;
  /** Raw text by file name: tokenizer.json, tokenizer_config.json, vocab.json, merges.txt, ... */
  readonly tokenizerFiles: Readonly<Record<string, string>>;
  /** tokenizer.model, SentencePiece's own file, where there is one. */
  readonly tokenizerModel?: Uint8Array;
  /** The model card, where there is one. */
  readonly readme?: string;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** Of all tensors. */
  readonly totalBytes: number;
}

export const SINGLE_FILE = 'model.safetensors';
export const INDEX_FILE = 'model.safetensors.index.json';

const CONFIG_BYTES = 16 * 2 ** 20;
const TOKENIZER_MODEL_BYTES = 64 * 2 ** 20;

/** The tokenizer's files that the folder has. */
export async function openTokenizerFiles(
  tree: FileTree,
  signal?: AbortSignal,
): Promise<Pick<Checkpoint, 'name' | 'tokenizerFiles' | 'tokenizerModel'>> {
  const tokenizerFiles: Record<string, string> = {};
  for (const file of TOKENIZER_FILES) {
    const source = tree.open(file);
    if (source) tokenizerFiles[file] = await readText(source, undefined, signal);
  }
  const model = tree.open('tokenizer.model');
  if (!model) return { name: tree.name, tokenizerFiles };
  if (model.size > TOKENIZER_MODEL_BYTES) throw tooLarge(model, TOKENIZER_MODEL_BYTES);
  return { name: tree.name, tokenizerFiles, tokenizerModel: await model.read(0, model.size, signal) };
}

export async function openConfig(
  tree: FileTree,
  signal?: AbortSignal,
): Promise<Pick<Checkpoint, 'config' | 'configText'>> {
  await refuseAdapter(tree, signal);
  const configText = await requiredText(tree, 'config.json', signal);
  return { config: parseJsonObject(configText, 'config.json'), configText };
}

export async function openCheckpoint(tree: FileTree, signal?: AbortSignal): Promise<Checkpoint> {
  const config = await openConfig(tree, signal);
  const tokenizer = await openTokenizerFiles(tree, signal);
  const generationConfig = await optionalText(tree, 'generation_config.json', signal);
  const readme = await optionalText(tree, 'README.md', signal);
  const tensors = await openWeights(tree, signal);
  let totalBytes = 0;
  for (const tensor of tensors.values()) totalBytes += tensor.bytes;
  return {
    ...config,
    ...tokenizer,
    ...(generationConfig === undefined ? {} : { generationConfig }),
    ...(readme === undefined ? {} : { readme }),
    tensors,
    totalBytes,
  };
}

async function openWeights(tree: FileTree, signal?: AbortSignal): Promise<ReadonlyMap<string, TensorEntry>> {
  const weightFiles = tree.list().filter((name) => /^[^/]*\.safetensors$/.test(name));
  const single = tree.open(SINGLE_FILE);
  if (single) return (await openSafetensors(single, signal)).tensors;
  const index = tree.open(INDEX_FILE);
  if (index) return openShards(tree, await readText(index, undefined, signal), signal);
  if (weightFiles.length === 1) return (await openSafetensors(tree.open(weightFiles[0]!)!, signal)).tensors;
  const others = tree.list().filter((name) => /\.(bin|pt|pth|onnx)$/.test(name));
  throw new LabError(
    'checkpoint/no-weights',
    `\`${tree.name}\` has no \`${SINGLE_FILE}\` and no \`${INDEX_FILE}\`.`,
    others.length > 0
      ? `\`${others[0]}\` is of a kind that is not read; save the model as safetensors (save_pretrained does).`
      : 'Choose the folder that holds the weights; after a Git clone, run `git lfs pull`.',
    { expected: [SINGLE_FILE, INDEX_FILE], found: tree.list().slice(0, 50) },
  );
}

async function openShards(tree: FileTree, indexText: string, signal?: AbortSignal): Promise<Map<string, TensorEntry>> {
  const weightMap = parseJsonObject(indexText, INDEX_FILE).weight_map;
  if (!isJsonObject(weightMap) || Object.values(weightMap).some((file) => typeof file !== 'string')) {
    throw new LabError(
      'checkpoint/index-shape',
      `\`${INDEX_FILE}\` has no \`weight_map\` from tensor names to file names.`,
      'Fetch the file again; it may be damaged.',
      { file: INDEX_FILE },
    );
  }
  const shards = new Map<string, ReadonlyMap<string, TensorEntry>>();
  const tensors = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(weightMap)) {
    const file = value as string;
    let shard = shards.get(file);
    if (!shard) {
      const source = tree.open(file);
      if (!source) throw missingFile(tree, file, `\`${INDEX_FILE}\` says that \`${name}\` lies in it`);
      shard = (await openSafetensors(source, signal)).tensors;
      shards.set(file, shard);
    }
    const tensor = shard.get(name);
    if (!tensor) {
      throw new LabError(
        'checkpoint/missing-tensor',
        `\`${INDEX_FILE}\` says that \`${name}\` lies in \`${file}\`; that file does not have it.`,
        'Index and shards are of different versions; fetch both again.',
        { file, tensor: name },
      );
    }
    tensors.set(name, tensor);
  }
  return tensors;
}

export interface ExpectedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * Every tensor a model needs is there, in the right shape and a type that is read. All problems are found at once; the
 * message tells the first, `details.problems` all of them. Returns the names that the model does not use.
 * Throws `checkpoint/missing-tensor`, `checkpoint/wrong-shape` or `checkpoint/unsupported-dtype`.
 */
export function verifyTensors(
  checkpoint: Pick<Checkpoint, 'name' | 'tensors'>,
  expected: readonly ExpectedTensor[],
): { readonly unused: readonly string[] } {
  const problems: {
    code: string;
    tensor: string;
    file?: string;
    message: string;
    expected: unknown;
    found: unknown;
  }[] = [];
  for (const { name, shape } of expected) {
    const tensor = checkpoint.tensors.get(name);
    const wanted = `[${shape.join(', ')}]`;
    if (!tensor) {
      const message = `\`${checkpoint.name}\` has no tensor \`${name}\` ${wanted}`;
      problems.push({ code: 'checkpoint/missing-tensor', tensor: name, message, expected: shape, found: null });
    } else if (tensor.shape.join() !== shape.join()) {
      const found = tensor.shape;
      const message = `\`${name}\` in \`${tensor.file}\` has the shape [${found.join(', ')}]; config.json asks for ${wanted}`;
      problems.push({
        code: 'checkpoint/wrong-shape',
        tensor: name,
        file: tensor.file,
        message,
        expected: shape,
        found,
      });
    } else if (!isWeightDtype(tensor.dtype)) {
      const found = tensor.dtype;
      const message = `\`${name}\` in \`${tensor.file}\` is stored as ${found}; F32, F16 and BF16 are read`;
      const code = 'checkpoint/unsupported-dtype';
      problems.push({ code, tensor: name, file: tensor.file, message, expected: ['F32', 'F16', 'BF16'], found });
    }
  }
  const first = problems[0];
  if (first) {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more like this)` : '';
    throw new LabError(first.code, `${first.message}${more}.`, remedy(first.code, checkpoint.tensors), {
      ...first,
      problems,
    });
  }
  const used = new Set(expected.map(({ name }) => name));
  return { unused: [...checkpoint.tensors.keys()].filter((name) => !used.has(name)) };
}

/** Tensors that quantisers put beside or in the place of weights (GPTQ and AWQ, bitsandbytes, compressed-tensors and FP8). */
const QUANTISED = /\.(?:qweight|qzeros|absmax|quant_map|SCB|weight_scale|weight_scale_inv|weight_packed)$/;

function remedy(code: string, tensors: Checkpoint['tensors']): string {
  const quantised = [...tensors.keys()].find((name) => QUANTISED.test(name));
  if (quantised !== undefined) {
    return `The weights are quantised (\`${quantised}\`); take the model as it was before, or as a GGUF file.`;
  }
  switch (code) {
    case 'checkpoint/unsupported-dtype':
      return 'Load the model in transformers and save it with dtype float32 or bfloat16.';
    case 'checkpoint/wrong-shape':
      return 'config.json was edited, or it describes another model than the weights are of.';
    default:
      return 'A part of the weights is missing, they are named as no tool is known to name them, or config.json describes another model.';
  }
}

async function requiredText(tree: FileTree, file: string, signal?: AbortSignal): Promise<string> {
  const source = tree.open(file);
  if (!source) throw missingFile(tree, file, 'a model folder needs it');
  return readText(source, CONFIG_BYTES, signal);
}

async function optionalText(tree: FileTree, file: string, signal?: AbortSignal): Promise<string | undefined> {
  const source = tree.open(file);
  return source && readText(source, CONFIG_BYTES, signal);
}

function missingFile(tree: FileTree, file: string, why: string): LabError {
  return new LabError(
    'checkpoint/missing-file',
    `\`${tree.name}\` has no \`${file}\`: ${why}.`,
    otherLayout(tree) ?? 'Choose the folder that holds config.json, the tokenizer and the weights together.',
    { file, found: tree.list().slice(0, 50) },
  );
}

/** What a folder without the usual files may be. */
function otherLayout(tree: FileTree): string | undefined {
  const names = tree.list();
  const original = names.find((name) =>
    /^(?:[^/]+\/)?(?:params\.json|consolidated(?:\.\d+)?\.(?:safetensors|pth))$/.test(name),
  );
  if (original !== undefined) {
    return `\`${original}\` is of the layout that the model's makers use themselves; take the Hugging Face folder of the model.`;
  }
  const inside = names.find((name) => name.endsWith('/config.json'));
  return inside && `There is one in it: \`${inside}\`. Choose that folder.`;
}
