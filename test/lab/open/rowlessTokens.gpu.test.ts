// A model whose tokenizer has a token without a row, trained on a device: the graft's rows begin with that token's, which is
// none of the new tokens.
import { beforeAll, describe, expect, it } from 'vitest';
import { readText } from '../../../src/checkpoint/index';
import type { Engine } from '../../../src/engine/index';
import {
  ArmTraining,
  buildVocabulary,
  learnVocabulary,
  modeGroups,
  openModel,
  openTrainedElsewhere,
  verifyExport,
  writeModel,
  type CorpusText,
  type ArmSetup,
  type TrainMode,
} from '../../../src/lab/index';
import { defaultOptimizer } from '../../../src/lab/training/moves';
import { engineNames, openTestEngine } from '../../support/engines';
import { added } from '../../tokenizer/addedTokenJson';
import { syllableDocuments, tinyLlama } from '../vocabulary/letters';
import { memorySink } from '../export/memorySink';
import { savedAs } from '../export/savedFolder';

const setup = {
  budget: { bytes: 800 },
  seed: 11,
  start: { input: 'subword-mean', output: 'subword-mean' },
  evaluation: { bytes: 600, generalBytes: 600, watchBytes: 300, points: 2, sample: 'spread' },
} as const;
const stage: Omit<ArmSetup['stages'][number], 'rates'> = {
  ...{ objective: 'next-token', share: 1, optimizer: defaultOptimizer },
  ...{ schedule: { warmup: 0.25, final: 0.1 }, batch: { rows: 2, length: 32 } },
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

  it.each<[TrainMode, boolean]>([
    ['new-rows', true],
    ['new-rows', false],
    ['all', true],
  ])('%s of a model with tied = %s trains, is proven and is opened again', async (mode, tied) => {
    const plain = await tinyLlama({ tied });
    const json = JSON.parse(await readText(plain.open('tokenizer.json')!)) as { added_tokens: unknown[] };
    json.added_tokens.push(added(10, '<image_soft_token>', { special: true }));
    const model = await openModel(
      await savedAs(plain, { files: { 'tokenizer.json': JSON.stringify(json) } }),
      'folder',
    );
    const vocabulary = await buildVocabulary(model, corpus, await learnVocabulary(model, corpus, { newTokens: 6 }), 6);
    const count = vocabulary.newRows.length;
    const rates = Object.fromEntries(modeGroups[mode].map((group) => [group, 0.02]));
    const arms: ArmSetup = { engine, model, corpus, vocabulary, ...setup, stages: [{ ...stage, rates }] };
    const training = await ArmTraining.open(arms);
    const { arm } = training;
    expect(arm.newIds).toEqual(Array.from({ length: count }, (_, index) => 11 + index));
    expect(arm.firstNewId).toBe(11);
    expect((await training.run({ onUpdate: () => undefined })).state).toBe('finished');
    const ids = training.records.flatMap((record) =>
      record.type === 'tokens' ? record.tokens.map(({ id }) => id) : [],
    );
    expect(Math.min(...ids)).toBeGreaterThanOrEqual(11);
    const folder = memorySink();
    await writeModel(folder.sink, {
      model,
      files: vocabulary.files,
      graft: arm.graft!,
      session: arm.session,
      newTokens: vocabulary.summary.newTokens,
      extras: {},
    });
    const text = corpus.heldOut.join('\n');
    const verification = await verifyExport(folder.tree(), {
      session: arm.session,
      tokenizer: arm.tokenizer,
      mode,
      text,
    });
    expect(verification.passed).toBe(true);
    training.close();
    const elsewhere = await openTrainedElsewhere({ engine, base: model, corpus, evaluationBytes: 600 }, folder.tree());
    expect(elsewhere.vocabulary.newRows.map(({ id }) => id)).toEqual(vocabulary.newRows.map(({ id }) => id));
    elsewhere.arm.close();
  });
});
