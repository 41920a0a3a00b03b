// A run that is watched by the first bytes of the held-out text compares with all of it, to the same figures.
import { expect, it } from 'vitest';
import {
  buildVocabulary,
  defaultTrainSettings,
  learnVocabulary,
  openModel,
  sizesFor,
  Training,
  type CorpusText,
} from '../../src/lab/index';
import { syllableDocuments, tinyLlama } from '../lab/vocabulary/letters';
import { openTestEngine } from '../support/engines';

it('scores a part before the first step, and the rest when it is compared', { timeout: 240_000 }, async () => {
  const documents = syllableDocuments(1200);
  const corpus = {
    train: documents.slice(0, 100),
    heldOut: documents.slice(100),
    general: ['abc def gh', 'hgfe dcba'],
    summary: { name: 'syllables', generalName: 'letters' },
  } as unknown as CorpusText;
  const engine = await openTestEngine('processor');
  const model = await openModel(await tinyLlama(), 'folder');
  const vocabulary = await buildVocabulary(model, corpus, await learnVocabulary(model, corpus, { newTokens: 6 }), 6);
  const settings = {
    ...defaultTrainSettings('processor', 0),
    steps: 4,
    rowLength: 32,
    evaluateEvery: 2,
    sampleEvery: 0,
  };
  const { watchedBytes, evaluationBytes } = sizesFor('processor', model.summary.parameters);

  const results = [];
  for (const way of ['watchStart', 'measureStart'] as const) {
    const training = await Training.open({ engine, model, corpus, vocabulary, settings });
    await training[way]();
    expect(training.arms.base === undefined).toBe(way === 'watchStart');
    const run = await training.start(() => undefined);
    await run.run();
    const comparison = await training.compare(run.status.step);
    const sizes = comparison.arms.map(({ heldOut }) => heldOut.bytes);
    expect(Math.max(...sizes)).toBeGreaterThan(watchedBytes);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(evaluationBytes);
    results.push({ comparison, scores: training.arms });
    training.close();
  }
  const [watched, whole] = results as [(typeof results)[0], (typeof results)[0]];
  for (const arm of ['base', 'untrained', 'trained'] as const) {
    const [found, wanted] = [watched.scores[arm]!.heldOut, whole.scores[arm]!.heldOut];
    expect(found.bytes).toEqual(wanted.bytes);
    expect(found.tokens).toEqual(wanted.tokens);
    for (const [at, nats] of found.nats.entries()) expect(nats).toBeCloseTo(wanted.nats[at]!, 3);
  }
});
