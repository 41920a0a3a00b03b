import { describe, expect, it } from 'vitest';
import {
  bytesSource,
  fromF32,
  memoryTree,
  openCheckpoint,
  openSafetensors,
  safetensorsFile,
  tensorOf,
  toF32,
  type JsonObject,
  type WeightDtype,
} from '../../src/checkpoint/index';
import {
  configText,
  graftedConfig,
  graftedTensors,
  licenceOf,
  modelCardText,
  planGraft,
  trainedFrom,
  type GraftedTensorsRequest,
} from '../../src/graft/index';
import { bytesOf, labErrorOf, seeded } from '../checkpoint/writeBytes';

const hidden = 3;
const random = seeded(5);
const anyBytes = (length: number) => Uint8Array.from({ length }, () => random() * 256);
const width = { F32: 4, F16: 2, BF16: 2 } as const;

/** 8 rows, 5 of them in use; every byte pattern may occur, NaNs with odd payloads too. */
async function source(dtype: WeightDtype) {
  const bytes = await bytesOf(
    safetensorsFile([
      tensorOf('model.embed_tokens.weight', dtype, [8, hidden], anyBytes(8 * hidden * width[dtype])),
      tensorOf('lm_head.weight', dtype, [8, hidden], anyBytes(8 * hidden * width[dtype])),
      tensorOf('lm_head.bias', dtype, [8], anyBytes(8 * width[dtype])),
      tensorOf('model.norm.weight', dtype, [hidden], anyBytes(hidden * width[dtype])),
      tensorOf('mask', 'U8', [2], anyBytes(2)),
    ]).stream(),
  );
  return (await openCheckpoint(memoryTree('base', { 'config.json': '{}', 'model.safetensors': bytes }))).tensors;
}

async function written(request: GraftedTensorsRequest) {
  const file = safetensorsFile(graftedTensors(request));
  const bytes = await bytesOf(file.stream());
  expect(bytes.length).toBe(file.size);
  return (await openSafetensors(bytesSource('out', bytes))).tensors;
}

const plan = planGraft({ embeddingRows: 8, tokenizerLength: 5, firstNewId: 5, count: 2 });
const grown = planGraft({ embeddingRows: 8, tokenizerLength: 5, firstNewId: 5, count: 6 });
const newRows = (count: number, rowWidth = hidden) =>
  Float32Array.from({ length: count * rowWidth }, (_, i) => 1 + i / 1000);

describe('graftedTensors', () => {
  it.each(['F32', 'F16', 'BF16'] as const)(
    'keeps old rows and other tensors equal to the bit in %s, spare rows too',
    async (dtype) => {
      const tensors = await source(dtype);
      for (const [graft, oldRanges] of [
        [
          plan,
          [
            [0, 5],
            [7, 8],
          ],
        ],
        [grown, [[0, 5]]],
      ] as const) {
        const names = ['model.embed_tokens.weight', 'lm_head.weight'];
        const vocabulary = names.map((name) => ({ name, newRows: newRows(graft.count) }));
        const out = await written({
          tensors,
          plan: graft,
          vocabulary: [...vocabulary, { name: 'lm_head.bias', newRows: newRows(graft.count, 1) }],
        });
        for (const name of [...names, 'lm_head.bias']) {
          const [before, after] = [tensors.get(name)!, out.get(name)!];
          expect([after.dtype, after.shape[0]]).toEqual([dtype, graft.newEmbeddingRows]);
          for (const [start, end] of oldRanges) {
            expect(await after.read({ start, end })).toEqual(await before.read({ start, end }));
          }
          const rowWidth = name === 'lm_head.bias' ? 1 : hidden;
          expect(await after.read({ start: 5, end: 5 + graft.count })).toEqual(
            fromF32(newRows(graft.count, rowWidth), dtype),
          );
        }
        for (const name of ['model.norm.weight', 'mask'])
          expect(await out.get(name)!.read()).toEqual(await tensors.get(name)!.read());
      }
    },
  );

  it('rounds trained tensors to the type that was read, and takes the old rows of a vocabulary tensor by id', async () => {
    const tensors = await source('BF16');
    const embedding = Float32Array.from({ length: 8 * hidden }, (_, i) => 10 + i / 3);
    const norm = Float32Array.of(1.001, 2.002, 3.003);
    const out = await written({
      tensors,
      plan,
      vocabulary: [{ name: 'model.embed_tokens.weight', newRows: newRows(2) }],
      trained: new Map([
        ['model.embed_tokens.weight', trainedFrom(embedding, hidden)],
        ['model.norm.weight', trainedFrom(norm, 1)],
      ]),
      omit: ['lm_head.weight', 'lm_head.bias'],
    });
    const rounded = (values: Float32Array) => [...toF32(fromF32(values, 'BF16'), 'BF16')];
    const expected = embedding.slice();
    expected.set(newRows(2), 5 * hidden);
    expect([...(await out.get('model.embed_tokens.weight')!.readF32())]).toEqual(rounded(expected));
    expect([...(await out.get('model.norm.weight')!.readF32())]).toEqual(rounded(norm));
    expect([...out.keys()].sort()).toEqual(['mask', 'model.embed_tokens.weight', 'model.norm.weight']);
  });

  it('writes all weights in another type when asked, and leaves what is no weight alone', async () => {
    const tensors = await source('BF16');
    const out = await written({
      tensors,
      plan,
      vocabulary: [
        { name: 'model.embed_tokens.weight', newRows: newRows(2) },
        { name: 'lm_head.weight', newRows: newRows(2) },
        { name: 'lm_head.bias', newRows: newRows(2, 1) },
      ],
      dtype: 'F32',
    });
    expect([...out.values()].map(({ name, dtype }) => `${name} ${dtype}`).sort()).toEqual([
      'lm_head.bias F32',
      'lm_head.weight F32',
      'mask U8',
      'model.embed_tokens.weight F32',
      'model.norm.weight F32',
    ]);
    expect(await out.get('model.norm.weight')!.readF32()).toEqual(await tensors.get('model.norm.weight')!.readF32());
    expect([...(await out.get('lm_head.weight')!.readF32({ start: 5, end: 7 }))]).toEqual([...newRows(2)]);
  });

  it('refuses a plan, rows or names that do not fit, before a byte is written', async () => {
    const tensors = await source('F32');
    const name = 'model.embed_tokens.weight';
    const other = planGraft({ embeddingRows: 9, tokenizerLength: 5, firstNewId: 5, count: 2 });
    const cases: [GraftedTensorsRequest, string][] = [
      [{ tensors, plan, vocabulary: [{ name, newRows: newRows(3) }] }, 'graft/new-rows-length'],
      [{ tensors, plan: other, vocabulary: [{ name, newRows: newRows(2) }] }, 'graft/embedding-rows'],
      [{ tensors, plan, vocabulary: [{ name: 'wte', newRows: newRows(2) }] }, 'graft/unknown-tensor'],
      [
        { tensors, plan, vocabulary: [], trained: new Map([['nope', trainedFrom(newRows(1), 1)]]) },
        'graft/unknown-tensor',
      ],
    ];
    for (const [request, code] of cases) expect((await labErrorOf(() => graftedTensors(request))).code).toBe(code);
  });
});

