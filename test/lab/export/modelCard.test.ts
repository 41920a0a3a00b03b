import { describe, expect, it } from 'vitest';
import { modelCardText } from '../../../src/graft/index';
import { buildVocabulary, cardOf, learnVocabulary, openModel, type CorpusText } from '../../../src/lab/index';
import { graftRows } from '../../../src/lab/device/graftedRows';
import { defaultTrainSettings } from '../../../src/lab/training/settings';
import { syllableDocuments, tinyLlama } from '../vocabulary/letters';

const documents = syllableDocuments(40);
const corpus = {
  train: documents.slice(5),
  heldOut: documents.slice(0, 5),
  general: ['abc'],
  summary: { name: 'syllables', generalName: 'letters', trainDocuments: 35 },
} as unknown as CorpusText;

describe('the model card', () => {
  it('says how new rows started, and of an untrained graft that it is not trained', async () => {
    const model = await openModel(await tinyLlama(), 'folder');
    const vocabulary = await buildVocabulary(model, corpus, await learnVocabulary(model, corpus, { newTokens: 4 }), 4);
    const graft = await graftRows(model, vocabulary.newRows, 'random', 1);
    const parts = { model, corpus: corpus.summary, graft, init: 'random', settings: undefined, steps: 0 } as const;
    const text = modelCardText(cardOf(parts));
    expect(text).toContain('- New rows started as: random.');
    expect(text).toContain('with 4 new tokens, grafted with Tokengraft');
    expect(text).toContain('Not trained yet.');
    expect(text).not.toContain('trained with Tokengraft');
  });

  it('gives no range of new ids where there are none', async () => {
    const model = await openModel(await tinyLlama(), 'folder');
    const settings = { ...defaultTrainSettings('processor', 0), mode: 'all' } as const;
    const text = modelCardText(cardOf({ model, corpus: corpus.summary, graft: undefined, settings, steps: 3 }));
    expect(text).toContain('- New tokens: none; the embedding has 10 rows.');
    expect(text).not.toContain('New rows started');
    expect(text).toMatch(/^`[^`]*`, trained with Tokengraft/m);
  });
});
