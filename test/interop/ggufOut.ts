/**
 * GGUF files of models with the tokenizers of published ones and tiny random weights, of the bundled model, and of a graft of each,
 * beside the ids and the greedy tokens that the lab has, for llama.cpp to be compared with. Further tokenizers come as NAME=FOLDER
 * or NAME=FILE.gguf.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureRealTokenizers, realTokenizerFiles, realTokenizerNames } from '../../scripts/testing/realTokenizers.mjs';
import { fromF32, memoryTree, safetensorsFile, type FileTree } from '../../src/checkpoint/index';
import { readGgufHeader } from '../../src/checkpoint/gguf/header';
import { tokenizerFiles } from '../../src/checkpoint/gguf/tokenizer';
import { fileSource, folderSink, folderTree } from '../../src/checkpoint/node';
import type { Engine } from '../../src/engine/index';
import { NormalGenerator } from '../../src/graft/index';
import {
  buildVocabulary,
  graftRows,
  learnVocabulary,
  ModelSession,
  openModel,
  openWhole,
  writeGguf,
  type CorpusText,
  type ModelToExport,
} from '../../src/lab/index';
import { parameterSpecs, parseConfig } from '../../src/model/index';
import { ProcessorEngine } from '../../src/processor/index';
import { makeTokenizerJson, readSentencePiece } from '../../src/tokenizer/index';
import { AWKWARD } from '../tokenizer/awkwardStrings';
import { processorRuntime } from '../support/processor';

const sizes = {
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 16,
  max_position_embeddings: 128,
  rms_norm_eps: 1e-5,
};
const llama3Rope = {
  rope_type: 'llama3',
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 8192,
};
const neox = { ...sizes, model_type: 'gpt_neox', rotary_pct: 0.25, layer_norm_eps: 1e-5 };
const gpt2 = { n_embd: 64, n_layer: 2, n_head: 4, n_positions: 128 };

/** The family whose weights each tokenizer gets. */
const configs: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  llama3: { model_type: 'llama', ...sizes, rope_theta: 500_000, rope_scaling: llama3Rope, tie_word_embeddings: false },
  llama2: { model_type: 'mistral', ...sizes, sliding_window: null, tie_word_embeddings: false },
  qwen3: { model_type: 'qwen3', ...sizes, rope_theta: 1_000_000, tie_word_embeddings: true },
  gemma3: { model_type: 'gemma3_text', ...sizes, num_hidden_layers: 7, sliding_window: 16, query_pre_attn_scalar: 16 },
  smollm2: { model_type: 'gpt2', ...gpt2 },
  neox: { ...neox, tie_word_embeddings: false },
  falcon: { ...neox, rotary_pct: 1, use_parallel_residual: false, hidden_act: 'gelu_fast', tie_word_embeddings: true },
  'deepseek-llm': { model_type: 'llama', ...sizes, tie_word_embeddings: true },
  'deepseek-coder': { model_type: 'llama', ...sizes, tie_word_embeddings: false },
  smaug: { model_type: 'llama', ...sizes, tie_word_embeddings: true },
  mistral: { model_type: 'qwen2', ...sizes, rope_theta: 10_000, tie_word_embeddings: false },
};

const PROMPT = 'Once upon a time, there were';
const GREEDY = 12;
const TEXTS = 400;

export async function main([out, ...more]: readonly string[]): Promise<number> {
  if (out === undefined) throw new Error('A folder to write is needed.');
  ensureRealTokenizers();
  const engine = new ProcessorEngine(processorRuntime());
  const texts = sampleTexts();
  const expected: Record<string, unknown> = {};
  const folders = Object.fromEntries(more.map((pair) => pair.split('=', 2) as [string, string]));
  const trees: Record<string, () => Promise<FileTree>> = {
    bundled: () => folderTree('public/models/rootstock'),
    ...Object.fromEntries(
      Object.keys(configs)
        .filter(
          (name) => name in folders || name === 'smaug' || (realTokenizerNames as readonly string[]).includes(name),
        )
        .map((name) => [name, async () => randomModel(name, await filesOf(name, folders))]),
    ),
  };
  for (const [name, tree] of Object.entries(trees)) {
    const model = await openModel(await tree(), 'folder', { name });
    const documents = texts.filter((text) => text.length > 20).slice(0, 60);
    const extension = await learnVocabulary(model, corpusOf(documents), { method: 'continued', newTokens: 24 });
    const vocabulary = await buildVocabulary(model, corpusOf(documents), extension, extension.tokens.length);
    const graft = await graftRows(model, vocabulary.newRows, { input: 'subword-mean', output: 'subword-mean' }, 1);
    const base: ModelToExport = { model, newTokens: [], extras: {} };
    for (const [kind, exported, tokenizer] of [
      ['base', base, model.tokenizer],
      ['grafted', { ...base, graft, files: vocabulary.files }, vocabulary.tokenizer],
    ] as const) {
      const folder = join(out, `${name}-${kind}`);
      const file = await writeGguf(await folderSink(folder), exported, 'F32');
      expected[join(folder, file)] = {
        ids: texts.map((text) => [...tokenizer.encode(text).ids]),
        greedy: await greedy(engine, exported, [...tokenizer.encode(PROMPT).ids]),
      };
    }
  }
  writeFileSync(join(out, 'expected.json'), JSON.stringify({ texts, prompt: PROMPT, tokens: GREEDY, expected }));
  return 0;
}

