// Weights under the names that tools save them with: read as what they are, written as the causal model that transformers'
// AutoModelForCausalLM reads; and what a folder holds besides is dropped by a stated list or named.
import { describe, expect, it } from 'vitest';
import { memoryTree, openCheckpoint, tensorOf, type FileTree } from '../../../src/checkpoint/index';
import { openModel, openWeights, writeModel, type LoadedModel } from '../../../src/lab/index';
import { labErrorOf } from '../../checkpoint/writeBytes';
import { families } from '../../model/goldenCase';
import { tinyLlama, tinyModel } from '../vocabulary/letters';
import { memorySink } from './memorySink';
import { savedAs } from './savedFolder';

const family = (name: string): Promise<FileTree> =>
  tinyModel({ ...(families[name] as Record<string, unknown>), vocab_size: 10 }, 'F32');

const body: Readonly<Record<string, string>> = {
  llama: 'LlamaModel',
  mistral: 'MistralModel',
  qwen2: 'Qwen2Model',
  qwen3: 'Qwen3Model',
  gpt2: 'GPT2Model',
  gpt_neox: 'GPTNeoXModel',
  gemma3: 'Gemma3TextModel',
};

const strip = (prefix: RegExp) => (name: string) => name.replace(prefix, '');
const wrap = (prefix: string) => (name: string) => `${prefix}${name}`;

async function written(model: LoadedModel): Promise<FileTree> {
  const folder = memorySink();
  await writeModel(folder.sink, { model, newTokens: [], extras: {} });
  return folder.tree();
}

/** The same tensors to the bit, under the names of the folder that nothing was done to. */
async function expectSame(saved: FileTree, plain: FileTree, ignored: readonly string[] = []): Promise<LoadedModel> {
  const model = await openModel(saved, 'folder');
  const expected = await openCheckpoint(plain);
  for (const tree of [saved, await written(model)]) {
    const { checkpoint } = await openModel(tree, 'folder');
    const names = [...checkpoint.tensors.keys()].filter((name) => !ignored.includes(name));
    expect(names.toSorted()).toEqual([...expected.tensors.keys()].toSorted());
    for (const [name, entry] of expected.tensors) {
      expect(await checkpoint.tensors.get(name)!.read(), name).toEqual(await entry.read());
    }
  }
  return model;
}

/** The families' tiny models share one tokenizer, which some of their classes would read otherwise. */
const ofWeights = ({ notes }: Pick<LoadedModel, 'notes'>) => notes.filter(({ kind }) => kind !== 'read-otherwise');

describe('a body saved alone (AutoModel)', () => {
  it.each([
    ['llama', /^model\./],
    ['mistral', /^model\./],
    ['qwen2', /^model\./],
    ['qwen3', /^model\./],
    ['gemma3', /^model\./],
    ['gpt_neox', /^gpt_neox\./],
  ])('of %s has the names of the causal model', async (name, prefix) => {
    const plain = await family(`${name}-tied`);
    const saved = await savedAs(plain, {
      name: strip(prefix),
      config: (config) => ({ ...config, architectures: [body[name]] }),
    });
    const model = await expectSame(saved, plain);
    expect(ofWeights(model)).toEqual([
      {
        kind: 'renamed-tensors',
        found: '',
        expected: prefix.source.slice(1).replace('\\', ''),
        count: model.parameters.length,
      },
    ]);
    const config = (await openCheckpoint(await written(model))).config;
    expect(config.architectures).toEqual([model.config.architecture]);
  });

  it('of gpt2 keeps its names, which were published so', async () => {
    const saved = await savedAs(await family('gpt2-tied'), {
      name: strip(/^transformer\./),
      config: (config) => ({ ...config, architectures: ['GPT2Model'] }),
    });
    const model = await openModel(saved, 'folder');
    expect(ofWeights(model)).toEqual([]);
    expect((await openCheckpoint(await written(model))).tensors.has('wte.weight')).toBe(true);
  });

  it('is refused where its head is not tied, saying that the head is missing', async () => {
    const saved = await savedAs(await tinyLlama({ tied: false }), {
      name: (name) => (name === 'lm_head.weight' ? undefined : name.replace(/^model\./, '')),
    });
    const error = await labErrorOf(openModel(saved, 'folder'));
    expect(error.code).toBe('checkpoint/no-head');
    expect(error.message).toContain('`lm_head.weight`');
    expect(error.hint).toContain('LlamaForCausalLM');
  });
});

