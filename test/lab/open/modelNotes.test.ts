// What is said of a model when it is opened, and what follows from it: rows, new ids, written files.
import { describe, expect, it } from 'vitest';
import { memoryTree, type FileTree } from '../../../src/checkpoint/index';
import { inspectModel, openModel, writeModel } from '../../../src/lab/index';
import { tinyLlama } from '../vocabulary/letters';
import { memorySink } from '../export/memorySink';

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
      kind: 'renumbered-tokens',
      tokens: [{ content: '<x>', named: 12, id: 10 }],
    });
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
    await writeModel(folder.sink, { model, newTokens: [], extras: {}, tokenizerClass });
    const tree = folder.tree();
    const source = tree.open('tokenizer_config.json')!;
    const config = JSON.parse(new TextDecoder().decode(await source.read(0, source.size))) as Record<string, unknown>;
    expect(config.tokenizer_class).toBe(written);
    expect((await openModel(tree, 'folder')).notes).toHaveLength(tokenizerClass === 'obeys' ? 0 : 1);
  });
});
