// What is said of a model when it is opened, and what follows from it: rows, new ids, written files.
import { describe, expect, it } from 'vitest';
import { fromF32, memoryTree, safetensorsFile, tensorOf, type FileTree } from '../../src/checkpoint/index';
import { graftRows, inspectModel, openModel, writeModel } from '../../src/lab/index';
import { tinyLlama } from './letters';
import { memorySink } from './memorySink';

/** The tiny model with some of its files changed. */
async function changed(
  change: (files: Record<string, string>) => void,
  options: Parameters<typeof tinyLlama>[0] = {},
): Promise<FileTree> {
  const tree = await tinyLlama(options);
  const texts: Record<string, string> = {};
  const bytes: Record<string, Uint8Array> = {};
  for (const name of tree.list()) {
    const source = tree.open(name)!;
    const read = await source.read(0, source.size);
    if (name.endsWith('.json')) texts[name] = new TextDecoder().decode(read);
    else bytes[name] = read;
  }
  change(texts);
  return memoryTree('tiny', { ...texts, ...bytes });
}

const withConfig = (config: object) => (files: Record<string, string>) => {
  const old = JSON.parse(files['tokenizer_config.json']!) as object;
  files['tokenizer_config.json'] = JSON.stringify({ ...old, ...config });
};

describe('added tokens past the rows', () => {
  const imageToken = withConfig({ additional_special_tokens: ['<image>'] });

  it('the model opens, says so, and refuses texts that hold one', async () => {
    const model = await openModel(await changed(imageToken), 'folder');
    expect(model.summary.notes).toContainEqual({
      kind: 'past-rows',
      rows: 10,
      tokens: [{ content: '<image>', id: 10 }],
    });
    expect(inspectModel(model).rows).toMatchObject({ idsEnd: 11, embeddingRows: 10, spareRows: 0 });
    expect([...model.tokenizer.encode('ab').ids]).toEqual([0, 1]);
    expect(() => model.tokenizer.encode('a<image>')).toThrow(
      /"<image>" at 1: the token with id 10, and the model has 10/,
    );
  });

  it('a graft leaves their ids alone and gives them rows', async () => {
    const model = await openModel(await changed(imageToken), 'folder');
    const graft = await graftRows(model, [{ id: 11, pieces: [0, 1] }], 'subword-mean', 1);
    expect(graft.plan).toMatchObject({ firstNewId: 10, count: 2, newEmbeddingRows: 12, rowsAdded: 2 });
    const { hiddenSize } = model.config;
    expect(graft.input.length).toBe(2 * hiddenSize);
    expect(graft.input.subarray(hiddenSize).some((value) => value !== 0)).toBe(true);
  });

  it('two of them, and spare rows before: only what has no row is told', async () => {
    const two = withConfig({ additional_special_tokens: ['<image>', '<video>'] });
    const model = await openModel(await changed(two, { spareRows: 1 }), 'folder');
    expect(model.summary.notes).toContainEqual({
      kind: 'past-rows',
      rows: 11,
      tokens: [{ content: '<video>', id: 11 }],
    });
    expect([...model.tokenizer.encode('<image>').ids]).toEqual([10]);
  });

  it('a piece of the vocabulary past the rows is of another model', async () => {
    const tree = await changed((files) => {
      const json = JSON.parse(files['tokenizer.json']!) as { model: { vocab: Record<string, number> } };
      json.model.vocab.z = 10;
      files['tokenizer.json'] = JSON.stringify(json);
    });
    await expect(openModel(tree, 'folder')).rejects.toMatchObject({
      code: 'lab/tokenizer-too-large',
      message: expect.stringContaining('"z" with id 10') as string,
    });
  });
});

describe('tokens outside of tokenizer.json', () => {
  it('their rows are not spare', async () => {
    const model = await openModel(
      await changed(withConfig({ additional_special_tokens: ['<x>', '<y>'] }), { spareRows: 2 }),
      'folder',
    );
    expect(inspectModel(model).rows.spareRows).toBe(0);
    expect(model.summary.notes).toEqual([{ kind: 'tokens-outside', tokens: ['<x>', '<y>'] }]);
  });

  it('an id that a file names and no reader gives is told', async () => {
    const decoder = { '12': { content: '<x>', special: true } };
    const model = await openModel(
      await changed(withConfig({ added_tokens_decoder: decoder }), { spareRows: 4 }),
      'folder',
    );
    expect(model.summary.notes).toContainEqual({
      kind: 'renumbered',
      tokens: [{ content: '<x>', named: 12, id: 10 }],
    });
  });
});

describe('tensors that the configuration does not describe', () => {
  it('are named, but for the buffers that libraries saved once', async () => {
    const tree = await tinyLlama();
    const model = await openModel(tree, 'folder');
    const vector = (name: string) => tensorOf(name, 'F32', [2], fromF32(Float32Array.of(1, 2), 'F32'));
    const more = ['model.layers.0.self_attn.rotary_emb.inv_freq', 'vision_tower.weight', 'score.bias'].map(vector);
    const kept = await Promise.all(
      [...model.checkpoint.tensors].map(async ([name, tensor]) =>
        tensorOf(name, 'F32', tensor.shape, fromF32(await tensor.readF32(), 'F32')),
      ),
    );
    const chunks: Uint8Array[] = [];
    for await (const chunk of safetensorsFile([...kept, ...more]).stream()) chunks.push(chunk.slice());
    const weights = new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
    const files: Record<string, Uint8Array> = {};
    for (const name of tree.list()) files[name] = await tree.open(name)!.read(0, tree.open(name)!.size);
    const opened = await openModel(memoryTree('tiny', { ...files, 'model.safetensors': weights }), 'folder');
    expect(opened.summary.notes).toEqual([{ kind: 'unused-tensors', names: ['score.bias', 'vision_tower.weight'] }]);
  });
});

describe('a folder that AutoTokenizer would read otherwise', () => {
  const asGpt2 = (files: Record<string, string>) => {
    withConfig({ tokenizer_class: 'GPT2Tokenizer' })(files);
    const json = JSON.parse(files['tokenizer.json']!) as Record<string, unknown>;
    json.pre_tokenizer = { type: 'ByteLevel', add_prefix_space: true, use_regex: true };
    files['tokenizer.json'] = JSON.stringify(json);
  };
  it.each([
    ['obeys', 'PreTrainedTokenizerFast'],
    ['kept', 'GPT2Tokenizer'],
  ] as const)('is written with a class that is %s', async (tokenizerClass, written) => {
    const model = await openModel(await changed(asGpt2), 'folder');
    expect(model.summary.notes).toMatchObject([{ kind: 'read-otherwise', className: 'GPT2Tokenizer', canObey: true }]);
    const folder = memorySink();
    await writeModel(folder.sink, { model, trainedNames: [], newTokens: [], extras: {}, tokenizerClass });
    const tree = folder.tree();
    const source = tree.open('tokenizer_config.json')!;
    const config = JSON.parse(new TextDecoder().decode(await source.read(0, source.size))) as Record<string, unknown>;
    expect(config.tokenizer_class).toBe(written);
    expect((await openModel(tree, 'folder')).summary.notes).toHaveLength(tokenizerClass === 'obeys' ? 0 : 1);
  });
});
