// Added tokens whose ids lie past the embedding rows (Gemma 3's `<image_soft_token>`, padding tokens given to a tokenizer
// alone): the model opens with a word, texts that hold one are refused by name, and a graft keeps their ids and gives them rows.
import { describe, expect, it } from 'vitest';
import { openSafetensors, readText, SINGLE_FILE, type FileTree } from '../../../src/checkpoint/index';
import { DELTA_FILE } from '../../../src/graft/index';
import {
  applyDelta,
  buildVocabulary,
  cardOf,
  deltaOfFolders,
  deltaOfGraft,
  earlierGraft,
  graftRows,
  learnVocabulary,
  openModel,
  planTraining,
  unopenedGpu,
  writeDelta,
  writeModel,
  type CorpusText,
  type LoadedModel,
  type ModelToExport,
} from '../../../src/lab/index';
import { inspectModel } from '../../../src/lab/open/inspect';
import { labErrorOf } from '../../checkpoint/writeBytes';
import { added } from '../../tokenizer/addedTokenJson';
import { rustEncode, rustTokenizer } from '../../tokenizer/rust';
import { syllableDocuments, tinyLlama } from '../vocabulary/letters';
import { memorySink } from '../export/memorySink';
import { savedAs } from '../export/savedFolder';

const rows = 10;
const corpus = {
  train: syllableDocuments(100),
  heldOut: ['abab cdcd'],
  general: ['abc def'],
  summary: { name: 'syllables', generalName: 'letters', trainDocuments: 100, trainBytes: 1000 },
} as unknown as CorpusText;

interface TokenizerJson {
  added_tokens: unknown[];
  model: { vocab: Record<string, number> };
  post_processor: unknown;
}

async function withTokenizer(tree: FileTree, change: (json: TokenizerJson) => void): Promise<FileTree> {
  const json = JSON.parse(await readText(tree.open('tokenizer.json')!)) as TokenizerJson;
  change(json);
  return savedAs(tree, { files: { 'tokenizer.json': JSON.stringify(json, null, 2) } });
}

/** Ids of the added tokens past the rows, as a file lists them. */
const CASES: readonly (readonly [
  what: string,
  tied: boolean,
  change: (json: TokenizerJson) => void,
  ids: readonly number[],
])[] = [
  [
    'one beside the last row (Gemma 3)',
    true,
    (json) => json.added_tokens.push(added(10, '<image_soft_token>', { special: true })),
    [10],
  ],
  ['one, of an untied model', false, (json) => json.added_tokens.push(added(10, '[PAD]', { special: true })), [10]],
  [
    'three, not special',
    true,
    (json) =>
      json.added_tokens.push(
        added(10, '<|im_start|>'),
        added(11, '<|im_end|>'),
        added(12, '<tool>', { normalized: true }),
      ),
    [10, 11, 12],
  ],
  [
    'one that stands in the vocabulary too, behind a gap',
    false,
    (json) => {
      json.model.vocab['<far>'] = 14;
      json.added_tokens.push(added(14, '<far>', { special: true }));
    },
    [14],
  ],
];

