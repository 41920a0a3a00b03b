// Logits of new tokens after the correction, against the logits of whole texts that the model gave before it grew.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/index';
import { buildVocabulary, learnVocabulary, openModel } from '../../../src/lab/index';
import { ModelSession } from '../../../src/lab/device/modelSession';
import { ArmModel } from '../../../src/lab/training/armModel';
import { engineNames, openTestEngine } from '../../support/engines';
import { syllableCorpus, tinyLlama } from '../vocabulary/letters';

// Few places of each token, so that all of them are those that its row is made from.
const corpus = syllableCorpus(16, 6);

/** To one length, so that one program gives all logits; no id sees those behind it. */
const padded = (ids: readonly number[]) => Uint32Array.from({ length: 96 }, (_, at) => ids[at] ?? 0);

describe.each(engineNames)('the logit correction on the %s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });
  afterAll(() => engine.close());

  it.each([
    ['tied', true],
    ['untied', false],
  ])('gives a new token the logit that its pieces are worth, on the average of its places: %s', async (_, tied) => {
    const model = await openModel(await tinyLlama({ tied, spareRows: 3 }), 'folder');
    const vocabulary = await buildVocabulary(
      model,
      corpus,
      await learnVocabulary(model, corpus, { newTokens: 12 }),
      12,
    );
    const open = (logitCorrection: boolean) =>
      ArmModel.open({
        ...{ engine, model, corpus, vocabulary, moves: [], seed: 3 },
        start: { input: 'random', output: 'random', ...(logitCorrection ? { logitCorrection } : {}) },
        evaluation: { bytes: 600, generalBytes: 100, sample: 'spread' },
      });
    const [base, plain, corrected] = [await ModelSession.open(engine, model), await open(false), await open(true)];
    const { startId } = model;
    const prices = new Map<number, { wanted: number; plain: number; corrected: number; places: number }>();
    const pieces = new Map(vocabulary.newRows.map((row) => [row.id, row.pieces]));
    for (const text of corpus.train) {
      const grown = vocabulary.tokenizer.encode(text);
      const old = model.tokenizer.encode(text);
      expect(old.ids.length).toBeLessThan(96);
      const ids = padded([startId, ...old.ids]);
      const width = model.summary.embeddingRows;
      const logits = await base.logits(ids);
      const rows = plain.session.graphs.config.vocabSize;
      const [before, after] = [await plain.session.logits(ids), await corrected.session.logits(ids)];
      for (const [at, id] of grown.ids.entries()) {
        const own = pieces.get(id);
        if (!own) continue;
        const place = Array.from(old.starts).indexOf(grown.starts[at]!);
        expect(Array.from(old.ids.subarray(place, place + own.length))).toEqual(own);
        let wanted = logits[place * width + own[0]!]!;
        for (let piece = 1; piece < own.length; piece++) {
          const row = Array.from(logits.subarray((place + piece) * width, (place + piece + 1) * width));
          const known = row.filter((__, other) => model.tokenizer.hasId(other));
          wanted += row[own[piece]!]! - Math.log(known.reduce((sum, logit) => sum + Math.exp(logit), 0));
        }
        const price = prices.get(id) ?? { wanted: 0, plain: 0, corrected: 0, places: 0 };
        price.wanted += wanted;
        price.plain += before[place * rows + id]!;
        price.corrected += after[place * rows + id]!;
        price.places++;
        prices.set(id, price);
      }
    }
    const few = [...prices.values()].filter(({ places }) => places <= 8);
    expect(few.length).toBeGreaterThan(2);
    for (const { wanted, plain: was, corrected: is, places } of few) {
      expect(Math.abs(is - wanted) / places).toBeLessThan(1e-3);
      expect(Math.abs(was - wanted) / places).toBeGreaterThan(0.1);
    }
    // The session, what is exported and what evidence calls the start are the same rows; the input side of an untied model stays.
    expect(corrected.session.graft).toBe(corrected.graft);
    if (!tied) expect(corrected.graft!.input).toEqual(plain.graft!.input);
    expect(tied ? corrected.graft!.input : corrected.graft!.output).not.toEqual(
      tied ? plain.graft!.input : plain.graft!.output,
    );
    for (const opened of [base, plain, corrected]) opened.close();
  });
});