describe('config.json after a graft', () => {
  it('keeps keys, order and style, and changes the vocabulary size alone', () => {
    const config = {
      architectures: ['LlamaForCausalLM'],
      vocab_size: 8,
      rope_theta: 1e4,
      torch_dtype: 'bfloat16',
      tie_word_embeddings: true,
    };
    const next = graftedConfig(config, grown);
    expect(configText(next)).toBe(configText(config).replace('"vocab_size": 8', '"vocab_size": 11'));
    expect(graftedConfig(config, grown, 'F32').torch_dtype).toBe('float32');
    expect(graftedConfig({ dtype: 'bfloat16', vocab_size: 8 }, grown, 'F16')).toEqual({
      dtype: 'float16',
      vocab_size: 11,
    });
  });

  it('gives rotary settings the names of transformers 4 as well, and leaves those that it has', () => {
    const llama3 = { rope_type: 'llama3', factor: 8, low_freq_factor: 1 };
    const grafted = (config: JsonObject) => graftedConfig({ vocab_size: 11, ...config }, grown);
    const given = { rope_parameters: { ...llama3, rope_theta: 5e5 } };
    expect(grafted(given)).toEqual({ vocab_size: 11, ...given, rope_theta: 5e5, rope_scaling: llama3 });
    const plain = { rope_parameters: { rope_type: 'default', rope_theta: 5e5 } };
    expect(grafted(plain)).toEqual({ vocab_size: 11, ...plain, rope_theta: 5e5 });
    const both = { ...plain, rope_theta: 7, rope_scaling: null };
    expect(grafted(both)).toEqual({ vocab_size: 11, ...both });
    const turned = { model_type: 'gpt_neox', rope_parameters: { rope_theta: 5e5, partial_rotary_factor: 0.5 } };
    expect(grafted(turned)).toEqual({ vocab_size: 11, ...turned, rotary_emb_base: 5e5, rotary_pct: 0.5 });
    const perLayer = {
      rope_parameters: {
        sliding_attention: { rope_type: 'default', rope_theta: 3 },
        full_attention: { rope_type: 'linear', rope_theta: 9, factor: 8 },
      },
    };
    const older = { rope_theta: 9, rope_local_base_freq: 3, rope_scaling: { rope_type: 'linear', factor: 8 } };
    expect(grafted(perLayer)).toEqual({ vocab_size: 11, ...perLayer, ...older });
  });

  it('updates a nested text configuration where that is where the size stands', () => {
    expect(graftedConfig({ text_config: { vocab_size: 8 }, model_type: 'x' }, grown)).toEqual({
      text_config: { vocab_size: 11 },
      model_type: 'x',
    });
  });
});

describe('model card', () => {
  it('has front matter the Hub reads and the figures it was given', () => {
    const card = modelCardText({
      title: 'rootstock with 64 tokens for molecules',
      baseModel: 'tokengraft: "rootstock"',
      licence: 'apache-2.0',
      languages: ['en', 'no'],
      newTokens: 64,
      firstNewId: 4096,
      embeddingRows: 4160,
      init: 'subword-mean',
      trained: 'new rows',
      steps: 60,
      corpus: { name: 'molecules', source: 'ZINC', licence: 'CC0' },
      arms: ['base', 'grafted | trained'],
      figures: [{ measure: 'held-out bits per byte', values: ['3.10', '2.40'] }],
    });
    expect(card).toContain(
      'base_model: "tokengraft: \\"rootstock\\""\nlicense: apache-2.0\nlanguage:\n  - en\n  - "no"\n',
    );
    expect(card).toContain('ids 4096 to 4159');
    expect(card).toContain('|  | base | grafted \\| trained |');
    expect(card).toContain('| held-out bits per byte | 3.10 | 2.40 |');
    expect(licenceOf(card)).toBe('apache-2.0');
    expect(licenceOf('# no front matter\nlicense: mit')).toBeUndefined();
  });
});
