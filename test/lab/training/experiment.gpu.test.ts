import { beforeAll, describe, expect, it } from 'vitest';
import { memoryTree } from '../../../src/checkpoint/index';
import type { Engine } from '../../../src/engine/index';
import {
  buildVocabulary,
  cardOf,
  engineText,
  generateText,
  learnVocabulary,
  ModelSession,
  openModel,
  openTrainedElsewhere,
  Training,
  verifyExport,
  writeModel,
  type CorpusText,
  type LoadedModel,
  type RunRecord,
  type TrainMode,
  type TrainSettings,
  type Vocabulary,
  type WeightsAs,
} from '../../../src/lab/index';
import { earlierGraft } from '../../../src/lab/device/earlierGraft';
import { engineNames, openTestEngine } from '../../support/engines';
import { syllableDocuments, tinyLlama } from '../vocabulary/letters';
import { memorySink } from '../export/memorySink';

const steps = 20;
const settings: TrainSettings = {
  mode: 'new-rows',
  init: 'subword-mean',
  steps,
  batchRows: 2,
  rowLength: 32,
  learningRate: 0.02,
  warmupSteps: 2,
  weightDecay: 0.01,
  clipNorm: 1,
  evaluateEvery: 0,
  sampleEvery: 0,
  seed: 11,
  evaluationBytes: 1200,
};

const documents = syllableDocuments(120);
const corpus = {
  train: documents.slice(20),
  heldOut: documents.slice(0, 20),
  general: ['abc def gh', 'hgfe dcba'],
  summary: { name: 'syllables', generalName: 'letters' },
} as unknown as CorpusText;

