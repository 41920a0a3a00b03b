// Old tokens that go: an arm in which new tokens take their rows, and one that is trimmed, run on either engine and written. What was
// opened is what is measured: ids of kept tokens, rows to the bit, logits of the folder.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderTree } from '../../../src/checkpoint/node';
import type { Engine } from '../../../src/engine/index';
import { LabError } from '../../../src/error';
import {
  deltaOfGraft,
  modelWithout,
  openModel,
  openWhole,
  parseSpec,
  planTraining,
  proveGguf,
  rowsWithin,
  specVocabulary,
  unopenedGpu,
  verifyExport,
  writeAdapter,
  writeDelta,
  writeGguf,
  writeModel,
  writeScale,
  writtenSpec,
  type CorpusText,
  type LoadedModel,
  type ModelToExport,
  type Vocabulary,
} from '../../../src/lab/index';
import { ArmTraining } from '../../../src/lab/training/armTraining';
import { engineNames, openTestEngine } from '../../support/engines';
import { memorySink } from '../export/memorySink';

const molecules = readFileSync('public/samples/molecules.smi', 'utf8').split('\n').slice(0, 400);
const english = readFileSync('public/samples/general-english.txt', 'utf8').slice(0, 40_000).split(/\n\n+/);
const corpus = {
  train: molecules.slice(40),
  heldOut: molecules.slice(0, 40),
  general: english,
  summary: { name: 'molecules', generalName: 'English', trainDocuments: 360, trainBytes: 20_000 },
} as unknown as CorpusText;

function armOf(vocabulary: object) {
  const written = {
    ...{ version: 2, name: 'q', model: 'bundled', corpus: { path: 'c' }, budget: { bytes: 100 }, seeds: [1] },
    evaluation: { bytes: 100, generalBytes: 100, watchBytes: 100, points: 1 },
    arms: { a: { vocabulary, stages: [{ moves: { everything: 0.001 }, batch: { rows: 1, length: 32 } }] } },
  };
  const spec = parseSpec(written);
  expect(parseSpec(writtenSpec(spec))).toEqual(spec);
  return { spec, arm: spec.arms.a! };
}

const replacing = { method: 'continued', newTokens: 24, room: 'replace' };
const trimming = { method: 'trim', remove: { leastCount: 2 } };

let model: LoadedModel;
const vocabularies: Record<string, Vocabulary> = {};
beforeAll(async () => {
  model = await openModel(await folderTree('public/models/rootstock'), 'bundled');
  for (const [name, vocabulary] of Object.entries({ replacing, trimming })) {
    vocabularies[name] = await specVocabulary(model, corpus, armOf(vocabulary).arm.vocabulary!);
  }
});

describe('a choice of what goes', () => {
  it('takes exactly as many rows as there are new tokens, and says what text pays', () => {
    const { newTokens, removal, embeddingRowsAfter, heldOut } = vocabularies.replacing!.summary;
    expect(newTokens).toHaveLength(24);
    expect(removal).toMatchObject({ kind: 'replace', removed: 24, leastCount: 1 });
    expect(removal!.free).toBeGreaterThan(24);
    // Unused ones only: nothing that was counted is cut finer.
    expect(removal!.general.finerBytes).toBe(0);
    expect(embeddingRowsAfter).toBe(4096);
    expect(heldOut.tokensAfter).toBeLessThan(heldOut.tokensBefore);
  });

  it('is planned before it is built as it is planned then', () => {
    const [settings, count] = [{ batchRows: 2, rowLength: 32 }, vocabularies.replacing!.newRows.length];
    const without = modelWithout(model, vocabularies.replacing!.removal);
    for (const mode of ['new-rows', 'all'] as const) {
      const before = planTraining(model, rowsWithin(model.summary, count), mode, settings, unopenedGpu);
      expect(before).toEqual(planTraining(without, count, mode, settings, unopenedGpu));
    }
  });

  it('prices the removal of tokens that are used', () => {
    const { removal, newTokens, embeddingRowsAfter, general } = vocabularies.trimming!.summary;
    expect(newTokens).toEqual([]);
    expect(embeddingRowsAfter).toBe(4096 - removal!.removed);
    expect(removal!.general.finerBytes).toBeGreaterThan(0);
    expect(removal!.general.tokensAfter).toBe(general.tokensAfter);
    expect(general.tokensAfter).toBeGreaterThan(general.tokensBefore);
    const [first] = removal!.tokens;
    expect(first!.times).toBeGreaterThan(0);
    expect(first!.example).toBeDefined();
  });

  it.each([
    [
      'more than may go',
      { ...replacing, newTokens: 4000 },
      /`newTokens` asks for the rows of 4000 old tokens; \d+ of them/,
    ],
    ['more of trimming', { method: 'trim', remove: { tokens: 4000 } }, /`remove\.tokens` asks for the rows of 4000/],
    [
      'a special token',
      { ...replacing, remove: { pieces: ['<|endoftext|>'] } },
      /`remove\.pieces\[0\]`.*special or added/,
    ],
    [
      'what others are merged from',
      { method: 'trim', remove: { pieces: ['th'] } },
      /`remove\.pieces\[0\]`, "th", is needed/,
    ],
  ])('refuses %s by the field', async (_, vocabulary, message) => {
    const refused = specVocabulary(model, corpus, armOf(vocabulary).arm.vocabulary!);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(LabError);
  });
});

