// Every family on the same way: opened, grafted, trained in all its parameters, written, opened again. Between them the
// models have all stored types, tied and untied heads, and spare rows that new tokens take first.
import { beforeAll, describe, expect, it } from 'vitest';
import type { WeightDtype } from '../../../src/checkpoint/index';
import type { Engine } from '../../../src/engine/index';
import {
  buildVocabulary,
  cardOf,
  engineText,
  generateText,
  learnVocabulary,
  ModelSession,
  openModel,
  verifyExport,
  writeModel,
  type CorpusText,
} from '../../../src/lab/index';
import { graftRows } from '../../../src/lab/device/graftedRows';
import { defaultOptimizer, scaledRates } from '../../../src/lab/training/moves';
import { modeGroups } from '../../../src/lab/training/trainSettings';
import { modelInputs } from '../../../src/model/index';
import { families } from '../../model/goldenCase';
import { engineNames, openTestEngine } from '../../support/engines';
import { syllableDocuments, tinyModel } from '../vocabulary/letters';
import { memorySink } from '../export/memorySink';

const steps = 6;
/** Of every program that is compiled here, so that its kernels are compiled once. */
const tokens = 32;
const rates = { newRows: 0.02, oldRows: 0.02, body: 0.02, norms: 0.02 };

const documents = syllableDocuments(60);
const corpus = {
  train: documents.slice(10),
  heldOut: documents.slice(0, 10),
  general: ['abc def gh', 'hgfe dcba'],
  summary: { name: 'syllables', generalName: 'letters', trainDocuments: 50, trainBytes: 1000 },
} as unknown as CorpusText;

describe.each(engineNames)('%s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });

  /** Ten tokens and, where there are more rows, spare ones. */
  async function opened(name: string, dtype: WeightDtype, rows: number) {
    const config = {
      ...(families[name] as Record<string, unknown>),
      vocab_size: rows,
      [name.startsWith('gpt2') ? 'n_positions' : 'max_position_embeddings']: tokens,
      bos_token_id: 8,
      eos_token_id: 8,
    };
    return openModel(await tinyModel(config, dtype), 'folder');
  }

  const cases: [name: string, dtype: WeightDtype, rows: number][] = [
    ['llama-tied', 'BF16', 10],
    ['mistral-untied', 'F16', 10],
    ['qwen2-tied', 'F32', 12],
    ['qwen3-untied', 'BF16', 20],
    ['gpt2-tied', 'F16', 10],
    ['gpt_neox-untied', 'F32', 13],
    ['gemma3-tied', 'BF16', 10],
  ];

  describe.each(cases)('%s in %s with %i rows', (name, dtype, rows) => {
    it('is grafted, trained and written, and opens again as it was trained', async () => {
      const model = await opened(name, dtype, rows);
      const newTokens = 6;
      const extension = await learnVocabulary(model, corpus, { newTokens });
      const vocabulary = await buildVocabulary(model, corpus, extension, newTokens);
      expect(vocabulary.summary.spareRowsUsed).toBe(Math.min(rows - 10, newTokens));
      expect(vocabulary.summary.embeddingRowsAfter).toBe(Math.max(rows, 10 + newTokens));

      const graft = await graftRows(model, vocabulary.newRows, 'subword-mean', 11);
      const session = await ModelSession.open(engine, model, { graft, moves: modeGroups.all });
      const program = await session.trainingProgram(
        session.plannedStep({ batchRows: 1, rowLength: tokens, optimizer: defaultOptimizer }),
      );
      const text = corpus.heldOut.join('\n');
      const ids = vocabulary.tokenizer.encode(corpus.train.join('\n')).ids.slice(0, tokens);
      const inputs = modelInputs({ ids, rowLength: tokens, documentLengths: [5, 27] });
      for (let step = 0; step < steps; step++) program.step([inputs], scaledRates(rates, 1));
      const losses = (await program.flush()).map(({ readback }) =>
        readback[0]![0]!.reduce((sum, loss) => sum + loss, 0),
      );
      expect(losses).toHaveLength(steps);
      expect(losses.at(-1)!).toBeLessThan(losses[0]!);
      program.close();

      const { sink, tree } = memorySink();
      await writeModel(sink, {
        model,
        files: vocabulary.files,
        graft,
        session,
        card: cardOf({ model, corpus: corpus.summary, graft, moves: modeGroups.all, steps }),
        newTokens: vocabulary.summary.newTokens,
        extras: {},
      });
      const { tokenizer } = vocabulary;
      const verification = await verifyExport(tree(), { session, tokenizer, mode: 'all', text });
      expect(verification).toMatchObject({ passed: true, tokensCompared: tokens });
      const seen = new Set(ids.filter((id) => id >= graft.plan.firstNewId));
      expect(verification.movedNewRows).toBeGreaterThanOrEqual(seen.size);

      const written = await openModel(tree(), 'folder');
      expect(written.summary).toMatchObject({ embeddingRows: Math.max(rows, 16), tied: model.config.tied, dtype });
      expect([...written.checkpoint.tensors.keys()]).toEqual([...model.checkpoint.tensors.keys()]);
      for (const [tensor, { dtype: stored }] of written.checkpoint.tensors) expect(stored, tensor).toBe(dtype);
      // Everything was to move, and did: the written tensors are not those that were read.
      for (const { name: tensor, role } of model.parameters) {
        if (role === 'inputVocabulary' || role === 'outputVocabulary') continue;
        const [before, after] = [model, written].map(({ checkpoint }) => checkpoint.tensors.get(tensor)!);
        expect(Buffer.compare(await before!.read(), await after!.read()), tensor).not.toBe(0);
      }
      // The token that is generated is the likeliest after the prompt, padding or not; the end token ends it.
      const fresh = await ModelSession.open(engine, written);
      const prompt = Uint32Array.of(written.startId, ...written.tokenizer.encode('ab').ids);
      const last = (await fresh.logits(prompt)).slice(-Math.max(rows, 16));
      const known = [...last.keys()].filter((id) => written.tokenizer.hasId(id));
      const likeliest = known.reduce((best, id) => (last[id]! > last[best]! ? id : best));
      const options = { prompt: 'ab', maxTokens: 1, temperature: 0, topK: 1, seed: 1 };
      const pieces = await generateText(engineText(fresh), written.tokenizer, options);
      expect(pieces.map(({ id }) => id)).toEqual(likeliest === 8 ? [] : [likeliest]);
      fresh.close();
      session.close();
    });
  });

  it('refuses a text longer than the learned positions, by number', async () => {
    const model = await opened('gpt2-tied', 'F32', 10);
    const session = await ModelSession.open(engine, model);
    expect(await session.logits(new Uint32Array(tokens))).toHaveLength(10 * tokens);
    await expect(session.logits(new Uint32Array(tokens + 1))).rejects.toMatchObject({
      code: 'lab/too-long',
      message: expect.stringMatching(/33 tokens.*32 positions/),
    });
    const tooLong = () => session.plannedStep({ batchRows: 1, rowLength: 33, optimizer: defaultOptimizer });
    expect(tooLong).toThrow(expect.objectContaining({ code: 'lab/too-long' }) as Error);
    session.close();
  });
});