describe.each(engineNames)('%s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });

  async function prepared(options: { tied?: boolean; bf16?: boolean } = {}) {
    const model = await openModel(await tinyLlama(options), 'folder');
    const extension = await learnVocabulary(model, corpus, { newTokens: 6 });
    return { model, vocabulary: await buildVocabulary(model, corpus, extension, 6) };
  }

  async function trained(model: LoadedModel, vocabulary: Vocabulary, mode: TrainMode = 'new-rows') {
    const training = await Training.open({ engine, model, corpus, vocabulary, settings: { ...settings, mode } });
    const records: RunRecord[] = [];
    const run = await training.start((update) => records.push(...update.records));
    const status = await run.run();
    return { training, status, losses: records.flatMap((r) => (r.type === 'step' ? [r.loss] : [])) };
  }

  async function written(model: LoadedModel, vocabulary: Vocabulary, training: Training, as: WeightsAs = {}) {
    const folder = memorySink();
    await writeModel(folder.sink, {
      model,
      files: vocabulary.files,
      ...(training.graft ? { graft: training.graft } : {}),
      session: training.session,
      card: cardOf({ model, corpus: corpus.summary, graft: training.graft, settings: training.setup.settings, steps }),
      newTokens: vocabulary.summary.newTokens,
      extras: { 'experiment.json': '{}' },
      ...as,
    });
    return folder;
  }

  // Compiling every kernel the first time takes minutes on a busy software adapter.
  describe('an experiment from base to written folder', { timeout: 300_000 }, () => {
    it('moves every new row that occurred and no other bit, when only new rows train', async () => {
      const { model, vocabulary } = await prepared();
      const { training, status, losses } = await trained(model, vocabulary);
      expect(status).toMatchObject({ state: 'finished', step: steps });
      expect(losses.at(-1)!).toBeLessThan(losses[0]!);
      const { tree } = await written(model, vocabulary, training);
      const reopened = await openModel(tree(), 'folder');
      for (const [name, before] of model.checkpoint.tensors) {
        const after = reopened.checkpoint.tensors.get(name)!;
        expect(after.dtype, name).toBe(before.dtype);
        const old = await after.read({ start: 0, end: before.shape[0]! });
        expect(Buffer.compare(old, await before.read()), name).toBe(0);
      }
      const verification = await verifyExport(tree(), {
        session: training.session,
        tokenizer: training.tokenizer,
        mode: 'new-rows',
        text: corpus.heldOut.join('\n'),
      });
      expect(verification).toMatchObject({ passed: true, untouchedRows: 10, greedyAgreement: expect.any(Number) });
      expect(verification.movedNewRows).toBe(6);
      expect(verification.largestLogitDifference).toBeLessThanOrEqual(verification.allowed);
      training.close();
    });

    it.each([
      ['embeddings', true, true],
      ['all', true, true],
      ['all', false, false],
    ] as const)('writes what was trained: %s, tied %s, bf16 %s', async (mode, tied, bf16) => {
      const { model, vocabulary } = await prepared({ tied, bf16 });
      const { training } = await trained(model, vocabulary, mode);
      const { tree, files } = await written(model, vocabulary, training);
      const verification = await verifyExport(tree(), {
        session: training.session,
        tokenizer: training.tokenizer,
        mode,
        text: corpus.heldOut.join('\n'),
      });
      expect(verification.passed).toBe(true);
      expect(verification.untouchedRows).toBeLessThan(10);
      if (!bf16) expect(verification.roundingLogitDifference).toBe(0);
      const config = JSON.parse(new TextDecoder().decode(files.get('config.json'))) as Record<string, unknown>;
      expect(config).toMatchObject({ vocab_size: 16, tie_word_embeddings: tied });
      training.close();
    });

    it.each([
      ['new-rows', true, 'F16'],
      ['new-rows', true, 'F32'],
      ['all', false, 'BF16'],
    ] as const)('verifies shards in a chosen type: %s, bf16 source %s, as %s', async (mode, bf16, dtype) => {
      const { model, vocabulary } = await prepared({ bf16 });
      const { training } = await trained(model, vocabulary, mode);
      const before = await training.session.logits(Uint32Array.of(8, 0, 12));
      const { tree, files } = await written(model, vocabulary, training, { dtype, shardBytes: 1000 });
      const verification = await verifyExport(tree(), {
        session: training.session,
        tokenizer: training.tokenizer,
        mode,
        text: corpus.heldOut.join('\n'),
      });
      expect(files.has('model.safetensors.index.json')).toBe(true);
      expect(verification).toMatchObject({ passed: true, movedNewRows: 6 });
      expect(verification.untouchedRows === 10).toBe(mode === 'new-rows');
      if (dtype === 'F32') expect(verification.roundingLogitDifference).toBe(0);
      else expect(verification.roundingLogitDifference).toBeGreaterThan(0);
      // The trained model itself was left as it was.
      expect(await training.session.logits(Uint32Array.of(8, 0, 12))).toEqual(before);
      training.close();
    });

    it('has a verification that fails when one byte of a weight is another', async () => {
      const { model, vocabulary } = await prepared();
      const { training } = await trained(model, vocabulary);
      const { files } = await written(model, vocabulary, training);
      const weights = files.get('model.safetensors')!.slice();
      weights[weights.length - 1]! ^= 0x40;
      const damaged = memoryTree('damaged', { ...Object.fromEntries(files), 'model.safetensors': weights });
      const verification = await verifyExport(damaged, {
        session: training.session,
        tokenizer: training.tokenizer,
        mode: 'new-rows',
        text: corpus.heldOut.join('\n'),
      });
      expect(verification.passed).toBe(false);
      training.close();
    });

    it('gives the same losses to the bit for the same seed', async () => {
      const { model, vocabulary } = await prepared();
      const first = await trained(model, vocabulary);
      const second = await trained(model, vocabulary);
      expect(second.losses).toEqual(first.losses);
      first.training.close();
      second.training.close();
    });

    it('scores base and graft on the same bytes and compares them', async () => {
      const { model, vocabulary } = await prepared();
      const training = await Training.open({ engine, model, corpus, vocabulary, settings });
      await training.measureStart();
      const run = await training.start(() => undefined);
      await run.run();
      const comparison = await training.compare(steps);
      const [base, untrained, after] = comparison.arms;
      expect(untrained!.heldOut.bytes).toBe(base!.heldOut.bytes);
      expect(untrained!.heldOut.tokens).toBeLessThan(base!.heldOut.tokens);
      expect(after!.heldOut.bitsPerByte!).toBeLessThan(untrained!.heldOut.bitsPerByte!);
      // A run of an earlier visit has no figures: they are measured again, and are the same.
      delete training.arms.base;
      delete training.arms.untrained;
      expect((await training.compare(steps)).arms).toEqual(comparison.arms);
      training.close();
    });

    it.each(['new-rows', 'embeddings', 'all'] as const)('compares a folder trained elsewhere: %s', async (mode) => {
      const { model, vocabulary } = await prepared();
      const { training } = await trained(model, vocabulary, mode);
      const { tree, files } = await written(model, vocabulary, training);
      training.close();
      files.set('training_report.json', new TextEncoder().encode('{"steps": 7}'));
      const setup = { engine, base: model, corpus, evaluationBytes: 600 };
      const elsewhere = await openTrainedElsewhere(setup, tree());
      expect(elsewhere).toMatchObject({ steps: 7, training: { setup: { settings: { mode } } } });
      expect(elsewhere.vocabulary.summary).toEqual({
        ...vocabulary.summary,
        dead: 0,
        milliseconds: expect.any(Number),
      });
      const ids = Uint32Array.of(8, 0, 12, 4, 15);
      const plain = await ModelSession.open(engine, await openModel(tree(), 'folder'));
      const [found, expected] = [await elsewhere.training.session.logits(ids), await plain.logits(ids)];
      plain.close();
      for (const [at, value] of found.entries()) expect(value).toBeCloseTo(expected[at]!, 4);
      const { arms } = await elsewhere.training.compare(7);
      expect(arms[2]!.heldOut.bitsPerByte!).toBeLessThan(arms[1]!.heldOut.bitsPerByte!);
      elsewhere.training.close();
    });

    it('refuses to compare what is no graft of the open base, or does not say what is new', async () => {
      const { model, vocabulary } = await prepared();
      const { training } = await trained(model, vocabulary);
      const { tree, files } = await written(model, vocabulary, training);
      training.close();
      const untied = await openModel(await tinyLlama({ tied: false }), 'folder');
      const other = { engine, base: untied, corpus };
      await expect(openTrainedElsewhere(other, tree())).rejects.toMatchObject({ code: 'lab/other-model' });
      files.delete('new_tokens.json');
      const setup = { engine, base: model, corpus };
      await expect(openTrainedElsewhere(setup, tree())).rejects.toMatchObject({ code: 'lab/no-new-tokens-file' });
      files.set('new_tokens.json', new TextEncoder().encode('[{"id": 10, "pieces": null}]'));
      await expect(openTrainedElsewhere(setup, tree())).rejects.toMatchObject({ code: 'lab/new-tokens-file' });
    });

    it('can go on with the rows that an earlier graft wrote', async () => {
      const { model, vocabulary } = await prepared();
      const { training } = await trained(model, vocabulary);
      const { tree } = await written(model, vocabulary, training);
      training.close();
      const grafted = await openModel(tree(), 'folder');
      const earlier = (await earlierGraft(tree(), grafted))!;
      expect(earlier.newTokens.map((token) => token.id)).toEqual([10, 11, 12, 13, 14, 15]);
      const next = await Training.open({ engine, model: grafted, corpus, grafted: earlier.graft, settings });
      const before = await next.session.logits(Uint32Array.of(8, 0, 1, 12));
      const plain = await ModelSession.open(engine, grafted);
      expect([...(await plain.logits(Uint32Array.of(8, 0, 1, 12)))]).toEqual([...before]);
      plain.close();
      const run = await next.start(() => undefined);
      expect(await run.run()).toMatchObject({ state: 'finished' });
      expect(next.session.trainedNames).toEqual(['model.embed_tokens.weight#10']);
      next.close();
    });

    it('generates the same text for the same seed, and only tokens that exist', async () => {
      const { model, vocabulary } = await prepared();
      const { training } = await trained(model, vocabulary);
      const options = { prompt: 'abab', maxTokens: 12, temperature: 1, topK: 0, seed: 3, firstNewId: 10 };
      const first = await generateText(engineText(training.session), training.tokenizer, options);
      expect(await generateText(engineText(training.session), training.tokenizer, options)).toEqual(first);
      expect(first.every((piece) => training.tokenizer.hasId(piece.id))).toBe(true);
      training.close();
    });
  });
});
