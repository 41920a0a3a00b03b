// A model with adapters, written merged and as a PEFT folder: both are opened again and give what the trained model gives.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryTree } from '../../../src/checkpoint/index';
import type { Engine } from '../../../src/engine/index';
import {
  applyAdapter,
  buildVocabulary,
  learnVocabulary,
  openModel,
  putOnBase,
  verifyExport,
  writeAdapter,
  writeModel,
  type CorpusText,
  type LoadedModel,
  type ModelToExport,
  type Vocabulary,
} from '../../../src/lab/index';
import { ModelSession } from '../../../src/lab/device/modelSession';
import { roundedLogits } from '../../../src/lab/running/roundedLogits';
import { ArmModel } from '../../../src/lab/training/armModel';
import { openTestEngine } from '../../support/engines';
import { syllableDocuments, tinyLlama } from '../vocabulary/letters';
import { memorySink } from './memorySink';

const documents = syllableDocuments(60);
const corpus = {
  train: documents.slice(10),
  heldOut: documents.slice(0, 10),
  general: ['abc def gh'],
  summary: { name: 'syllables', generalName: 'letters', trainDocuments: 50, trainBytes: 1000 },
} as unknown as CorpusText;
const text = documents.slice(0, 10).join(' ');

describe.each([true, false])('tied: %s', (tied) => {
  let engine: Engine;
  let model: LoadedModel;
  let vocabulary: Vocabulary;
  beforeAll(async () => {
    engine = await openTestEngine('processor');
    model = await openModel(await tinyLlama({ tied, bf16: true }), 'folder');
    vocabulary = await buildVocabulary(model, corpus, await learnVocabulary(model, corpus, { newTokens: 5 }), 5);
  });
  afterAll(() => engine.close());

  /** Adapters that add something, as if they were trained. */
  async function arm(moves: readonly ('newRows' | 'adapters' | 'norms')[] = ['newRows', 'adapters']) {
    const opened = await ArmModel.open({
      ...{ engine, model, corpus, vocabulary, moves, seed: 3 },
      start: { input: 'random', output: 'random' },
      adapters: { rank: 3, alpha: 5, rankStabilised: true, targets: ['q_proj', 'down_proj'] },
      evaluation: { bytes: 100, generalBytes: 100, sample: 'spread' },
    });
    for (const { up } of opened.session.graphs.adapters) {
      opened.session.store.write(
        up.name,
        Float32Array.from({ length: up.shape[0] * up.shape[1] }, (_, at) => 0.3 * Math.sin(at)),
      );
    }
    return opened;
  }

  const exported = ({ graft, session }: ArmModel): ModelToExport => ({
    ...{ model, session, files: vocabulary.files, newTokens: vocabulary.summary.newTokens, extras: {} },
    ...(graft ? { graft } : {}),
  });

  it('merged, it is the trained model in logits, and everything else is the base to the bit', async () => {
    const trained = await arm();
    const { sink, tree } = memorySink();
    await writeModel(sink, exported(trained));
    const { session, tokenizer } = trained;
    const proof = await verifyExport(tree(), { session, tokenizer, mode: 'adapters', text });
    expect(proof).toMatchObject({ passed: true });
    const merged = await openModel(tree(), 'folder');
    for (const { name } of model.parameters) {
      const [before, after] = [model.checkpoint.tensors.get(name)!, merged.checkpoint.tensors.get(name)!];
      const rows = { start: 0, end: before.shape[0]! };
      const isSame = Buffer.compare(await before.read(rows), await after.read(rows)) === 0;
      expect(isSame, name).toBe(!/\.(?:q_proj|down_proj)\.weight$/.test(name));
    }
    trained.close();
  });

  it('as an adapter on its base it is the same, row by row', async () => {
    const trained = await arm();
    const [whole, parts] = [memorySink(), memorySink()];
    await writeModel(whole.sink, exported(trained));
    await writeAdapter(parts.sink, exported(trained));
    const applied = await putOnBase(await tinyLlama({ tied, bf16: true }), parts.tree());
    const { session, tokenizer } = trained;
    expect(await verifyExport(applied, { session, tokenizer, mode: 'adapters', text })).toMatchObject({ passed: true });
    const [a, b] = [await openModel(whole.tree(), 'folder'), await openModel(applied, 'folder')];
    for (const [name, tensor] of a.checkpoint.tensors) {
      expect(Buffer.compare(await tensor.read(), await b.checkpoint.tensors.get(name)!.read()), name).toBe(0);
    }
    trained.close();
  });

  it('an ONNX file of fewer bits is expected to hold merged matrices, rounded once', async () => {
    const trained = await arm();
    const { sink, tree } = memorySink();
    await writeModel(sink, { ...exported(trained), dtype: 'F32' });
    const fresh = await ModelSession.open(engine, await openModel(tree(), 'folder'));
    const { ids } = trained.tokenizer.encode(text.slice(0, 40));
    const [ours, theirs] = [await roundedLogits(trained.session, ids, 'f16'), await roundedLogits(fresh, ids, 'f16')];
    expect(Math.max(...ours.map((value, at) => Math.abs(value - theirs[at]!)))).toBeLessThan(1e-5);
    fresh.close();
    trained.close();
  });

  it('is no adapter where more was trained, or where there are none', async () => {
    const trained = await arm(['newRows', 'adapters', 'norms']);
    await expect(writeAdapter(memorySink().sink, exported(trained))).rejects.toMatchObject({
      code: 'lab/more-than-adapters',
    });
    trained.close();
    const { session: _, ...untrained } = exported(trained);
    await expect(writeAdapter(memorySink().sink, untrained)).rejects.toMatchObject({ code: 'lab/no-adapters' });
  });
});

describe('an adapter that is not read', () => {
  const config = { peft_type: 'LORA', r: 2, lora_alpha: 4, target_modules: ['q_proj'] };
  const open = async (settings: object) =>
    applyAdapter(await tinyLlama(), memoryTree('theirs', { 'adapter_config.json': JSON.stringify(settings) }));

  it.each([
    [{ ...config, use_dora: true }, 'use_dora'],
    [{ ...config, bias: 'lora_only' }, 'bias'],
    [{ ...config, modules_to_save: ['lm_head'] }, 'modules_to_save'],
    [{ ...config, peft_type: 'IA3' }, 'peft_type'],
  ])('names the field of %j', async (settings, field) => {
    await expect(open(settings)).rejects.toMatchObject({ code: 'lab/adapter-kind', details: { field } });
  });

  it('names the file that is missing', async () => {
    await expect(open(config)).rejects.toMatchObject({
      code: 'checkpoint/missing-file',
      details: { file: 'adapter_model.safetensors' },
    });
  });
});