describe.each(CASES)('%s', (_, tied, change, ids) => {
  const tree = async () => withTokenizer(await tinyLlama({ tied }), change);
  const last = Math.max(...ids);

  it('opens with a word and no spare rows', async () => {
    const model = await openModel(await tree(), 'folder');
    const tokens = ids.map((id) => ({ id, text: model.tokenizer.piece(id) }));
    expect(model.summary.notes).toEqual([{ kind: 'tokens-without-rows', tokens, embeddingRows: rows }]);
    expect(inspectModel(model).rows).toMatchObject({ idsEnd: last + 1, embeddingRows: rows, spareRows: 0 });
    expect(Array.from(model.tokenizer.encode('abc').ids)).toEqual([0, 1, 2]);
    expect(model.startId).toBe(8);
  });

  it('refuses a text that holds one, by token, id and rows', async () => {
    const { tokenizer } = await openModel(await tree(), 'folder');
    const token = tokenizer.piece(ids[0]!);
    for (const use of [() => tokenizer.encode(`ab${token}c`), () => tokenizer.preTokenize(token)]) {
      const error = await labErrorOf(use);
      expect(error.code).toBe('tokenizer/no-row');
      expect(error.details).toMatchObject({ token, id: ids[0], embeddingRows: rows });
      for (const part of [token, String(ids[0]), String(rows)]) expect(error.message).toContain(part);
    }
    const using = { ...corpus, train: [...corpus.train, `abab ${token}`] };
    expect(
      (await labErrorOf(learnVocabulary(await openModel(await tree(), 'folder'), using, { newTokens: 3 }))).code,
    ).toBe('tokenizer/no-row');
  });

  const grafted = async () => {
    const base = await openModel(await tree(), 'folder');
    const extension = await learnVocabulary(base, corpus, { newTokens: 4 });
    const vocabulary = await buildVocabulary(base, corpus, extension, 4);
    const graft = await graftRows(base, vocabulary.newRows, 'subword-mean', 3);
    const exported: ModelToExport = {
      model: base,
      files: vocabulary.files,
      graft,
      card: cardOf({ model: base, corpus: corpus.summary, graft, moves: [], steps: 0 }),
      newTokens: vocabulary.summary.newTokens,
      extras: {},
    };
    const folder = memorySink();
    await writeModel(folder.sink, exported);
    return { base, vocabulary, exported, folder, written: await openModel(folder.tree(), 'folder') };
  };

  it('keeps its id in a graft, which gives it a row: the mean of all', async () => {
    const { base, vocabulary, folder, written } = await grafted();
    const count = vocabulary.newRows.length;
    expect(vocabulary.newRows.map(({ id }) => id)).toEqual(
      Array.from({ length: count }, (_, index) => last + 1 + index),
    );
    expect(vocabulary.summary).toMatchObject({
      firstNewId: last + 1,
      spareRowsUsed: 0,
      embeddingRowsBefore: rows,
      embeddingRowsAfter: last + 1 + count,
    });
    expect(written.summary).toMatchObject({ embeddingRows: last + 1 + count, largestId: last + count });
    expect(written.notes).toEqual([]);
    for (const matrix of tied ? ['model.embed_tokens.weight'] : ['model.embed_tokens.weight', 'lm_head.weight']) {
      const before = await base.checkpoint.tensors.get(matrix)!.readF32();
      const after = await written.checkpoint.tensors.get(matrix)!.readF32();
      const width = before.length / rows;
      expect(after.subarray(0, before.length)).toEqual(before);
      for (let id = rows; id <= last; id++) {
        for (let at = 0; at < width; at++) {
          const mean =
            Array.from({ length: rows }, (_, row) => before[row * width + at]!).reduce((a, b) => a + b) / rows;
          expect(Math.abs(after[id * width + at]! - mean)).toBeLessThan(2 ** -7);
        }
      }
    }
    const json = new TextDecoder().decode(folder.files.get('tokenizer.json')!);
    const oracle = rustTokenizer(json);
    for (const text of ['abab cdcd', ...ids.map((id) => `ab${base.tokenizer.piece(id)}ab`)]) {
      expect(Array.from(written.tokenizer.encode(text).ids)).toEqual((await rustEncode(oracle, text)).ids);
    }
    for (const id of ids) expect(oracle.tokenToId(base.tokenizer.piece(id))).toBe(id);
  });

  it('says in the card which tokens are new, and trains those alone', async () => {
    const { base, exported, folder, written } = await grafted();
    const card = new TextDecoder().decode(folder.files.get('README.md')!);
    expect(card).toContain(
      `New tokens: ${exported.newTokens.length}, ids ${last + 1} to ${last + exported.newTokens.length};`,
    );
    const earlier = await earlierGraft(folder.tree(), written);
    expect(earlier!.graft.plan).toMatchObject({ firstNewId: last + 1, count: exported.newTokens.length });
    const settings = { batchRows: 2, rowLength: 16 };
    const plan = planTraining(base, exported.newTokens.length, 'new-rows', settings, unopenedGpu);
    expect(plan.fits).toBe(true);
  });

  it('is in a delta, and base and delta are the graft to the bit', async () => {
    const { base, exported, folder, written } = await grafted();
    const ofGraft = memorySink();
    await writeDelta(ofGraft.sink, await deltaOfGraft(exported));
    const ofFolders = memorySink();
    const asFolder = { ...exported, model: written };
    await writeDelta(ofFolders.sink, await deltaOfFolders(base, asFolder));
    expect(ofFolders.files.get(DELTA_FILE)).toEqual(ofGraft.files.get(DELTA_FILE));
    const applied = await applyDelta(await tree(), ofGraft.tree());
    const { tensors } = await openSafetensors(applied.open(SINGLE_FILE)!);
    const direct = await openSafetensors(folder.tree().open(SINGLE_FILE)!);
    for (const [name, entry] of direct.tensors)
      expect(await tensors.get(name)!.read(), name).toEqual(await entry.read());
  });
});

describe('what cannot be opened', () => {
  const refused = async (change: (json: TokenizerJson) => void) => {
    const error = await labErrorOf(openModel(await withTokenizer(await tinyLlama(), change), 'folder'));
    expect(error.code).toBe('lab/tokenizer-too-large');
    return error;
  };

  it('a piece of the model past the rows: any text may be cut into it', async () => {
    const error = await refused((json) => Object.assign(json.model.vocab, { x: 10, y: 11 }));
    expect(error.message).toContain('"x" has id 10');
    expect(error.message).toContain('10 embedding rows');
    expect(error.message).toContain('1 more');
  });

  it('a token without a row that opens every text', async () => {
    const error = await refused((json) => {
      json.added_tokens.push(added(10, '<bos>', { special: true }));
      json.post_processor = {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: '<bos>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
        pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
        special_tokens: { '<bos>': { id: '<bos>', ids: [10], tokens: ['<bos>'] } },
      };
    });
    expect(error.message).toContain('"<bos>" (id 10) beside every text');
  });

  it('an id so far out that its rows would be the model', async () => {
    await refused((json) => {
      json.model.vocab['<far>'] = 2 ** 30;
      json.added_tokens.push(added(2 ** 30, '<far>'));
    });
  });

  it('but a start token without a row gives way to one that has one', async () => {
    const tree = await withTokenizer(await tinyLlama(), (json) =>
      json.added_tokens.push(added(10, '<bos>', { special: true })),
    );
    const model: LoadedModel = await openModel(
      await savedAs(tree, {
        files: { 'tokenizer_config.json': JSON.stringify({ bos_token: '<bos>', eos_token: '<s>' }) },
      }),
      'folder',
    );
    expect(model.startId).toBe(8);
  });
});
