// A GGUF file as a model folder: names, shapes and the checkpoint's order of rows; ranges are pieces of the whole.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from '../../support/properties';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  bytesSource,
  ggufTree,
  memoryTree,
  modelTree,
  openCheckpoint,
  toF32,
  type Checkpoint,
  type TensorEntry,
} from '../../../src/checkpoint/index';
import { dequantise } from '../../../src/checkpoint/gguf/dequantise';
import { readGgufHeader } from '../../../src/checkpoint/gguf/header';
import { folderTree, pathTree } from '../../../src/checkpoint/node';
import { openModel } from '../../../src/lab/index';
import { labErrorOf, seeded } from '../writeBytes';
import { F16, tiny, tinyGguf, tinyTokenizer, type Family } from './tinyGguf';
import { llama2Metadata } from './tokenizerMetadata';
import { tensorToWrite } from './writeGguf';

const opened = async (bytes: Uint8Array): Promise<Checkpoint> =>
  openCheckpoint(await ggufTree(bytesSource('tiny.gguf', bytes)));

/** The values as the file has them. */
async function stored(bytes: Uint8Array, name: string): Promise<Float32Array> {
  const { tensors } = await readGgufHeader(bytesSource('tiny.gguf', bytes));
  const { start, end, type } = tensors.find((tensor) => tensor.name === name)!;
  const raw = bytes.slice(start, end);
  return type.blockElements > 1 ? dequantise(raw, type) : toF32(raw, type.dtype!);
}

const families: Family[] = ['llama', 'qwen2', 'qwen3', 'gemma3', 'gpt2'];

