// What is said of a model when it is opened, and what follows from it: rows, new ids, written files.
import { describe, expect, it } from 'vitest';
import { inspectModel, openModel, writeModel } from '../../../src/lab/index';
import { memorySink } from '../export/memorySink';
import { asGpt2, changed, withConfig } from './changedModel';

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
