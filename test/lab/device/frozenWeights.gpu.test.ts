// Frozen matrices held rounded: the model computes with the rounded values and nothing else differs, planned memory is what is
// allocated, and what is saved is the checkpoint's own to the bit.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TensorEntry } from '../../../src/checkpoint/index';
import { storedPieces, widened, type Engine, type StoredType } from '../../../src/engine/index';
import {
  ModelSession,
  openModel,
  planTraining,
  verifyExport,
  writeModel,
  type FrozenWeights,
  type LoadedModel,
  type ModelToExport,
} from '../../../src/lab/index';
import { graftRows } from '../../../src/lab/device/graftedRows';
import { roundedLogits } from '../../../src/lab/running/roundedLogits';
import { buildVocabulary, learnVocabulary, type Vocabulary } from '../../../src/lab/index';
import { ArmTraining, type ArmSetup } from '../../../src/lab/training/armTraining';
import { defaultOptimizer } from '../../../src/lab/training/moves';
import { engineNames, openTestEngine } from '../../support/engines';
import { memorySink } from '../export/memorySink';
import { syllableCorpus, tinyModel } from '../vocabulary/letters';

const corpus = syllableCorpus(60, 10);
const text = corpus.heldOut.join(' ');
const shared = { vocab_size: 13, bos_token_id: 8, eos_token_id: 8, initializer_range: 0.02 };

/** Rows of its down projections, 40 long, are no whole blocks of 32. */
const llama = {
  ...{ ...shared, architectures: ['LlamaForCausalLM'], model_type: 'llama', hidden_size: 32, intermediate_size: 40 },
  ...{ num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2, head_dim: 8, rms_norm_eps: 1e-5 },
  ...{ max_position_embeddings: 64, rope_theta: 10000, torch_dtype: 'float32', tie_word_embeddings: true },
};
/** Its matrices lie as [in, out]; it has biases and learned positions. */
const gpt2 = {
  ...{ ...shared, architectures: ['GPT2LMHeadModel'], model_type: 'gpt2', n_embd: 32, n_layer: 2, n_head: 4 },
  ...{
    n_positions: 64,
    n_inner: 64,
    layer_norm_epsilon: 1e-5,
    activation_function: 'gelu_new',
    torch_dtype: 'float32',
  },
};
const models = { llama, gpt2 } as const;

const held = ['bf16', 'f16', 'q8'] as const satisfies readonly FrozenWeights[];

/** Between the two every type: compiling takes its time on software adapters. */
const cases = { llama: ['f16', 'q8'], gpt2: ['bf16', 'q8'] } as const satisfies Record<
  string,
  readonly FrozenWeights[]
>;

function roundedValues(values: Float32Array, type: StoredType): Float32Array {
  const pieces = storedPieces({ name: 'values', shape: [values.length / 32, 32], type }, 0, values);
  return widened(
    type,
    pieces.map(({ bytes }) => bytes),
  );
}

/** Told by hand: matrices, without learned positions; 8 bits where rows are whole blocks. */
const isHeld = ({ name, shape }: TensorEntry, type: StoredType): boolean =>
  shape.length === 2 && !name.includes('wpe') && (type !== 'q8' || shape[1]! % 32 === 0);

/** The same model, whose file has the rounded values as f32. */
function withRounded(model: LoadedModel, type: StoredType): LoadedModel {
  const tensors = new Map(
    [...model.checkpoint.tensors].map(([name, entry]): [string, TensorEntry] => {
      if (!isHeld(entry, type)) return [name, entry];
      const readF32: TensorEntry['readF32'] = async (rows, signal) =>
        roundedValues(await entry.readF32(rows, signal), type);
      const read: TensorEntry['read'] = async (rows) => new Uint8Array((await readF32(rows)).slice().buffer);
      return [name, { ...entry, readF32, read }];
    }),
  );
  return { ...model, checkpoint: { ...model.checkpoint, tensors } };
}

