// A trained graft as GGUF, as the page proves it: its weights to the bit, and its logits beside the trained model's, rounded alike.
import fc from '../../support/properties';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  bytesSource,
  ggufRounded,
  WRITTEN_TYPES,
  type FileTree,
  type RowRange,
  type WrittenType,
} from '../../../src/checkpoint/index';
import type { Engine } from '../../../src/engine/index';
import {
  buildVocabulary,
  ggufRefusal,
  ggufRounding,
  graftRows,
  learnVocabulary,
  ModelSession,
  modeGroups,
  openModel,
  proveGguf,
  verifyExport,
  writeGguf,
  type GgufToExport,
} from '../../../src/lab/index';
import { families } from '../../model/goldenCase';
import { openTestEngine } from '../../support/engines';
import { syllableCorpus, tinyModel } from '../vocabulary/letters';
import { memorySink } from './memorySink';

const corpus = syllableCorpus(60, 10);
const text = corpus.heldOut.join('\n');

const plainRope = { rope_theta: 10000, rope_type: 'default' };
const gemma = {
  hidden_size: 64,
  intermediate_size: 96,
  head_dim: 10,
  query_pre_attn_scalar: 10,
  rope_parameters: { full_attention: { rope_theta: 1e6 }, sliding_attention: plainRope },
};
/** Rows reordered by head, 1 added to norms, matrices transposed, and rows that are no whole blocks. */
const cases: readonly (readonly [name: string, changes: Readonly<Record<string, unknown>>])[] = [
  ['llama-tied', { hidden_size: 64, intermediate_size: 96, rope_parameters: plainRope }],
  ['gemma3-tied', gemma],
  ['gpt2-tied', { n_embd: 64, n_head: 4 }],
  ['qwen3-untied', {}],
];

async function graftOf(engine: Engine, name: string, changes: Readonly<Record<string, unknown>>) {
  const config = {
    ...(families[name] as Record<string, unknown>),
    ...{ vocab_size: 10, bos_token_id: 8, eos_token_id: 8 },
    ...changes,
  };
  const model = await openModel(await tinyModel(config, 'BF16'), 'folder');
  const { tokenizer, files, newRows } = await buildVocabulary(
    model,
    corpus,
    await learnVocabulary(model, corpus, { newTokens: 6 }),
    6,
  );
  const graft = await graftRows(model, newRows, 'random', 11);
  const session = await ModelSession.open(engine, model, { graft, moves: modeGroups.all });
  // As training leaves them: values that no stored type holds exactly.
  for (const { name: parameter } of session.trained) {
    const values = await session.store.readF32(parameter);
    session.store.write(
      parameter,
      values.map((value, at) => value + 0.01 * Math.sin(at * 12.9898)),
    );
  }
  return { exported: { model, files, graft, session } satisfies GgufToExport, session, tokenizer };
}

async function written(exported: GgufToExport, type: WrittenType): Promise<{ tree: FileTree; bytes: Uint8Array }> {
  const { sink, files, tree } = memorySink();
  const name = await writeGguf(sink, exported, type);
  return { tree: tree(), bytes: files.get(name)! };
}

describe('a trained graft as GGUF', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine('processor');
  });

  it.each(cases)('has its weights to the bit and its logits, in every type: %s', async (name, changes) => {
    const { exported, session, tokenizer } = await graftOf(engine, name, changes);
    expect(await ggufRefusal(exported)).toBeNull();
    const away: number[] = [];
    for (const type of WRITTEN_TYPES) {
      const { tree, bytes } = await written(exported, type);
      const proof = await proveGguf(bytesSource('x.gguf', bytes), exported, type, [text]);
      expect(proof.tensors).toBe(exported.model.parameters.length);
      const rounding = ggufRounding(exported, type);
      const verification = await verifyExport(tree, { session, tokenizer, mode: 'all', text, rounding });
      // The same engine computes both with the same numbers.
      expect(verification).toMatchObject({
        passed: true,
        largestLogitDifference: 0,
        movedNewRows: 6,
        untouchedRows: 0,
      });
      away.push(verification.roundingLogitDifference!);
    }
    const [f32, f16, bf16, q8] = away as [number, number, number, number];
    expect(f32).toBeLessThan(f16);
    expect(f16).toBeLessThan(bf16);
    // Without whole blocks a matrix is F16.
    expect(q8).toBeGreaterThanOrEqual(f16);
    session.close();
  });

  it('is not proven by the smallest step of one weight, nor by another header', async () => {
    const { exported, session } = await graftOf(engine, ...cases[0]!);
    const { bytes } = await written(exported, 'Q8_0');
    const matrix = bytes.length - 4 * 64 - 5;
    for (const [at, says] of [
      [matrix, 'has another `model.layers'],
      [200, 'header'],
    ] as const) {
      const damaged = bytes.slice();
      damaged[at]! ^= 1;
      const proving = proveGguf(bytesSource('x.gguf', damaged), exported, 'Q8_0', [text]);
      await expect(proving).rejects.toMatchObject({
        code: 'lab/verification-failed',
        message: expect.stringContaining(says) as string,
      });
    }
    const short = proveGguf(bytesSource('x.gguf', bytes.slice(0, -32)), exported, 'Q8_0', [text]);
    await expect(short).rejects.toMatchObject({ code: 'lab/verification-failed' });
    session.close();
  });

  it('has other logits where blocks are taken for those of another axis', async () => {
    const { exported, session, tokenizer } = await graftOf(engine, ...cases[2]!);
    const { tree } = await written(exported, 'Q8_0');
    const along = ggufRounding(exported, 'Q8_0');
    const across: typeof along = async (tensor, range, read) =>
      tensor.includes('c_fc')
        ? ggufRounded({ name: '', type: 'Q8_0', shape: [], layout: { kind: 'plain' } }, range, read)
        : along(tensor, range, read);
    const asked = { session, tokenizer, mode: 'all' as const, text };
    expect((await verifyExport(tree, { ...asked, rounding: across })).largestLogitDifference).toBeGreaterThan(0);
    expect((await verifyExport(tree, { ...asked, rounding: along })).largestLogitDifference).toBe(0);
    session.close();
  });
});

