import fc from '../../support/properties';
import { describe, expect, it } from 'vitest';
import { memoryTree, openSafetensors, safetensorsFile, tensorOf, type FileTree } from '../../../src/checkpoint/index';
import { DELTA_FILE } from '../../../src/graft/index';
import { LabError } from '../../../src/error';
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
  writeDelta,
  writeModel,
  type CorpusText,
  type ModelToExport,
} from '../../../src/lab/index';
import { bytesOf, labErrorOf } from '../../checkpoint/writeBytes';
import { syllableDocuments, tinyLlama } from '../vocabulary/letters';
import { memorySink, type MemoryFolder } from './memorySink';

const corpus = {
  train: syllableDocuments(100),
  heldOut: ['abab cdcd'],
  general: ['abc def'],
  summary: { name: 'syllables', generalName: 'letters', trainDocuments: 100, trainBytes: 1000 },
} as unknown as CorpusText;

async function graftedOn(options: { tied?: boolean; bf16?: boolean; spareRows?: number; newTokens?: number }) {
  const { newTokens = 5, ...base } = options;
  const tree = await tinyLlama(base);
  const model = await openModel(tree, 'folder');
  const extension = await learnVocabulary(model, corpus, { newTokens });
  const vocabulary = await buildVocabulary(model, corpus, extension, newTokens);
  // Random rows: means of stored rows would be nearly representable, and prove less.
  const graft = await graftRows(model, vocabulary.newRows, 'random', 3);
  const exported: ModelToExport = {
    model,
    files: vocabulary.files,
    graft,
    card: cardOf({ model, corpus: corpus.summary, graft, moves: [], steps: 0 }),
    newTokens: vocabulary.summary.newTokens,
    extras: { 'experiment.json': '{"version":1}', 'run.jsonl': '' },
  };
  return { tree, model, exported };
}

async function deltaFolder(exported: ModelToExport): Promise<MemoryFolder> {
  const folder = memorySink();
  await writeDelta(folder.sink, await deltaOfGraft(exported));
  return folder;
}

async function written(exported: ModelToExport): Promise<MemoryFolder> {
  const folder = memorySink();
  await writeModel(folder.sink, exported);
  return folder;
}

async function reExport(tree: FileTree): Promise<MemoryFolder> {
  const model = await openModel(tree, 'folder');
  const text = async (name: string) => new TextDecoder().decode(await tree.open(name)!.read(0, tree.open(name)!.size));
  return written({
    model,
    card: model.checkpoint.readme!,
    newTokens: (await earlierGraft(tree, model))!.newTokens,
    extras: { 'experiment.json': await text('experiment.json'), 'run.jsonl': await text('run.jsonl') },
  });
}

const cases = [
  { tied: true, bf16: true },
  { tied: false, bf16: true },
  { tied: true, bf16: false, spareRows: 3 },
  { tied: false, bf16: false, spareRows: 9 },
  { tied: true, bf16: true, spareRows: 5, newTokens: 5 },
];

describe('a base and its delta', () => {
  it.each(cases)('are the full export to the bit, every file of it: %o', async (options) => {
    const { tree, exported } = await graftedOn(options);
    const full = await written(exported);
    const delta = await deltaFolder(exported);
    const applied = await reExport(await applyDelta(tree, delta.tree('delta')));
    expect([...applied.files.keys()].sort()).toEqual([...full.files.keys()].sort());
    for (const [name, bytes] of full.files) expect(Buffer.compare(applied.files.get(name)!, bytes), name).toBe(0);
  });

  it.each(cases)('are told apart again from the two folders: %o', async (options) => {
    const { model, exported } = await graftedOn(options);
    const full = await written(exported);
    const grafted = await openModel(full.tree(), 'folder');
    const again = memorySink();
    const between = await deltaOfFolders(model, { ...exported, model: grafted });
    await writeDelta(again.sink, between);
    const direct = await deltaFolder(exported);
    expect(Buffer.compare(again.files.get(DELTA_FILE)!, direct.files.get(DELTA_FILE)!)).toBe(0);
  });

  it('hold no weight but the new rows', async () => {
    const { exported } = await graftedOn({ tied: false });
    const { files } = await deltaFolder(exported);
    const { tensors, metadata } = await openSafetensors(
      memoryTree('delta', { [DELTA_FILE]: files.get(DELTA_FILE)! }).open(DELTA_FILE)!,
    );
    expect([...tensors.values()].map(({ name, dtype, shape }) => [name, dtype, ...shape])).toEqual([
      ['ids', 'I64', 5],
      ['input_rows', 'BF16', 5, 16],
      ['output_rows', 'BF16', 5, 16],
    ]);
    expect(metadata).toMatchObject({ tokengraft_delta: '1', base_model: 'tiny', first_new_id: '10' });
    expect([...files.keys()].filter((name) => name.endsWith('.safetensors'))).toEqual([DELTA_FILE]);
  });

  it('open as a model that knows its new tokens', async () => {
    const { tree, exported } = await graftedOn({});
    const applied = await applyDelta(tree, (await deltaFolder(exported)).tree());
    const model = await openModel(applied, 'folder');
    const earlier = await earlierGraft(applied, model);
    expect(earlier!.newTokens.map(({ id }) => id)).toEqual([10, 11, 12, 13, 14]);
    expect(model.summary.earlierTokens).toBe(5);
    expect((await openModel(tree, 'folder')).summary.earlierTokens).toBeUndefined();
    expect(model.tokenizer.encode('abab').ids.every((id) => id >= 10)).toBe(true);
  });
});

