// GGUF files as they are written, read back by the reader that is held to gguf-py; llama.cpp itself is asked in test/interop.
import { describe, expect, it } from 'vitest';
import {
  bytesSource,
  ggufTree,
  memoryTree,
  quantise,
  readText,
  WRITTEN_TYPES,
  type ByteSource,
  type FileTree,
  type WrittenType,
} from '../../../src/checkpoint/index';
import { LabError } from '../../../src/error';
import { openModel, proveGguf, writeGguf, type ModelToExport } from '../../../src/lab/index';
import { families } from '../../model/goldenCase';
import { letters, tinyLlama, tinyModel } from '../vocabulary/letters';
import { memorySink } from './memorySink';

async function exportedOf(tree: FileTree): Promise<ModelToExport> {
  return { model: await openModel(tree, 'folder'), newTokens: [], extras: {} };
}

async function written(exported: ModelToExport, type: WrittenType): Promise<ByteSource> {
  const { sink, files } = memorySink();
  const name = await writeGguf(sink, exported, type);
  return bytesSource(name, files.get(name)!);
}

const tinyOf = async (name: string, changes: Readonly<Record<string, unknown>> = {}): Promise<ModelToExport> => {
  const config = families[name] as Record<string, unknown>;
  return exportedOf(
    await tinyModel({ ...config, vocab_size: 10, bos_token_id: 8, eos_token_id: 8, ...changes }, 'F32'),
  );
};

const wide = { hidden_size: 64, intermediate_size: 96 };
const plainRope = { rope_theta: 10000, rope_type: 'default' };
const gemmaRope = { full_attention: { rope_theta: 1e6 }, sliding_attention: plainRope };
const gemma = { ...wide, head_dim: 10, query_pre_attn_scalar: 10, rope_parameters: gemmaRope };
const writable: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['llama-tied', { ...wide, rope_parameters: plainRope }],
  ['llama-untied', wide],
  ['mistral-tied', { ...wide, sliding_window: null }],
  ['qwen2-tied', wide],
  ['qwen3-tied', wide],
  ['qwen3-untied', {}],
  ['gemma3-tied', gemma],
  ['gpt2-tied', { n_embd: 64, n_head: 4 }],
  ['gpt2-untied', { activation_function: 'gelu_new', scale_attn_by_inverse_layer_idx: false }],
  ['gpt_neox-untied', { rope_parameters: { ...plainRope, partial_rotary_factor: 0.7 } }],
  ['gpt_neox-untied', { hidden_size: 96, hidden_act: 'gelu_fast', use_parallel_residual: false }],
  [
    'gpt_neox-tied',
    { attention_bias: true, hidden_size: 132, rope_parameters: { ...plainRope, partial_rotary_factor: 0.69 } },
  ],
];

describe('a model as GGUF', () => {
  it.each(writable)('comes back, in every type as near as that allows: %s', async (name, changes) => {
    const exported = await tinyOf(name, changes);
    for (const type of WRITTEN_TYPES) {
      const proof = await proveGguf(await written(exported, type), exported, type, ['abcd', 'a<s>b', '']);
      expect(proof.tensors).toBe(exported.model.checkpoint.tensors.size);
      expect(proof.tokensCompared).toBe(7);
      if (type !== 'F32') expect(proof.largestRounding).toBeGreaterThan(0);
      else if (!name.startsWith('gemma3')) expect(proof.largestRounding).toBe(0);
    }
    const { config } = await openModel(await ggufTree(await written(exported, 'F32')), 'folder');
    const kept = (of: typeof config) => ({ ...of, modelType: '', architecture: '', headName: '', initializerRange: 0 });
    expect(kept(config)).toEqual(kept(exported.model.config));
  });

  it('is the same file when it is read and written again', async () => {
    const exported = await exportedOf(await tinyLlama({ tied: false, spareRows: 3 }));
    for (const type of WRITTEN_TYPES) {
      const first = await written(exported, type);
      const again = await written(await exportedOf(await ggufTree(first)), type);
      expect(again.name).toBe(first.name);
      expect(await again.read(0, again.size)).toEqual(await first.read(0, first.size));
    }
  });

  it('is not proven where a weight or a token is another', async () => {
    const exported = await exportedOf(await tinyLlama());
    const source = await written(exported, 'F32');
    const other = await exportedOf(await tinyLlama({ tied: false }));
    const failed = { code: 'lab/verification-failed' };
    await expect(proveGguf(source, other, 'F32', [])).rejects.toMatchObject(failed);
    const bytes = new Uint8Array(await source.read(0, source.size)).slice();
    bytes[bytes.length - 70]! ^= 0x40;
    await expect(proveGguf(bytesSource('x.gguf', bytes), exported, 'F32', [])).rejects.toMatchObject(failed);
  });

  it('cut short anywhere in its header ends in an error that says so', async () => {
    const source = await written(await exportedOf(await tinyLlama()), 'F32');
    const bytes = await source.read(0, source.size);
    for (let length = 0; length < 2000; length += 37) {
      const cut = ggufTree(bytesSource('cut.gguf', bytes.slice(0, length)));
      await expect(cut).rejects.toBeInstanceOf(LabError);
    }
  });
});