it('refuses a number that a half has no room for, naming tensor and number', async () => {
  const config = { ...(families['qwen3-untied'] as object), vocab_size: 10, bos_token_id: 8, eos_token_id: 8 };
  const model = await openModel(await tinyModel(config, 'F32'), 'folder');
  const name = 'model.layers.0.mlp.up_proj.weight';
  const entry = model.checkpoint.tensors.get(name)!;
  const values = new Float32Array(entry.shape[0]! * entry.shape[1]!).fill(70_000);
  const tensors = new Map(model.checkpoint.tensors).set(name, {
    ...entry,
    read: async () => new Uint8Array(values.buffer),
  });
  const exported = { model: { ...model, checkpoint: { ...model.checkpoint, tensors } } };
  const refused = { code: 'checkpoint/f16-overflow', details: { tensor: name, value: 70_000 } };
  await expect(writeGguf(memorySink().sink, exported, 'F16')).rejects.toMatchObject(refused);
  await writeGguf(memorySink().sink, exported, 'BF16');
});

it('rounds any rows of a transposed matrix as it rounds all of them', async () => {
  const [rows, width] = [96, 5];
  const place = { name: '', type: 'Q8_0', shape: [width, rows], layout: { kind: 'transposed' } } as const;
  const values = Float32Array.from({ length: rows * width }, (_, at) => Math.sin(at * 78.233) * (1 + (at % 11)));
  const read = ({ start, end }: RowRange) => values.subarray(start * width, end * width);
  const whole = await ggufRounded(place, { start: 0, end: rows }, read);
  expect(whole).not.toEqual(values);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: rows - 1 }),
      fc.integer({ min: 1, max: rows }),
      async (start, length) => {
        const end = Math.min(rows, start + length);
        const some = await ggufRounded(place, { start, end }, read);
        expect([...some]).toEqual([...whole.subarray(start * width, end * width)]);
      },
    ),
  );
});

it('says why a model has no such form, and what is meant, before anything is written', async () => {
  const opened = async (name: string, changes: object = {}) => {
    const config = { ...(families[name] as object), vocab_size: 10, bos_token_id: 8, eos_token_id: 8, ...changes };
    return { model: await openModel(await tinyModel(config, 'F32'), 'folder') };
  };
  expect(await ggufRefusal(await opened('gpt2-untied', { scale_attn_by_inverse_layer_idx: false }))).toMatchObject({
    code: 'model/gguf-unsupported',
    message: expect.stringContaining('the activation gelu in GPT-2') as string,
    reason: 'activation',
    what: 'gelu',
  });
  expect(await ggufRefusal(await opened('llama-tied'))).toMatchObject({ reason: 'rotary' });
  const { model } = await opened('qwen3-untied');
  const { tokenizerFiles } = model.checkpoint;
  const wholeWords = tokenizerFiles['tokenizer.json']!.replaceAll('"single_word": false', '"single_word": true');
  const files = { ...tokenizerFiles, 'tokenizer.json': wholeWords };
  expect(await ggufRefusal({ model, files })).toMatchObject({
    code: 'checkpoint/gguf-tokenizer',
    reason: 'whole-word',
    what: '<s>',
  });
});
