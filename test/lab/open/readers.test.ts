import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { folderTree } from '../../../src/checkpoint/node';
import { openModel } from '../../../src/lab/index';
import { readerNotes, readOtherwise, type ReadModel } from '../../../src/lab/open/readers';

interface Row {
  readonly form: string;
  readonly client: string;
  readonly notes: readonly string[];
}

const rows = readFileSync('test/interop/clients/matrix.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);
/** By the matrix's name of a form. */
const FORMS: Readonly<Record<string, string>> = {
  safetensors: 'model',
  ONNX: 'onnx',
  GGUF: 'gguf',
  delta: 'delta',
  scale: 'scale',
};

function reasons(model: Partial<ReadModel>): string[] {
  const plain: ReadModel = {
    config: { modelType: 'llama', tied: true },
    tensors: new Set<string>(),
    tokenizer: { addedTokens: [], family: 'byte-level-bpe' },
    tokenizerJson: { normalizer: null, pre_tokenizer: null, model: { vocab: {} } },
    tokenizerModel: undefined,
  };
  return readerNotes({ ...plain, ...model }).map(({ reason }) => reason);
}

const json = (stages: object) => ({ tokenizerJson: { model: { vocab: {} }, ...stages } });
const always = 'rounded-activations';

describe('what other programs make of a download otherwise', () => {
  test('is what the matrix of clients found: the same reasons, programs and forms', () => {
    const found = new Map<string, Set<string>>();
    for (const { form, client, notes } of rows) {
      for (const note of notes) {
        const known = readOtherwise[note as keyof typeof readOtherwise];
        const clients: readonly string[] =
          known.client === 'transformers.js' ? [known.client, '@huggingface/tokenizers'] : [known.client];
        expect(clients).toContain(client);
        const forms = found.get(note) ?? found.set(note, new Set()).get(note)!;
        if (form !== 'tokenizer') forms.add(FORMS[form]!);
      }
    }
    expect([...found.keys()].sort()).toEqual(Object.keys(readOtherwise).sort());
    for (const [note, forms] of found) {
      const said: readonly string[] = readOtherwise[note as keyof typeof readOtherwise].forms;
      for (const form of forms) expect(said, note).toContain(form);
    }
  });

  test('is said of models that it applies to', () => {
    const sequence = { type: 'Sequence', pretokenizers: [{ type: 'Digits' }, { type: 'ByteLevel' }] };
    const neox = { config: { modelType: 'gpt_neox', tied: false } } as const;
    const constants = ['embed_out.weight', 'gpt_neox.layers.0.attention.bias'];
    expect(reasons({})).toEqual([always]);
    expect(reasons(json({ normalizer: { type: 'NFC' } }))).toEqual(['nfc', always]);
    expect(reasons(json({ pre_tokenizer: sequence }))).toEqual([always, 'js-digits']);
    expect(reasons(json({ model: { vocab: { '</s>': 7 } } }))).toEqual(['spelled-end', always]);
    expect(reasons({ tokenizerModel: new Uint8Array() })).toEqual([always, 'written-specials']);
    expect(reasons(neox)).toEqual([always, 'neox-head', 'neox-mergekit']);
    expect(reasons({ ...neox, tensors: new Set(constants) })).toEqual([always]);
  });

  test('is known of an opened model', async () => {
    const { summary } = await openModel(await folderTree('public/models/rootstock'), 'bundled');
    expect(summary.readers!.map(({ reason, forms }) => [reason, forms])).toEqual([
      ['nfc', ['gguf']],
      [always, ['gguf']],
    ]);
  });
});
