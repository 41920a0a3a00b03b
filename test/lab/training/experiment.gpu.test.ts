import { beforeAll, describe, expect, it } from 'vitest';
import { memoryTree } from '../../../src/checkpoint/index';
import type { Engine } from '../../../src/engine/index';
import {
  ArmTraining,
  besideBase,
  buildVocabulary,
  cardOf,
  engineText,
  generateText,
  learnVocabulary,
  modeGroups,
  ModelSession,
  openModel,
  openTrainedElsewhere,
  verifyExport,
  writeModel,
  type ArmModel,
  type ArmSetup,
  type LoadedModel,
  type TrainMode,
  type Vocabulary,
  type WeightsAs,
} from '../../../src/lab/index';
import { earlierGraft } from '../../../src/lab/device/earlierGraft';
import { defaultOptimizer } from '../../../src/lab/training/moves';
import { engineNames, openTestEngine } from '../../support/engines';
import { syllableCorpus, tinyLlama } from '../vocabulary/letters';
import { memorySink } from '../export/memorySink';

const corpus = syllableCorpus(120, 20, ['abc def gh', 'hgfe dcba']);

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

  function setupOf(model: LoadedModel, mode: TrainMode): ArmSetup {
    return {
      ...{ engine, model, corpus, budget: { bytes: 2600 }, seed: 11 },
      start: { input: 'subword-mean', output: 'subword-mean' },
      stages: [
        {
          rates: Object.fromEntries(modeGroups[mode].map((group) => [group, 0.02])),
          ...{ objective: 'next-token', share: 1, optimizer: defaultOptimizer },
          schedule: { warmup: 0.1, final: 0.1 },
          batch: { rows: 2, length: 32 },
        },
      ],
      evaluation: { bytes: 1200, generalBytes: 1200, watchBytes: 300, points: 2, sample: 'spread' },
    };
  }

  async function run(setup: ArmSetup) {
    const training = await ArmTraining.open(setup);
    const status = await training.run({ onUpdate: () => undefined });
    const losses = training.records.flatMap((record) => (record.type === 'step' ? [record.loss] : []));
    return { training, arm: training.arm, status, losses };
  }

  const trained = (model: LoadedModel, vocabulary: Vocabulary, mode: TrainMode = 'new-rows') =>
    run({ ...setupOf(model, mode), vocabulary });

  async function written(model: LoadedModel, vocabulary: Vocabulary, arm: ArmModel, as: WeightsAs = {}) {
    const folder = memorySink();
    const { graft, session, setup } = arm;
    await writeModel(folder.sink, {
      model,
      files: vocabulary.files,
      ...(graft ? { graft } : {}),
      session,
      card: cardOf({ model, corpus: corpus.summary, graft, start: setup.start, moves: setup.moves, steps: 20 }),
      newTokens: vocabulary.summary.newTokens,
      extras: { 'experiment.json': '{}' },
      ...as,
    });
    return folder;
  }

  // Compiling every kernel the first time takes minutes on a busy software adapter.
  describe('an experiment from base to written folder', () => {
    it('moves every new row that occurred and no other bit, when only new rows train', async () => {
      const { model, vocabulary } = await prepared();
      const { arm, status, losses } = await trained(model, vocabulary);
      expect(status).toMatchObject({ state: 'finished', step: losses.length });
      expect(losses.length).toBeGreaterThan(10);
      expect(losses.at(-1)!).toBeLessThan(losses[0]!);
      const { tree } = await written(model, vocabulary, arm);
      const reopened = await openModel(tree(), 'folder');
      for (const [name, before] of model.checkpoint.tensors) {
        const after = reopened.checkpoint.tensors.get(name)!;
        expect(after.dtype, name).toBe(before.dtype);
        const old = await after.read({ start: 0, end: before.shape[0]! });
        expect(Buffer.compare(old, await before.read()), name).toBe(0);
      }
      const verification = await verifyExport(tree(), {
        session: arm.session,
        tokenizer: arm.tokenizer,
        mode: 'new-rows',
        text: corpus.heldOut.join('\n'),
      });
      expect(verification).toMatchObject({ passed: true, untouchedRows: 10, greedyAgreement: expect.any(Number) });
      expect(verification.movedNewRows).toBe(6);
      expect(verification.largestLogitDifference).toBeLessThanOrEqual(verification.allowed);
      arm.close();
    });

    it.each([
      ['embeddings', true, true],
      ['all', true, true],
      ['all', false, false],
    ] as const)('writes what was trained: %s, tied %s, bf16 %s', async (mode, tied, bf16) => {
      const { model, vocabulary } = await prepared({ tied, bf16 });
      const { arm } = await trained(model, vocabulary, mode);
      const { tree, files } = await written(model, vocabulary, arm);
      const verification = await verifyExport(tree(), {
        session: arm.session,
        tokenizer: arm.tokenizer,
        mode,
        text: corpus.heldOut.join('\n'),
      });
      expect(verification.passed).toBe(true);
      expect(verification.untouchedRows).toBeLessThan(10);
      if (!bf16) expect(verification.roundingLogitDifference).toBe(0);
      const config = JSON.parse(new TextDecoder().decode(files.get('config.json'))) as Record<string, unknown>;
      expect(config).toMatchObject({ vocab_size: 16, tie_word_embeddings: tied });
      arm.close();
    });

    it.each([
      ['new-rows', true, 'F16'],
      ['new-rows', true, 'F32'],
      ['all', false, 'BF16'],
    ] as const)('verifies shards in a chosen type: %s, bf16 source %s, as %s', async (mode, bf16, dtype) => {
      const { model, vocabulary } = await prepared({ bf16 });
      const { arm } = await trained(model, vocabulary, mode);
      const before = await arm.session.logits(Uint32Array.of(8, 0, 12));
      const { tree, files } = await written(model, vocabulary, arm, { dtype, shardBytes: 1000 });
      const verification = await verifyExport(tree(), {
        session: arm.session,
        tokenizer: arm.tokenizer,
        mode,
        text: corpus.heldOut.join('\n'),
      });
      expect(files.has('model.safetensors.index.json')).toBe(true);
      expect(verification).toMatchObject({ passed: true, movedNewRows: 6 });
      expect(verification.untouchedRows === 10).toBe(mode === 'new-rows');
      if (dtype === 'F32') expect(verification.roundingLogitDifference).toBe(0);
      else expect(verification.roundingLogitDifference).toBeGreaterThan(0);
      // The trained model itself was left as it was.
      expect(await arm.session.logits(Uint32Array.of(8, 0, 12))).toEqual(before);
      arm.close();
    });

    it('has a verification that fails when one byte of a weight is another', async () => {
      const { model, vocabulary } = await prepared();
      const { arm } = await trained(model, vocabulary);
      const { files } = await written(model, vocabulary, arm);
      const weights = files.get('model.safetensors')!.slice();
      weights[weights.length - 1]! ^= 0x40;
      const damaged = memoryTree('damaged', { ...Object.fromEntries(files), 'model.safetensors': weights });
      const verification = await verifyExport(damaged, {
        session: arm.session,
        tokenizer: arm.tokenizer,
        mode: 'new-rows',
        text: corpus.heldOut.join('\n'),
      });
      expect(verification.passed).toBe(false);
      arm.close();
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
      const training = await ArmTraining.open({ ...setupOf(model, 'new-rows'), vocabulary });
      const untrained = await training.arm.score();
      const { step } = await training.run({ onUpdate: () => undefined });
      const comparison = await besideBase(training.arm, step, {
        scores: { untrained, trained: await training.score() },
      });
      const [base, before, after] = comparison.arms;
      expect(before!.heldOut.bytes).toBe(base!.heldOut.bytes);
      expect(before!.heldOut.tokens).toBeLessThan(base!.heldOut.tokens);
      expect(after!.heldOut.bitsPerByte!).toBeLessThan(before!.heldOut.bitsPerByte!);
      expect(comparison).toMatchObject({ mode: 'new-rows', steps: step });
      // Of what was not scored yet, the figures are the same: the graft as it started is made again.
      const again = await besideBase(training.arm, step);
      expect(again.arms[1]).toEqual(before);
      expect(again.arms[2]!.heldOut.bitsPerByte).toBeCloseTo(after!.heldOut.bitsPerByte!, 6);
      training.close();
    });

    it.each(['new-rows', 'embeddings', 'all'] as const)('compares a folder trained elsewhere: %s', async (mode) => {
      const { model, vocabulary } = await prepared();
      const { arm } = await trained(model, vocabulary, mode);
      const { tree, files } = await written(model, vocabulary, arm);
      arm.close();
      files.set('training_report.json', new TextEncoder().encode('{"steps": 7}'));
      const setup = { engine, base: model, corpus, evaluationBytes: 600 };
      const elsewhere = await openTrainedElsewhere(setup, tree());
      expect(elsewhere).toMatchObject({ steps: 7, mode, arm: { setup: { moves: modeGroups[mode] } } });
      expect(elsewhere.vocabulary.summary).toEqual({
        ...vocabulary.summary,
        dead: 0,
        milliseconds: expect.any(Number),
      });
      const ids = Uint32Array.of(8, 0, 12, 4, 15);
      const plain = await ModelSession.open(engine, await openModel(tree(), 'folder'));
      const [found, expected] = [await elsewhere.arm.session.logits(ids), await plain.logits(ids)];
      plain.close();
      for (const [at, value] of found.entries()) expect(value).toBeCloseTo(expected[at]!, 4);
      const { arms } = await besideBase(elsewhere.arm, 7);
      expect(arms[2]!.heldOut.bitsPerByte!).toBeLessThan(arms[1]!.heldOut.bitsPerByte!);
      elsewhere.arm.close();
    });

    it('refuses to compare what is no graft of the open base, or does not say what is new', async () => {
      const { model, vocabulary } = await prepared();
      const { arm } = await trained(model, vocabulary);
      const { tree, files } = await written(model, vocabulary, arm);
      arm.close();
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
      const { arm } = await trained(model, vocabulary);
      const { tree } = await written(model, vocabulary, arm);
      arm.close();
      const grafted = await openModel(tree(), 'folder');
      const earlier = (await earlierGraft(tree(), grafted))!;
      expect(earlier.newTokens.map((token) => token.id)).toEqual([10, 11, 12, 13, 14, 15]);
      const setup = { ...setupOf(grafted, 'new-rows'), earlier: earlier.graft };
      const next = await ArmTraining.open(setup);
      const before = await next.arm.session.logits(Uint32Array.of(8, 0, 1, 12));
      const plain = await ModelSession.open(engine, grafted);
      expect([...(await plain.logits(Uint32Array.of(8, 0, 1, 12)))]).toEqual([...before]);
      plain.close();
      expect(await next.run({ onUpdate: () => undefined })).toMatchObject({ state: 'finished' });
      expect(next.arm.newIds).toEqual(earlier.newTokens.map(({ id }) => id));
      expect(next.arm.session.trainedNames).toEqual(['model.embed_tokens.weight#10']);
      expect(next.flopsAt(1)).toBeGreaterThan(0);
      next.close();
    });

    it('generates the same text for the same seed, and only tokens that exist', async () => {
      const { model, vocabulary } = await prepared();
      const { arm } = await trained(model, vocabulary);
      const options = { prompt: 'abab', maxTokens: 12, temperature: 1, topK: 0, seed: 3, firstNewId: 10 };
      const first = await generateText(engineText(arm.session), arm.tokenizer, options);
      expect(await generateText(engineText(arm.session), arm.tokenizer, options)).toEqual(first);
      expect(first.every((piece) => arm.tokenizer.hasId(piece.id))).toBe(true);
      arm.close();
    });
  });
});
