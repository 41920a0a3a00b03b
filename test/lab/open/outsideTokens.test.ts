// Rows of tokens that stand outside tokenizer.json are never taken for spare: a graft comes after them.
import { describe, expect, it } from 'vitest';
import { memoryTree, readText, type FileTree } from '../../../src/checkpoint/index';
import {
  applyDelta,
  buildVocabulary,
  deltaOfGraft,
  graftRows,
  learnVocabulary,
  openModel,
  writeDelta,
  writeModel,
  type CorpusText,
} from '../../../src/lab/index';
import { syllableDocuments, tinyLlama } from '../vocabulary/letters';
import { memorySink } from '../export/memorySink';

const corpus = {
  train: syllableDocuments(100),
  heldOut: ['abab cdcd'],
  general: ['abc def'],
  summary: { name: 'syllables', generalName: 'letters', trainDocuments: 100, trainBytes: 1000 },
} as unknown as CorpusText;

async function withFiles(spareRows: number, files: Readonly<Record<string, object>>): Promise<FileTree> {
  const tree = await tinyLlama({ spareRows });
  const kept = await Promise.all(
    tree.list().map(async (name) => [name, await tree.open(name)!.read(0, tree.open(name)!.size)] as const),
  );
  const more = Object.entries(files).map(([name, value]) => [name, JSON.stringify(value)] as const);
  return memoryTree('tiny', Object.fromEntries([...kept, ...more]));
}

const special = (content: string) => ({ content, special: true });

/** Each declares `<u>` and `<v>`, ids 10 and 11. */
const DECLARATIONS: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  added_tokens_decoder: {
    'tokenizer_config.json': {
      bos_token: '<s>',
      added_tokens_decoder: { '8': special('<s>'), '10': special('<u>'), '11': special('<v>') },
    },
  },
  additional_special_tokens: {
    'tokenizer_config.json': { bos_token: '<s>', additional_special_tokens: ['<u>', '<v>'] },
  },
  'extra_special_tokens by name': {
    'tokenizer_config.json': { bos_token: '<s>', extra_special_tokens: { image_token: '<u>', audio_token: '<v>' } },
  },
  'named tokens': { 'tokenizer_config.json': { bos_token: '<s>', sep_token: '<u>', pad_token: '<v>' } },
  'special_tokens_map.json': { 'special_tokens_map.json': { cls_token: { content: '<u>' }, mask_token: '<v>' } },
  'added_tokens.json': { 'added_tokens.json': { '<v>': 11, '<u>': 10 } },
};

describe('a graft onto a model with tokens outside tokenizer.json', () => {
  it.each(Object.entries(DECLARATIONS))('%s', async (_, files) => {
    const base = await withFiles(3, files);
    const model = await openModel(base, 'folder');
    expect(model.summary).toMatchObject({ tokenizerLength: 12, largestId: 11, embeddingRows: 13 });
    expect(Array.from(model.tokenizer.encode('a<u>b<v>').ids)).toEqual([0, 10, 1, 11]);
    const extension = await learnVocabulary(model, corpus, { newTokens: 3 });
    const vocabulary = await buildVocabulary(model, corpus, extension, 3);
    expect(vocabulary.summary).toMatchObject({ firstNewId: 12, spareRowsUsed: 1, embeddingRowsAfter: 15 });
    const graft = await graftRows(model, vocabulary.newRows, 'random', 3);
    const exported = {
      model,
      files: vocabulary.files,
      graft,
      newTokens: vocabulary.summary.newTokens,
      extras: {},
    };
    const folder = memorySink();
    await writeModel(folder.sink, exported);
    const delta = memorySink();
    await writeDelta(delta.sink, await deltaOfGraft(exported));
    const name = 'model.embed_tokens.weight';
    const before = await model.checkpoint.tensors.get(name)!.read({ start: 0, end: 12 });
    for (const tree of [folder.tree(), await applyDelta(base, delta.tree())]) {
      const reopened = await openModel(tree, 'folder');
      expect(reopened.summary).toMatchObject({ tokenizerLength: 15, largestId: 14, embeddingRows: 15 });
      expect(Array.from(reopened.tokenizer.encode('<u>abab<v>').ids).filter((id) => id === 10 || id === 11)).toEqual([
        10, 11,
      ]);
      expect(await reopened.checkpoint.tensors.get(name)!.read({ start: 0, end: 12 })).toEqual(before);
      const written = JSON.parse(await readText(tree.open('tokenizer.json')!)) as { added_tokens: { id: number }[] };
      expect(written.added_tokens.map(({ id }) => id)).toEqual([8, 10, 11]);
    }
  });
});
