// A model whose tokenizer has a token without a row, trained on a device: the graft's rows begin with that token's, which is
// none of the new tokens.
import { beforeAll, describe, expect, it } from 'vitest';
import { readText } from '../../../src/checkpoint/index';
import type { Engine } from '../../../src/engine/index';
import {
  buildVocabulary,
  learnVocabulary,
  openModel,
  openTrainedElsewhere,
  Training,
  verifyExport,
  writeModel,
  type CorpusText,
  type RunRecord,
  type TrainMode,
  type TrainSettings,
} from '../../../src/lab/index';
import { engineNames, openTestEngine } from '../../support/engines';
import { added } from '../../tokenizer/addedTokenJson';
import { syllableDocuments, tinyLlama } from '../vocabulary/letters';
import { memorySink } from '../export/memorySink';
import { savedAs } from '../export/savedFolder';

const settings: TrainSettings = {
  mode: 'new-rows',
  init: 'subword-mean',
  steps: 8,
  batchRows: 2,
  rowLength: 32,
  learningRate: 0.02,
  warmupSteps: 2,
  weightDecay: 0.01,
  clipNorm: 1,
  evaluateEvery: 4,
  sampleEvery: 0,
  seed: 11,
  evaluationBytes: 600,
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
  ])('%s of a model with tied = %s trains, is proven and is opened again', { timeout: 300_000 }, async (mode, tied) => {
    const plain = await tinyLlama({ tied });
    const json = JSON.parse(await readText(plain.open('tokenizer.json')!)) as { added_tokens: unknown[] };
    json.added_tokens.push(added(10, '<image_soft_token>', { special: true }));
    const model = await openModel(
      await savedAs(plain, { files: { 'tokenizer.json': JSON.stringify(json) } }),
      'folder',
    );
    const vocabulary = await buildVocabulary(model, corpus, await learnVocabulary(model, corpus, { newTokens: 6 }), 6);
    const count = vocabulary.newRows.length;
    const training = await Training.open({ engine, model, corpus, vocabulary, settings: { ...settings, mode } });
    expect(training.newIds).toEqual(Array.from({ length: count }, (_, index) => 11 + index));
    expect(training.firstNewId).toBe(11);
    const records: RunRecord[] = [];
    await training.measureStart();
    const run = await training.start((update) => records.push(...update.records));
    expect((await run.run()).state).toBe('finished');
    const ids = records.flatMap((record) => (record.type === 'tokens' ? record.tokens.map(({ id }) => id) : []));
    expect(Math.min(...ids)).toBeGreaterThanOrEqual(11);
    const folder = memorySink();
    await writeModel(folder.sink, {
      model,
      files: vocabulary.files,
      graft: training.graft!,
      session: training.session,
      newTokens: vocabulary.summary.newTokens,
      extras: {},
    });
    const text = corpus.heldOut.join('\n');
    const verification = await verifyExport(folder.tree(), {
      session: training.session,
      tokenizer: training.tokenizer,
      mode,
      text,
    });
    expect(verification.passed).toBe(true);
    training.close();
    const elsewhere = await openTrainedElsewhere({ engine, base: model, corpus, evaluationBytes: 600 }, folder.tree());
    expect(elsewhere.vocabulary.newRows.map(({ id }) => id)).toEqual(vocabulary.newRows.map(({ id }) => id));
    elsewhere.training.close();
  });
});