describe.each(engineNames)('%s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });
  afterAll(() => engine.close());

  describe.each(['llama', 'gpt2'] as const)('a tiny %s', (family) => {
    let model: LoadedModel;
    let vocabulary: Vocabulary;
    beforeAll(async () => {
      model = await openModel(await tinyModel(models[family], 'F32'), 'folder');
      vocabulary = await buildVocabulary(model, corpus, await learnVocabulary(model, corpus, { newTokens: 4 }), 4);
    });

    const setup = (change: Partial<ArmSetup>): ArmSetup => ({
      ...{ engine, model, corpus, vocabulary, seed: 3, budget: { bytes: 500 } },
      start: { input: 'random', output: 'random' },
      stages: [
        {
          ...{ objective: 'next-token', share: 1, optimizer: defaultOptimizer, rates: { newRows: 0.02 } },
          ...{ schedule: { warmup: 0.1, final: 0.1 }, batch: { rows: 2, length: 24 } },
        },
      ],
      evaluation: { bytes: 200, generalBytes: 100, watchBytes: 100, points: 2, sample: 'spread' },
      ...change,
    });

    async function trained(change: Partial<ArmSetup>) {
      const training = await ArmTraining.open(setup(change));
      const losses: number[] = [];
      const norms: number[] = [];
      await training.run({
        onUpdate: ({ records }) => {
          for (const record of records) {
            if (record.type !== 'step') continue;
            losses.push(record.loss);
            norms.push(record.gradientNorm);
          }
        },
      });
      return { training, losses, norms };
    }

    const exported = ({ arm: { session, graft } }: ArmTraining): ModelToExport => ({
      ...{ model, session, files: vocabulary.files, newTokens: vocabulary.summary.newTokens, extras: {} },
      ...(graft ? { graft } : {}),
    });

    it.each(cases[family])(
      'held as %s trains as over the same rounded weights in f32, and is saved as it was read',
      async (frozen) => {
        const rounded = await trained({ frozen });
        const whole = await trained({ model: withRounded(model, frozen) });
        expect(rounded.losses.length).toBeGreaterThan(3);
        for (const figure of ['losses', 'norms'] as const) {
          for (const [step, value] of rounded[figure].entries()) {
            expect(Math.abs(value / whole[figure][step]! - 1), `${figure} of step ${step}`).toBeLessThan(2e-5);
          }
        }
        whole.training.close();
        await expectSaved(rounded.training);
        rounded.training.close();
      },
    );

    async function expectSaved(training: ArmTraining): Promise<void> {
      const { session, graft, tokenizer } = training.arm;
      const matrix = session.graphs.vocabulary.input[0]!;
      // What lies on the device is not what is saved.
      const source = model.checkpoint.tensors.get(matrix.matrix)!;
      expect(await session.store.readRows(matrix.name, 0, 5)).not.toEqual(await source.readF32({ start: 0, end: 5 }));
      const folder = memorySink();
      await writeModel(folder.sink, exported(training));
      const written = await openModel(folder.tree(), 'folder');
      const firstNewId = graft!.plan.firstNewId;
      for (const [name, entry] of model.checkpoint.tensors) {
        const found = written.checkpoint.tensors.get(name)!;
        if (name !== matrix.matrix) expect(await found.read(), name).toEqual(await entry.read());
        else {
          const old = { start: 0, end: Math.min(firstNewId, entry.shape[0]!) };
          expect(await found.read(old), name).toEqual(await entry.read(old));
          const fresh = await found.readF32({ start: firstNewId, end: firstNewId + graft!.plan.count });
          expect(fresh).not.toEqual(graft!.input);
          expect(fresh).toEqual(await session.rows(name, firstNewId, firstNewId + graft!.plan.count));
        }
      }
      const verification = await verifyExport(folder.tree(), { session, tokenizer, mode: 'new-rows', text });
      expect(verification).toMatchObject({ passed: true, movedNewRows: graft!.plan.count });
      // What the file computes is not what the rounded model does, and the report says by how much.
      expect(verification.roundingLogitDifference).toBeGreaterThan(0);
      const ids = Uint32Array.of(8, 1, 2, 3);
      const ofFile = await ModelSession.open(engine, written);
      const [wanted, found] = [await ofFile.logits(ids), await roundedLogits(session, ids, 'f32')];
      const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(Math.max(...wanted.map((value, at) => Math.abs(value - found[at]!))) / largest).toBeLessThan(1e-5);
      ofFile.close();
    }

    it('with adapters over eight bits is merged with the weights that were read', async () => {
      const moves = { newRows: 0.01, adapters: 0.02 };
      const adapters = { rank: 2, alpha: 4, rankStabilised: false };
      const { training } = await trained({
        ...{ frozen: 'q8', adapters },
        stages: setup({}).stages.map((stage) => ({ ...stage, rates: moves })),
      });
      const { session } = training.arm;
      const [adapter] = session.graphs.adapters;
      const { tensor, down, up } = adapter!;
      const source = model.checkpoint.tensors.get(tensor)!;
      const [rows, width] = source.shape as [number, number];
      const [a, b] = [await session.store.readF32(down.name), await session.store.readF32(up.name)];
      const isTurned = family === 'gpt2';
      const strength = adapters.alpha / adapters.rank;
      const inSize = isTurned ? rows : width;
      const expected = (await source.readF32()).map((value, at) => {
        const [row, column] = [Math.floor(at / width), at % width];
        const [to, from] = isTurned ? [column, row] : [row, column];
        return value + strength * (b[2 * to]! * a[from]! + b[2 * to + 1]! * a[inSize + from]!);
      });
      const merged = await session.rows(tensor, 0, rows);
      expect(Math.max(...merged.map((value, at) => Math.abs(value - expected[at]!)))).toBeLessThan(1e-6);
      const folder = memorySink();
      await writeModel(folder.sink, exported(training));
      const { tokenizer } = training.arm;
      expect(await verifyExport(folder.tree(), { session, tokenizer, mode: 'adapters', text })).toMatchObject({
        passed: true,
      });
      training.close();
    });

    it('takes the memory that was planned, least in eight bits', async () => {
      const bytes: number[] = [];
      for (const frozen of ['as-stored', ...held] as const) {
        const graft = await graftRows(model, vocabulary.newRows, { input: 'zero', output: 'zero' }, 1);
        const session = await ModelSession.open(engine, model, { graft, moves: ['newRows'], frozen });
        const settings = { batchRows: 2, rowLength: 24, frozen };
        const plan = planTraining(model, vocabulary.newRows.length, 'new-rows', settings, engine);
        expect(plan.bytes.parameters).toBe(session.store.bytes);
        bytes.push(plan.bytes.parameters);
        const matrices = [...model.checkpoint.tensors.values()].filter((entry) => isHeld(entry, 'bf16')).length;
        const ragged = family === 'llama' && frozen === 'q8' ? 2 : 0;
        expect(plan.frozen).toEqual(
          frozen === 'as-stored'
            ? undefined
            : { held: frozen, rounded: matrices - ragged, asStored: ragged, widened: engineName === 'processor' },
        );
        session.close();
      }
      const [asStored, bf16, f16, q8] = bytes as [number, number, number, number];
      if (engineName === 'processor') expect(new Set(bytes).size).toBe(1);
      else {
        expect(bf16).toBe(f16);
        expect(q8).toBeLessThan(f16);
        expect(f16).toBeLessThan(asStored);
      }
    });

    it('rounds nothing that moves', async () => {
      const session = await ModelSession.open(engine, model, {
        moves: ['oldRows', 'body', 'norms'],
        frozen: 'q8',
      });
      expect([...session.store.specs.values()].filter(({ type }) => type !== 'f32')).toEqual([]);
      session.close();
    });
  });

  it('an F16 checkpoint is held as it is stored, byte for byte', async () => {
    const model = await openModel(await tinyModel({ ...gpt2, torch_dtype: 'float16' }, 'F16'), 'folder');
    const session = await ModelSession.open(engine, model);
    for (const { name, tensor, type, shape } of session.graphs.parameters) {
      const entry = model.checkpoint.tensors.get(tensor)!;
      expect(type, name).toBe(shape.length > 1 ? 'f16' : 'f32');
      if (type === 'f16') expect(await session.store.read(name), name).toEqual(await entry.read());
      expect(await session.store.readF32(name), name).toEqual(await entry.readF32());
    }
    session.close();
  });
});