describe('a GGUF file as a folder', () => {
  it.each(families)('%s has config.json, tokenizer, model card and weights', async (family) => {
    const checkpoint = await opened(tinyGguf(family));
    expect(checkpoint.config).toMatchObject({
      vocab_size: tiny.rows,
      tie_word_embeddings: true,
      eos_token_id: 0,
      torch_dtype: 'float32',
    });
    expect(checkpoint.config).not.toHaveProperty('pad_token_id');
    expect(checkpoint.readme).toMatch(/^---\nlicense: apache-2.0\n/);
    expect(Object.keys(checkpoint.tokenizerFiles).sort()).toEqual(['tokenizer.json', 'tokenizer_config.json']);
    expect(checkpoint.totalBytes).toBeGreaterThan(0);
  });

  it('states sizes and constants as the family names them', async () => {
    expect((await opened(tinyGguf('llama'))).config).toMatchObject({
      model_type: 'llama',
      architectures: ['LlamaForCausalLM'],
      hidden_size: 64,
      num_key_value_heads: 2,
      head_dim: 16,
      rms_norm_eps: 1e-6,
      rope_theta: 1e6,
      rope_scaling: null,
      attention_bias: false,
    });
    expect((await opened(tinyGguf('gemma3'))).config).toMatchObject({
      model_type: 'gemma3_text',
      sliding_window: 16,
      query_pre_attn_scalar: 16,
      rope_local_base_freq: 10000,
    });
    expect((await opened(tinyGguf('gpt2'))).config).toMatchObject({
      model_type: 'gpt2',
      n_embd: 64,
      n_inner: 96,
      layer_norm_epsilon: 1e-5,
    });
  });

  it('puts rows of q and k back in the order of halves, for llama only', async () => {
    const { heads, hidden, headSize } = tiny;
    for (const family of ['llama', 'qwen2'] as const) {
      const bytes = tinyGguf(family);
      const source = await stored(bytes, 'blk.0.attn_q.weight');
      const values = await (await opened(bytes)).tensors.get('model.layers.0.self_attn.q_proj.weight')!.readF32();
      for (let head = 0; head < heads; head++) {
        for (let i = 0; i < headSize; i++) {
          const from = family === 'llama' ? (i < headSize / 2 ? 2 * i : 2 * (i - headSize / 2) + 1) : i;
          const row = (at: number) => (head * headSize + at) * hidden;
          expect(values.subarray(row(i), row(i) + hidden)).toEqual(source.subarray(row(from), row(from) + hidden));
        }
      }
    }
  });

  it('takes 1 from the norms of Gemma and transposes the matrices of GPT-2', async () => {
    const gemma = tinyGguf('gemma3');
    const norm = await (await opened(gemma)).tensors.get('model.layers.0.self_attn.q_norm.weight')!.readF32();
    expect(norm).toEqual((await stored(gemma, 'blk.0.attn_q_norm.weight')).map((value) => value - 1));
    const gpt2 = tinyGguf('gpt2');
    const entry = (await opened(gpt2)).tensors.get('transformer.h.0.mlp.c_fc.weight')!;
    expect(entry.shape).toEqual([tiny.hidden, tiny.inner]);
    const [values, source] = [await entry.readF32(), await stored(gpt2, 'blk.0.ffn_up.weight')];
    for (let i = 0; i < values.length; i++) {
      const [row, column] = [Math.floor(i / tiny.inner), i % tiny.inner];
      expect(values[i]).toBe(source[column * tiny.hidden + row]);
    }
  });

  it('gives for any range of rows or bytes the same piece of the whole', async () => {
    for (const family of ['llama', 'gpt2'] as const) {
      const tree = await ggufTree(bytesSource('tiny.gguf', tinyGguf(family)));
      const file = tree.open('model.safetensors')!;
      const whole = await file.read(0, file.size);
      const range = fc
        .tuple(fc.nat(file.size), fc.nat(4000))
        .map(([start, length]) => [start, Math.min(file.size, start + length)]);
      await fc.assert(
        fc.asyncProperty(range, async ([start, end]) => {
          expect(await file.read(start!, end!)).toEqual(whole.subarray(start, end));
        }),
        { numRuns: 150 },
      );
      const { tensors } = await openCheckpoint(tree);
      const rows = async (entry: TensorEntry, start: number, end: number) => entry.read({ start, end });
      for (const entry of tensors.values()) {
        const all = await entry.read();
        const [count, rowBytes] = [entry.shape[0]!, all.length / entry.shape[0]!];
        const [start, end] = [Math.floor(count / 3), Math.ceil(count / 2)];
        expect(await rows(entry, start, end)).toEqual(all.subarray(start * rowBytes, end * rowBytes));
      }
    }
  });

  it('keeps F16, and widens what is quantised to F32', async () => {
    const { tensors } = await opened(tinyGguf('llama'));
    const dtype = (name: string) => tensors.get(`model.layers.0.self_attn.${name}.weight`)!.dtype;
    expect([dtype('q_proj'), dtype('k_proj'), dtype('v_proj')]).toEqual(['F32', 'F16', 'F32']);
  });

  it('is tied where the head is the embedding to the bit, and untied where one bit differs', async () => {
    const head = tensorToWrite('output.weight', 8, [tiny.rows, tiny.hidden], () => 0.3);
    const untied = await opened(tinyGguf('llama', {}, [head]));
    expect([untied.config.tie_word_embeddings, untied.tensors.has('lm_head.weight')]).toEqual([false, true]);
    const plain = tinyGguf('llama');
    const { tensors } = await readGgufHeader(bytesSource('tiny.gguf', plain));
    const { start, end } = tensors.find(({ name }) => name === 'token_embd.weight')!;
    const tied = await opened(tinyGguf('llama', {}, [{ ...head, bytes: plain.slice(start, end) }]));
    expect([tied.config.tie_word_embeddings, tied.tensors.has('lm_head.weight')]).toEqual([true, false]);
  });

  it('opens as a model of the lab, with the rows that no token has', async () => {
    const { summary } = await openModel(memoryTree('picked', { 'tiny.gguf': tinyGguf('llama') }), 'folder');
    expect(summary).toMatchObject({
      name: 'tiny',
      licence: 'apache-2.0',
      embeddingRows: 12,
      tokenizerLength: 10,
      largestId: 9,
      dtype: 'F32',
      tied: true,
    });
  });

  it('recognises the rotary scaling of Llama 3 by its table, and refuses any other table', async () => {
    const theta = 500000;
    const table = (factor: number) =>
      Float32Array.from({ length: tiny.headSize / 2 }, (_, i) => {
        const wavelength = 2 * Math.PI * theta ** ((2 * i) / tiny.headSize);
        const smooth = (8192 / wavelength - 1) / 3;
        if (wavelength < 2048) return 1;
        return wavelength > 8192 ? factor : 1 / ((1 - smooth) / factor + smooth);
      });
    const withTable = (values: Float32Array) =>
      tinyGguf('llama', { 'llama.rope.freq_base': { f32: theta } }, [
        { name: 'rope_freqs.weight', type: 0, shape: [values.length], bytes: new Uint8Array(values.slice().buffer) },
      ]);
    expect((await opened(withTable(table(32)))).config.rope_scaling).toEqual({
      rope_type: 'llama3',
      factor: 32,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    });
    const other = table(32);
    other[4]! *= 1.01;
    expect((await labErrorOf(opened(withTable(other)))).code).toBe('checkpoint/gguf-unsupported');
  });

  it.each<[string, Uint8Array, string, RegExp]>([
    ['another architecture', tinyGguf('llama', { 'general.architecture': 'mamba' }), 'gguf-unsupported', /"mamba"/],
    [
      'no architecture',
      tinyGguf('llama', { 'general.architecture': undefined }),
      'gguf-metadata',
      /general.architecture/,
    ],
    ['no sizes', tinyGguf('llama', { 'llama.block_count': undefined }), 'gguf-metadata', /llama.block_count/],
    ['experts', tinyGguf('llama', { 'llama.expert_count': { u32: 8 } }), 'gguf-unsupported', /mixture of experts/],
    ['YaRN', tinyGguf('llama', { 'llama.rope.scaling.type': 'yarn' }), 'gguf-unsupported', /"yarn"/],
    [
      'partial rotation',
      tinyGguf('llama', { 'llama.rope.dimension_count': { u32: 8 } }),
      'gguf-unsupported',
      /8 of 16/,
    ],
    [
      'heads that do not divide',
      tinyGguf('llama', { 'llama.attention.head_count': { u32: 7 } }),
      'gguf-metadata',
      /attn_q/,
    ],
    ['a part of several', tinyGguf('llama', { 'split.count': { u32: 3 } }), 'gguf-unsupported', /one of 3 parts/],
    [
      'a tensor that the family does not have',
      tinyGguf('llama', {}, [tensorToWrite('blk.0.ffn_gate_inp.weight', 0, [4], () => 0)]),
      'gguf-unsupported',
      /`blk.0.ffn_gate_inp.weight`/,
    ],
    ['another kind of tokenizer', tinyGguf('llama', { 'tokenizer.ggml.model': 'bert' }), 'gguf-unsupported', /"bert"/],
    ['unknown rules of cutting', tinyGguf('llama', { 'tokenizer.ggml.pre': 'viking' }), 'gguf-unsupported', /"viking"/],
    [
      'no rules of cutting',
      tinyGguf('llama', { 'tokenizer.ggml.pre': undefined }),
      'gguf-unsupported',
      /how its tokenizer/,
    ],
    ['no tokens', tinyGguf('llama', { 'tokenizer.ggml.tokens': undefined }), 'gguf-metadata', /tokenizer.ggml.tokens/],
    [
      'more types than tokens',
      tinyGguf('llama', { 'tokenizer.ggml.token_type': Int32Array.of(1) }),
      'gguf-metadata',
      /1 values of `tokenizer.ggml.token_type` for 12 tokens/,
    ],
  ])('%s is refused by name', async (_, bytes, code, message) => {
    const error = await labErrorOf(opened(bytes));
    expect(error.code).toBe(`checkpoint/${code}`);
    expect(error.message).toMatch(message);
  });

  it('leaves a folder with safetensors alone, and asks which of several GGUF files is meant', async () => {
    const both = memoryTree('both', { 'model.safetensors': 'x', 'a.gguf': 'y' });
    expect(await modelTree(both)).toBe(both);
    const several = memoryTree('several', { 'a.gguf': 'x', 'b.gguf': 'y' });
    expect((await labErrorOf(modelTree(several))).code).toBe('checkpoint/gguf-several');
  });
});

