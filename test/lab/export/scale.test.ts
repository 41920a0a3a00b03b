import { describe, expect, it } from 'vitest';
import { openModel, writeScale, type ContinueFile, type CorpusText, type ModelToExport } from '../../../src/lab/index';
import { asGpt2, changed, withConfig } from '../open/changedModel';
import { tinyLlama } from '../vocabulary/letters';
import { memorySink } from './memorySink';

const corpus = {
  train: ['abab', 'two\nlines "quoted"', 'lone \ud800 surrogate', 'é 逸飛'],
  heldOut: ['cdcd'],
  general: [],
  summary: { name: 'letters', trainDocuments: 4 },
} as unknown as CorpusText;

describe('the folder that goes on elsewhere', () => {
  it('has the texts as JSON lines, as they are', async () => {
    const model = await openModel(await tinyLlama(), 'folder');
    const { sink, files } = memorySink();
    await writeScale(sink, { exported: { model, newTokens: [], extras: {} }, corpus });
    const text = (name: string) => new TextDecoder().decode(files.get(name));
    const lines = (name: string) =>
      text(name)
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { text: string }).text);
    expect(lines('data/train.jsonl')).toEqual(corpus.train.map((each) => each.replace('\ud800', '\ufffd')));
    expect(lines('data/heldout.jsonl')).toEqual(corpus.heldOut);
    expect(JSON.parse(text('continue.json'))).toEqual({
      version: 1,
      model: 'model',
      train: 'data/train.jsonl',
      held_out: 'data/heldout.jsonl',
      new_ids: [],
      start_id: 8,
      end_id: 8,
      unknown_id: null,
      window_length: 64,
      row_length: 64,
    } satisfies ContinueFile);
    for (const name of ['train.py', 'fsdp.yaml', 'README.md', 'axolotl.yaml', 'model/model.safetensors']) {
      expect(files.get(name)?.length, name).toBeGreaterThan(100);
    }
    // Paths in the configurations are files of the folder.
    for (const path of text('axolotl.yaml').matchAll(/- path: \.\/(\S+)/g))
      expect(files.has(path[1]!), path[1]).toBe(true);
  });

  it('has every training document of a corpus that memory holds a sample of', async () => {
    const model = await openModel(await tinyLlama(), 'folder');
    const { sink, files } = memorySink();
    const sampled: CorpusText = {
      ...corpus,
      train: ['abab'],
      async *readTrain() {
        yield corpus.train.slice(0, 3);
        yield corpus.train.slice(3);
      },
    };
    const exported = { model, newTokens: [], extras: {} };
    await writeScale(sink, { exported, corpus: sampled });
    const lines = new TextDecoder().decode(files.get('data/train.jsonl')).trimEnd().split('\n');
    expect(lines).toHaveLength(corpus.train.length);
    expect(new TextDecoder().decode(files.get('README.md'))).toContain('4');
  });

  describe('its tokenizer', () => {
    async function written(change: Parameters<typeof changed>[0], choice: Partial<ModelToExport> = {}) {
      const model = await openModel(await changed(change, { spareRows: 2 }), 'folder');
      const { sink, files } = memorySink();
      await writeScale(sink, { exported: { model, newTokens: [], extras: {}, ...choice }, corpus });
      const text = (name: string) => new TextDecoder().decode(files.get(name));
      const json = (name: string) => JSON.parse(text(name)) as Record<string, unknown>;
      return {
        text,
        class: json('model/tokenizer_config.json').tokenizer_class,
        tokenizer: json('model/tokenizer.json'),
      };
    }

    it('is whole in tokenizer.json, which train.py reads alone', async () => {
      const { tokenizer } = await written(withConfig({ additional_special_tokens: ['<x>'] }));
      expect(tokenizer.added_tokens).toMatchObject([{ content: '<s>' }, { id: 10, content: '<x>' }]);
    });

    it.each([
      ['GPT2Tokenizer, which cuts otherwise', asGpt2],
      ['LlamaTokenizer, which later releases make obey', withConfig({ tokenizer_class: 'LlamaTokenizer' })],
      ['none', () => undefined],
    ])('obeys the file in every release, whatever its class was: %s', async (_, change) => {
      const folder = await written(change);
      expect(folder.class).toBe('PreTrainedTokenizerFast');
      expect(folder.text('README.md')).toContain('names: PreTrainedTokenizerFast');
      expect(folder.text('llama-factory.yaml')).not.toContain('ATTENTION');
    });

    it('keeps a class on request, and says what LLaMA-Factory makes of it', async () => {
      const folder = await written(asGpt2, { tokenizerClass: 'kept' });
      expect(folder.class).toBe('GPT2Tokenizer');
      expect(folder.text('README.md')).toContain('It makes GPT2Tokenizer of it');
      expect(folder.text('llama-factory.yaml')).toContain('ATTENTION: the tokenizer is built as GPT2Tokenizer');
      expect(folder.text('axolotl.yaml')).toContain('tokenizer_type: PreTrainedTokenizerFast');
    });
  });
});