describe('what llama.cpp would do otherwise', () => {
  it.each([
    ['gpt_neox-tied', {}, 'model/gguf-unsupported', 'without biases'],
    ['gpt_neox-untied', { hidden_act: 'silu' }, 'model/gguf-unsupported', 'the activation silu'],
    ['llama-tied', {}, 'model/gguf-unsupported', 'other constants'],
    ['mistral-tied', {}, 'model/gguf-unsupported', 'sliding windows'],
    ['gemma3-tied', {}, 'model/gguf-unsupported', 'queries scaled'],
    ['gpt2-untied', { scale_attn_by_inverse_layer_idx: false }, 'model/gguf-unsupported', 'the activation gelu'],
    ['gpt2-untied', { activation_function: 'gelu_new' }, 'model/gguf-unsupported', 'scaled by the layer'],
  ])('is refused by name before anything is written: %s', async (name, changes, code, says) => {
    const { sink, files } = memorySink();
    const refused = writeGguf(sink, await tinyOf(name, changes), 'F32');
    await expect(refused).rejects.toMatchObject({ code, message: expect.stringContaining(says) as string });
    expect(files.size).toBe(0);
  });

  it.each([
    [
      'a pre-tokenizer without a name',
      { pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: false } },
      'no name',
    ],
    [
      'a space before a text that begins with none',
      {
        pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: false },
        normalizer: null,
      },
      'puts a space',
    ],
    [
      'a token that matches whole words only',
      {
        added_tokens: [
          { id: 8, content: '<s>', special: true, normalized: false, lstrip: false, rstrip: false, single_word: true },
        ],
      },
      'whole word',
    ],
  ])('of a tokenizer is refused by name: %s', async (_, changes, says) => {
    const tree = await tinyLlama();
    const json = JSON.parse(await readText(tree.open('tokenizer.json')!)) as object;
    const files = Object.fromEntries(
      await Promise.all(tree.list().map(async (name) => [name, await tree.open(name)!.read(0, tree.open(name)!.size)])),
    ) as Record<string, Uint8Array<ArrayBuffer>>;
    const changed = memoryTree('changed', { ...files, 'tokenizer.json': JSON.stringify({ ...json, ...changes }) });
    const refused = exportedOf(changed).then((exported) => written(exported, 'F32'));
    await expect(refused).rejects.toMatchObject({
      code: 'checkpoint/gguf-tokenizer',
      message: expect.stringContaining(says) as string,
    });
  });
});

describe('Q8_0', () => {
  it('has one scale a block, halves away from zero, and leaves a block of zeros', () => {
    const values = new Float32Array(64);
    values.set([127, 0.5, -0.5, 1.5, -2.5, 63.4999, -127]);
    const bytes = quantise(values, 'Q8_0');
    expect(bytes).toHaveLength(68);
    expect([...new Int8Array(bytes.buffer, 2, 8)]).toEqual([127, 1, -1, 2, -3, 63, -127, 0]);
    expect(new Uint16Array(bytes.slice(0, 2).buffer)[0]).toBe(0x3c00);
    expect([...bytes.subarray(34)]).toEqual(new Array(34).fill(0));
  });

  it('is no nearer than half a step', () => {
    const values = Float32Array.from({ length: 320 }, (_, at) => Math.sin(at * 12.9898) * (1 + (at % 7)));
    const bytes = quantise(values, 'Q8_0');
    for (let block = 0; block < 10; block++) {
      const own = values.subarray(32 * block, 32 * block + 32);
      const step = Math.max(...own.map(Math.abs)) / 127;
      const steps = new Int8Array(bytes.buffer, 34 * block + 2, 32);
      own.forEach((value, at) => expect(Math.abs(value - steps[at]! * step)).toBeLessThanOrEqual(step * 0.5001));
    }
  });
});

it('names rows without a token as llama.cpp does, and what is special', async () => {
  const source = await written(await exportedOf(await tinyLlama({ spareRows: 2 })), 'F32');
  const text = new TextDecoder('latin1').decode(await source.read(0, source.size));
  for (const piece of ['[PAD10]', '[PAD11]', '<s>', letters[7]!]) expect(text).toContain(piece);
  const again = await openModel(await ggufTree(source), 'folder');
  expect(again.tokenizer.isSpecial(8)).toBe(true);
  expect(again.tokenizer.hasId(10)).toBe(false);
  expect(again.summary.embeddingRows).toBe(12);
});