export async function filesOf(name: string, folders: Readonly<Record<string, string>>) {
  if (name === 'smaug') return smaugFiles();
  const folder = folders[name];
  if (folder?.endsWith('.gguf')) return vocabularyFiles(folder);
  if (folder === undefined) return realTokenizerFiles(name as 'llama3');
  const files = readdirSync(folder).filter((file) => /^(?:tokenizer.*\.(?:json|model))$/u.test(file));
  const read = Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file))]));
  return 'tokenizer.json' in read ? read : { ...read, ...madeFiles(read['tokenizer.model']!) };
}

/** Of a GGUF file, which may be without weights. */
export async function vocabularyFiles(path: string): Promise<Record<string, string>> {
  const { metadata } = await readGgufHeader((await fileSource(path))!);
  return tokenizerFiles(metadata, metadata.texts('tokenizer.ggml.tokens')!.length);
}

/** Llama 3's as older tools saved it. */
function smaugFiles(): Record<string, string> {
  const files = realTokenizerFiles('llama3');
  const json = JSON.parse(files['tokenizer.json']) as { readonly model: object };
  return { ...files, 'tokenizer.json': JSON.stringify({ ...json, model: { ...json.model, ignore_merges: false } }) };
}

/** tokenizer.json for a SentencePiece model, with the space before every stretch of text that published files have. */
function madeFiles(model: Uint8Array): Record<string, string> {
  const { files } = makeTokenizerJson({}, model, 'llama')!;
  const replace = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
  const normalizer = { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, replace] };
  const json = { ...(JSON.parse(files['tokenizer.json']!) as object), normalizer, pre_tokenizer: null };
  return { ...files, 'tokenizer.json': JSON.stringify(json) };
}

export async function randomModel(
  name: string,
  files: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>,
  family = configs[name],
  named: readonly string[] = [],
): Promise<FileTree> {
  const config = { ...family, vocab_size: largestId(name, files) + 3, torch_dtype: 'float32' };
  const tensors = parameterSpecs(parseConfig(config, new Set(named))).map(({ name: tensor, shape }, index) => ({
    name: tensor,
    dtype: 'F32' as const,
    shape,
    *chunks() {
      const normal = new NormalGenerator(7, index);
      const count = shape.reduce((a, b) => a * b, 1);
      const [centre, deviation] = shape.length === 1 && tensor.endsWith('weight') ? [1, 0.1] : [0, 0.2];
      yield fromF32(
        Float32Array.from({ length: count }, () => centre + deviation * normal.next()),
        'F32',
      );
    },
  }));
  const parts: Uint8Array[] = [];
  for await (const chunk of safetensorsFile(tensors).stream()) parts.push(chunk);
  const weights = new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
  return memoryTree(name, { ...files, 'config.json': JSON.stringify(config), 'model.safetensors': weights });
}

/** Two rows more than that have no token. */
function largestId(name: string, files: Readonly<Record<string, string | Uint8Array>>): number {
  const model = files['tokenizer.model'];
  if (model instanceof Uint8Array) return readSentencePiece(model).pieces.length - 1;
  const read = Object.entries(files).map(([file, value]) => [file, textOf(value)] as const);
  const tokenizerFiles = Object.fromEntries(read) as { 'tokenizer.json': string };
  return openWhole({ name, tokenizerFiles }).tokenizer.largestId;
}

const textOf = (value: string | Uint8Array): string =>
  typeof value === 'string' ? value : new TextDecoder().decode(value);

/** llama.cpp normalises nothing: texts that NFC would change are left out, and are the one difference (docs/clients.md). */
export function sampleTexts(): string[] {
  const awkward = Object.values(AWKWARD).filter((text) => !/\p{Cs}|\0/u.test(text) && text !== '');
  const samples = ['molecules.smi', 'licences.jsonl', 'tang-poems.txt'].flatMap((file) =>
    readFileSync(join('public/samples', file), 'utf8').split('\n').slice(0, 160),
  );
  const texts = [...awkward, ...samples].filter((text) => text !== '' && text === text.normalize('NFC'));
  return [...new Set(texts)].slice(0, TEXTS);
}

export function corpusOf(documents: readonly string[]): CorpusText {
  return { train: documents, heldOut: documents, general: documents, summary: {} as CorpusText['summary'] };
}

/** The likeliest token, again and again. */
async function greedy(engine: Engine, { model, graft }: ModelToExport, ids: number[]): Promise<number[]> {
  const session = await ModelSession.open(engine, model, graft ? { graft } : {});
  const prompt = ids.length;
  while (ids.length < prompt + GREEDY) {
    const logits = await session.logits(Uint32Array.from(ids));
    const last = logits.subarray(-(logits.length / ids.length));
    ids.push(last.indexOf(last.reduce((most, value) => Math.max(most, value), -Infinity)));
  }
  session.close();
  return ids.slice(prompt);
}