describe('a file of llama.cpp', () => {
  it('is the folder beside it, to the bit: stories260K.gguf', async () => {
    const folder = await openModel(await folderTree('test/fixtures/stories260K'), 'folder');
    const file = await openModel(await pathTree('test/fixtures/stories260K/stories260K.gguf'), 'folder');
    expect([...file.checkpoint.tensors.keys()].sort()).toEqual([...folder.checkpoint.tensors.keys()].sort());
    for (const [name, entry] of folder.checkpoint.tensors) {
      const other = file.checkpoint.tensors.get(name)!;
      expect([other.dtype, other.shape]).toEqual([entry.dtype, entry.shape]);
      expect(Buffer.compare(await other.read(), await entry.read()), name).toBe(0);
    }
    const { contextLength: _, ...expected } = folder.config;
    expect(file.config).toMatchObject(expected);
    expect(file.startId).toBe(folder.startId);
  });
});

describe('an untied file in F16 with 32,000 pieces', () => {
  it('opens, by way of a file on disk', async () => {
    const rows = 32000;
    const changes = Object.fromEntries(Object.keys(tinyTokenizer).map((key) => [key, undefined]));
    const next = seeded(5);
    const halves = ['token_embd.weight', 'output.weight'].map((name) =>
      tensorToWrite(name, F16, [rows, tiny.hidden], next),
    );
    const bytes = tinyGguf('llama', { ...changes, ...llama2Metadata() }, halves);
    const folder = mkdtempSync(join(tmpdir(), 'tokengraft-gguf-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'pieces.gguf'), bytes);
    const { summary } = await openModel(await pathTree(join(folder, 'pieces.gguf')), 'folder');
    expect(summary).toMatchObject({ tokenizerLength: rows, embeddingRows: rows, dtype: 'F16', tied: false });
  });
});