describe('a wrapped model', () => {
  it.each<[string, string, (name: string) => string]>([
    ['DistributedDataParallel', 'llama-untied', wrap('module.')],
    ['torch.compile', 'qwen2-untied', wrap('_orig_mod.')],
    ['both', 'mistral-tied', wrap('module._orig_mod.')],
    ['multimodal, transformers 4', 'gemma3-untied', wrap('language_model.')],
    ['multimodal, transformers 5', 'gemma3-untied', (name) => name.replace(/^model\./, 'model.language_model.')],
    ['PEFT', 'gpt2-tied', wrap('base_model.model.')],
    ['Lightning', 'gpt_neox-untied', wrap('model.')],
    ['a body under its wrapper', 'qwen3-tied', (name) => name.replace(/^model\./, 'encoder.')],
  ])('%s', async (_, name, saved) => {
    const plain = await family(name);
    const model = await expectSame(await savedAs(plain, { name: saved }), plain);
    expect(ofWeights(model).map(({ kind }) => kind)).toEqual(['renamed-tensors']);
  });

  it('has the head of a tied model where it was saved under that name alone', async () => {
    for (const [name, input, head] of [
      ['llama-tied', 'model.embed_tokens.weight', 'lm_head.weight'],
      ['gemma3-tied', 'model.embed_tokens.weight', 'module.lm_head.weight'],
      ['gpt_neox-tied', 'gpt_neox.embed_in.weight', 'embed_out.weight'],
      ['gpt2-tied', 'transformer.wte.weight', 'lm_head.weight'],
    ] as const) {
      const plain = await family(name);
      const prefix = head.startsWith('module.') ? 'module.' : '';
      const model = await expectSame(
        await savedAs(plain, { name: (tensor) => (tensor === input ? head : prefix + tensor) }),
        plain,
      );
      expect(model.notes).toContainEqual({ kind: 'head-as-embedding', head, input });
    }
  });

  it('is no guess where two parts have the layers of the model', async () => {
    const plain = await tinyLlama();
    const { tensors } = await openCheckpoint(plain);
    const twice = [...tensors.values()].map((entry) => ({
      ...entry,
      name: `b.${entry.name}`,
      chunks: async function* () {
        yield await entry.read();
      },
    }));
    const saved = await savedAs(plain, { name: wrap('a.'), more: twice });
    expect((await labErrorOf(openModel(saved, 'folder'))).code).toBe('checkpoint/missing-tensor');
  });
});

describe('tensors that config.json does not describe', () => {
  const zeros = (name: string, ...shape: number[]) =>
    tensorOf(name, 'F32', shape, new Float32Array(shape.reduce((a, b) => a * b, 1)));

  it.each<[string, string, readonly string[]]>([
    ['llama', 'llama-tied', ['model.layers.0.self_attn.rotary_emb.inv_freq', 'model.rotary_emb.inv_freq']],
    ['gpt2', 'gpt2-tied', ['transformer.h.0.attn.bias', 'transformer.h.1.attn.masked_bias']],
    [
      'gpt_neox',
      'gpt_neox-untied',
      [
        'gpt_neox.layers.0.attention.bias',
        'gpt_neox.layers.0.attention.masked_bias',
        'gpt_neox.layers.1.attention.rotary_emb.inv_freq',
      ],
    ],
    ['gemma3', 'gemma3-tied', ['model.rotary_emb_local.inv_freq', 'model.rotary_emb.original_inv_freq']],
    [
      'cached tables',
      'mistral-tied',
      ['model.layers.0.self_attn.rotary_emb.cos_cached', 'model.layers.0.self_attn.rotary_emb.sin_cached'],
    ],
  ])('are dropped where they are tables that follow from it: %s', async (_, name, buffers) => {
    const plain = await family(name);
    const model = await expectSame(
      await savedAs(plain, { more: buffers.map((buffer) => zeros(buffer, 1, 1, 4, 4)) }),
      plain,
    );
    expect(ofWeights(model)).toEqual([]);
  });

  it.each<[string, string, readonly string[]]>([
    [
      'biases that the configuration switches off',
      'llama-tied',
      ['model.layers.0.self_attn.q_proj.bias', 'model.layers.0.mlp.up_proj.bias'],
    ],
    ['another layer', 'qwen2-tied', ['model.layers.2.mlp.up_proj.weight']],
    ['a vision tower', 'gemma3-tied', ['vision_tower.encoder.layers.0.norm.weight', 'multi_modal_projector.weight']],
    ['a value head', 'gpt2-tied', ['v_head.summary.weight']],
    ['norms of heads', 'mistral-tied', ['model.layers.0.self_attn.q_norm.weight']],
  ])('are named otherwise, and carried over: %s', async (_, name, others) => {
    const plain = await family(name);
    const saved = await savedAs(plain, { more: others.map((other) => zeros(other, 3)) });
    const model = await expectSame(saved, plain, others);
    expect(ofWeights(model)).toEqual([
      { kind: 'unused-tensors', names: expect.arrayContaining([...others]) as string[], bytes: 12 * others.length },
    ]);
    expect(model.summary.notes).toEqual(model.notes);
    for (const other of others) expect((await openCheckpoint(await written(model))).tensors.has(other)).toBe(true);
  });
});