describe.each(engineNames)('%s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });
  afterAll(() => engine.close());

  async function trained(name: 'replacing' | 'trimming') {
    const { spec, arm } = armOf(name === 'replacing' ? replacing : trimming);
    const vocabulary = vocabularies[name]!;
    const { budget, evaluation } = spec;
    const training = await ArmTraining.open({
      ...{ engine, model, corpus, vocabulary, start: arm.start, stages: arm.stages, budget, evaluation, seed: 1 },
    });
    const status = await training.run({ onUpdate: () => undefined });
    expect(status.error).toBeUndefined();
    const { session, graft, tokenizer } = training.arm;
    const exported: ModelToExport = {
      ...{ model: session.model, files: vocabulary.files, session, extras: {} },
      ...{ newTokens: vocabulary.summary.newTokens },
      ...(graft ? { graft } : {}),
    };
    const toVerify = { session, tokenizer, mode: 'all' as const, text: molecules[0]! };
    return { training, exported, toVerify };
  }

  it.each(['replacing', 'trimming'] as const)(
    '%s: the folder and the GGUF file are the trained model, logits included',
    async (name) => {
      const { training, exported, toVerify } = await trained(name);
      const folder = memorySink();
      await writeModel(folder.sink, exported);
      expect(await verifyExport(folder.tree(), toVerify)).toMatchObject({ passed: true, largestLogitDifference: 0 });
      const gguf = memorySink();
      const file = await writeGguf(gguf.sink, exported, 'F32');
      expect((await proveGguf(gguf.tree().open(file)!, exported, 'F32')).tokensCompared).toBeGreaterThan(1000);
      const beside = {
        delta: deltaOfGraft(exported).then((delta) => writeDelta(memorySink().sink, delta)),
        adapter: writeAdapter(memorySink().sink, exported),
      };
      for (const [part, writing] of Object.entries(beside)) {
        await expect(writing).rejects.toMatchObject({
          code: 'graft/old-tokens-went',
          message: expect.stringContaining(`base and ${part} would not be`) as string,
        });
      }
      training.close();

      const { tokenizer: written } = openWhole((await openModel(folder.tree(), 'folder')).checkpoint);
      const kept = new Set(modelWithout(model, vocabularies[name]!.removal).rearranged!.rows.subarray(0, 4096));
      if (name === 'replacing') {
        for (const text of english) expect(written.encode(text).ids).toEqual(model.tokenizer.encode(text).ids);
        expect(written.length).toBe(model.tokenizer.length);
        expect(folder.files.has('new_tokens.json')).toBe(false);
        const replaced = JSON.parse(new TextDecoder().decode(folder.files.get('replaced_tokens.json')));
        expect(replaced).toHaveLength(24);
        for (const { id, was } of replaced) expect(was).toBe(model.tokenizer.tokenText(id));
        expect(new TextDecoder().decode(folder.files.get('generation_config.json'))).toBe(
          model.checkpoint.generationConfig,
        );
      } else {
        const removed = JSON.parse(new TextDecoder().decode(folder.files.get('removed_tokens.json')));
        expect(removed).toHaveLength(4096 - kept.size);
        for (const text of english) expect(written.decode(written.encode(text).ids)).toBe(text);
      }
    },
    300_000,
  );

  it('writes what goes on elsewhere under the ids of the file', async () => {
    const { training, exported } = await trained('replacing');
    const folder = memorySink();
    await writeScale(folder.sink, { exported, corpus });
    training.close();
    const { new_ids: ids, start_id: start } = JSON.parse(new TextDecoder().decode(folder.files.get('continue.json')));
    expect(start).toBe(model.startId);
    const { model: within } = JSON.parse(new TextDecoder().decode(folder.files.get('continue.json')));
    const json = JSON.parse(new TextDecoder().decode(folder.files.get(`${within}/tokenizer.json`)));
    const pieces = new Map(
      Object.entries(json.model.vocab as Record<string, number>).map(([piece, id]) => [id, piece]),
    );
    for (const [at, id] of (ids as number[]).entries()) {
      const lab = exported.newTokens[at]!;
      expect(pieces.get(id)).toBe(vocabularies.replacing!.tokenizer.piece(lab.id));
    }
  });
});