describe('a delta on another base is refused by name', () => {
  it.each([
    ['a value of the matrix', { change: 'model.embed_tokens.weight' }, 'vocabulary matrix differ'],
    ['another number type', { bf16: false }, 'F32 [10, 16], not BF16 [10, 16]'],
    ['an untied head', { tied: false }, 'not tied'],
    ['another number of rows', { spareRows: 2 }, '[12, 16]'],
    ['another tokenizer', { change: 'tokenizer.json' }, 'tokenizer.json differs'],
  ] as const)(
    '%s',
    async (_, { change, ...options }: { change?: string; tied?: boolean; bf16?: boolean; spareRows?: number }, why) => {
      const { exported } = await graftedOn({});
      const delta = await deltaFolder(exported);
      const other = await changed(await tinyLlama(options), change);
      const error = await labErrorOf(applyDelta(other, delta.tree()));
      expect(error.code).toBe('graft/wrong-base');
      expect(error.message).toContain('`tiny`');
      expect(error.message).toContain('`another`');
      expect(error.message).toContain(why);
    },
  );

  it('but takes one whose body was tuned and whose tokenizer.json was indented anew', async () => {
    const { tree, exported } = await graftedOn({});
    const delta = await deltaFolder(exported);
    const other = await changed(await changed(tree, 'model.norm.weight'), 'indent');
    expect((await openModel(await applyDelta(other, delta.tree()), 'folder')).summary.embeddingRows).toBe(15);
  });
});

/** The same folder under another name, with one bit of a tensor or a piece of the tokenizer changed. */
async function changed(tree: FileTree, what: string | undefined): Promise<FileTree> {
  const files: Record<string, Uint8Array | string> = {};
  for (const name of tree.list()) files[name] = await tree.open(name)!.read(0, tree.open(name)!.size);
  const tokenizer = new TextDecoder().decode(files['tokenizer.json'] as Uint8Array);
  if (what === 'tokenizer.json') files[what] = tokenizer.replace('"h": 7', '"i": 7');
  else if (what === 'indent') files['tokenizer.json'] = JSON.stringify(JSON.parse(tokenizer), null, 4);
  else if (what !== undefined) {
    const { tensors } = await openSafetensors(tree.open('model.safetensors')!);
    const copies = await Promise.all(
      [...tensors.values()].map(async ({ name, dtype, shape, read }) => {
        const bytes = await read();
        if (name === what) bytes[0]! ^= 1;
        return tensorOf(name, dtype, shape, bytes);
      }),
    );
    files['model.safetensors'] = await bytesOf(safetensorsFile(copies).stream());
  }
  return memoryTree('another', files);
}

describe('what is no delta', () => {
  it('is refused where more than new rows was trained', async () => {
    const { exported, model } = await graftedOn({});
    for (const [tensor, group] of [
      ['model.embed_tokens.weight', 'oldRows'],
      ['model.norm.weight', 'norms'],
    ] as const) {
      const trained = [{ group: 'newRows' }, { tensor, group }];
      const session = { trained } as unknown as NonNullable<ModelToExport['session']>;
      const error = await labErrorOf(deltaOfGraft({ ...exported, session }));
      expect(error).toMatchObject({ code: 'graft/more-than-new-rows', details: { tensor } });
    }
    const full = await written(exported);
    const tuned = await openModel(await changed(full.tree(), 'model.norm.weight'), 'folder');
    const error = await labErrorOf(deltaOfFolders(model, { ...exported, model: tuned }));
    expect(error).toMatchObject({ code: 'graft/more-than-new-rows', details: { tensor: 'model.norm.weight' } });
  });

  it('is refused as a folder without one, and as one of a later version', async () => {
    const { tree, exported } = await graftedOn({});
    expect((await labErrorOf(applyDelta(tree, tree))).code).toBe('checkpoint/missing-file');
    const { files } = await deltaFolder(exported);
    const text = Buffer.from(files.get(DELTA_FILE)!)
      .toString('latin1')
      .replace('"tokengraft_delta":"1"', '"tokengraft_delta":"2"');
    const later = memoryTree('later', {
      ...Object.fromEntries(files),
      [DELTA_FILE]: new Uint8Array(Buffer.from(text, 'latin1')),
    });
    expect((await labErrorOf(applyDelta(tree, later))).code).toBe('graft/delta-format');
  });

  it('ends in a LabError with a code, whatever bytes of it are changed', async () => {
    const { tree, exported } = await graftedOn({ tied: false });
    const files = Object.fromEntries((await deltaFolder(exported)).files);
    const whole = files[DELTA_FILE]!;
    const tokenizer = files['tokenizer.json']!;
    const outcomes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(),
        fc.boolean(),
        async (edits, cut, inTokenizer) => {
          const target = inTokenizer ? tokenizer : whole;
          const bytes = target.slice(0, cut % 4 === 0 ? cut % target.length : target.length);
          for (const [at, value] of edits) if (bytes.length > 0) bytes[at % Math.min(bytes.length, 1400)] = value;
          const hostile = memoryTree('hostile', { ...files, [inTokenizer ? 'tokenizer.json' : DELTA_FILE]: bytes });
          try {
            await openModel(await applyDelta(tree, hostile), 'folder');
            outcomes.add('opened');
          } catch (error) {
            expect(error).toBeInstanceOf(LabError);
            outcomes.add((error as LabError).code);
          }
        },
      ),
      { numRuns: 10_000 },
    );
    // The mutations reach every stage of reading.
    for (const code of [
      'opened',
      'graft/wrong-base',
      'graft/delta-damaged',
      'checkpoint/truncated',
      'tokenizer/invalid',
    ]) {
      expect(outcomes).toContain(code);
    }
  });
});