describe('weights that do not fit', () => {
  const one = (name: string, dtype: 'I8' | 'U8' | 'F32', shape: readonly number[] = [4]) =>
    tensorOf(name, dtype, shape, new Uint8Array(shape.reduce((a, b) => a * b, dtype === 'F32' ? 4 : 1)));
  const up = 'model.layers.0.mlp.up_proj.weight';
  const layer = 'model.layers.0.mlp.up_proj';

  it.each<[string, readonly ReturnType<typeof one>[], string, string]>([
    ['GPTQ', [one(`${layer}.qweight`, 'U8')], 'missing-tensor', 'are quantised (`model.layers.0.mlp.up_proj.qweight`)'],
    ['bitsandbytes', [one(up, 'U8'), one(`${up}.absmax`, 'F32')], 'wrong-shape', 'are quantised'],
    ['FP8', [one(up, 'U8', [24, 16]), one(`${layer}.weight_scale`, 'F32')], 'unsupported-dtype', 'are quantised'],
    ['whole numbers', [one(up, 'I8', [24, 16])], 'unsupported-dtype', 'dtype float32 or bfloat16'],
    ['another shape', [one(up, 'F32', [16, 24])], 'wrong-shape', 'another model than the weights'],
    ['a part that is missing', [], 'missing-tensor', 'A part of the weights is missing'],
  ])('are refused with the remedy for what is wrong: %s', async (_, more, code, hint) => {
    const saved = await savedAs(await tinyLlama(), { name: (name) => (name === up ? undefined : name), more });
    const error = await labErrorOf(openModel(saved, 'folder'));
    expect(error.code).toBe(`checkpoint/${code}`);
    expect(error.hint).toContain(hint);
  });
});

describe('a folder without a tokenizer', () => {
  it.each(['llama-tied', 'gpt2-untied', 'gpt_neox-tied', 'gemma3-untied'])('has its weights: %s', async (name) => {
    const plain = await family(name);
    const saved = await savedAs(plain, { files: { 'tokenizer.json': undefined, 'tokenizer_config.json': undefined } });
    const { parameters, checkpoint } = await openWeights(saved);
    expect(parameters.every((parameter) => checkpoint.tensors.has(parameter.name))).toBe(true);
    expect((await labErrorOf(openModel(saved, 'folder'))).code).toBe('checkpoint/missing-file');
  });
});

describe('a PEFT adapter', () => {
  const adapter = {
    peft_type: 'LORA',
    base_model_name_or_path: 'meta-llama/Llama-2-7b-hf',
    r: 16,
    target_modules: ['q_proj', 'v_proj'],
    modules_to_save: ['embed_tokens', 'lm_head'],
  };
  const folder = (config: unknown, more: Readonly<Record<string, string>> = {}) =>
    memoryTree('my-lora', {
      'adapter_config.json': typeof config === 'string' ? config : JSON.stringify(config),
      'adapter_model.safetensors': '',
      ...more,
    });

  it.each<[string, FileTree, readonly string[]]>([
    [
      'with all it states',
      folder(adapter),
      ['LORA of rank 16 on q_proj, v_proj; trained whole: embed_tokens, lm_head', '`meta-llama/Llama-2-7b-hf`'],
    ],
    ['beside a config.json', folder(adapter, { 'config.json': '{"model_type":"llama"}' }), ['LORA of rank 16']],
    [
      'of another kind',
      folder({ peft_type: 'IA3', base_model_name_or_path: '/models/base', target_modules: '.*_proj' }),
      ['IA3 on .*_proj', '`/models/base`'],
    ],
    [
      'that names no base',
      folder({ peft_type: 'LORA', base_model_name_or_path: null }),
      ['LORA', 'a base that it does not name'],
    ],
    [
      'whose fields are something else',
      folder({ peft_type: 3, r: 'x', target_modules: { a: 1 }, modules_to_save: 5 }),
      ['of a kind that it does not state'],
    ],
  ])('is told for what it is: %s', async (_, tree, parts) => {
    const error = await labErrorOf(openModel(tree, 'folder'));
    expect(error.code).toBe('checkpoint/adapter');
    for (const part of parts) expect(error.message).toContain(part);
    expect(error.hint).toContain('merge_and_unload');
  });

  it('is not seen in a whole model that keeps its adapter\u2019s configuration', async () => {
    const tree = await savedAs(await tinyLlama(), { files: { 'adapter_config.json': JSON.stringify(adapter) } });
    expect((await openModel(tree, 'folder')).config.modelType).toBe('llama');
  });
});
