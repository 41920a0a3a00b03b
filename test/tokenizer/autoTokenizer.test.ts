// What AutoTokenizer of transformers 5 would make of a folder; test/interop/test_published_folders.py holds it to the real one.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadTokenizer, obeyingConfig, otherReading } from '../../src/tokenizer/index';
import { chosenClass } from '../../src/tokenizer/autoTokenizer/chosenClass';

const bundled = JSON.parse(readFileSync('public/models/rootstock/tokenizer.json', 'utf8')) as Record<string, unknown>;
const rootstock: Record<string, unknown> = { ...bundled, normalizer: null };
const byteLevel = { pre_tokenizer: { type: 'ByteLevel' } };
const metaspace = { pre_tokenizer: { type: 'Metaspace' } };

describe('the class that is chosen', () => {
  it.each<[string, object, string | undefined, string | undefined, string]>([
    ['a class that obeys', byteLevel, 'PreTrainedTokenizerFast', 'llama', 'TokenizersBackend'],
    ['a class of its own', byteLevel, 'GPT2Tokenizer', 'llama', 'GPT2Tokenizer'],
    ['the older name of a class', byteLevel, 'GPT2TokenizerFast', 'llama', 'GPT2Tokenizer'],
    ['no class, a model type that has one', byteLevel, undefined, 'gpt_neox', 'GPTNeoXTokenizer'],
    ['no class, a model type that has none', byteLevel, undefined, 'llama', 'TokenizersBackend'],
    ['a class against the model type', byteLevel, 'GPT2Tokenizer', 'qwen3', 'GPT2Tokenizer'],
    ['a class that obeys against the model type', byteLevel, 'PreTrainedTokenizerFast', 'gpt2', 'TokenizersBackend'],
    ['a model type that overrules', byteLevel, 'PreTrainedTokenizerFast', 'qwen2', 'Qwen2Tokenizer'],
    ['a model type that obeys whatever is named', metaspace, 'LlamaTokenizer', 'mistral', 'TokenizersBackend'],
    ['a type that is registered to obey, against a class', byteLevel, 'GPT2Tokenizer', 'granite', 'TokenizersBackend'],
    ['an overruled type that is registered to obey', metaspace, 'LlamaTokenizer', 'phi3', 'TokenizersBackend'],
    ['another type that overrules', byteLevel, 'PreTrainedTokenizerFast', 'qwen3_5', 'Qwen3_5Tokenizer'],
    ['the mixture of a family', byteLevel, undefined, 'qwen3_moe', 'Qwen2Tokenizer'],
    ['a type with a class that cuts digits', byteLevel, undefined, 'cohere', 'CohereTokenizer'],
    ['Llama of a byte-level file of Mistral', byteLevel, 'LlamaTokenizer', 'mistral', 'TokenizersBackend'],
    ['Llama 2', metaspace, 'LlamaTokenizer', 'llama', 'LlamaTokenizer'],
    ['Llama of a byte-level file', byteLevel, 'LlamaTokenizerFast', 'llama', 'TokenizersBackend'],
  ])('%s', (_, json, tokenizer_class, model_type, chosen) => {
    expect(chosenClass(json as never, { tokenizer_class }, { model_type })).toBe(chosen);
  });

  it('is that of config.json where tokenizer_config.json names none', () => {
    expect(chosenClass(byteLevel, {}, { model_type: 'llama', tokenizer_class: 'GPT2Tokenizer' })).toBe('GPT2Tokenizer');
  });
});

describe('another reading', () => {
  const ownStage = {
    ...rootstock,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { String: 't' }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
  };
  const plain = { ...rootstock, pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true } };
  const read = (json: Record<string, unknown>, config: object, model: object) =>
    otherReading(loadTokenizer(json, config), json, config as never, model as never);
  const gpt2 = { tokenizer_class: 'GPT2Tokenizer' };

  it('is told with a text, where a class loses a stage of the file', () => {
    const reading = read(ownStage, gpt2, { model_type: 'llama' })!;
    expect(reading).toMatchObject({ className: 'GPT2Tokenizer', canObey: true });
    const file = loadTokenizer(ownStage);
    expect(reading.ids).toEqual([...file.encode(reading.text).ids]);
    expect(reading.otherIds).toEqual([...loadTokenizer(plain).encode(reading.text).ids]);
    expect(reading.otherIds).not.toEqual(reading.ids);
  });

  it.each<[string, Record<string, unknown>, object, object]>([
    ['a pipeline that the class builds too', plain, gpt2, { model_type: 'llama' }],
    ['a class that obeys', ownStage, { tokenizer_class: 'PreTrainedTokenizerFast' }, { model_type: 'llama' }],
    [
      'a class that the lab does not know',
      ownStage,
      { tokenizer_class: 'SomebodysTokenizer' },
      { model_type: 'llama' },
    ],
    ['no class at all', ownStage, {}, { model_type: 'llama' }],
    ['a name that every object has', ownStage, { tokenizer_class: 'constructor' }, { model_type: 'toString' }],
  ])('there is none for %s', (_, json, config, model) => {
    expect(read(json, config, model)).toBeNull();
  });

  it('cannot be helped where the model type overrules every class', () => {
    const reading = read(ownStage, gpt2, { model_type: 'qwen2' })!;
    expect(reading).toMatchObject({ className: 'Qwen2Tokenizer', canObey: false });
  });

  it('is gone with the class that obeys, which keeps the names that the old class had by itself', () => {
    const written = obeyingConfig({ ...gpt2, bos_token: '<s>' }, 'GPT2Tokenizer', loadTokenizer(plain));
    expect(written).toEqual({
      tokenizer_class: 'PreTrainedTokenizerFast',
      bos_token: '<s>',
      eos_token: '<|endoftext|>',
      unk_token: '<|endoftext|>',
      padding_side: 'right',
      model_input_names: ['input_ids', 'attention_mask'],
    });
    // A name whose token this tokenizer does not have would add one.
    const gemma = obeyingConfig({ model_input_names: ['input_ids'] }, 'GemmaTokenizer', loadTokenizer(plain));
    expect(gemma).toMatchObject({ padding_side: 'left', model_input_names: ['input_ids'] });
    expect(gemma).not.toHaveProperty('mask_token');
    expect(read(ownStage, written, { model_type: 'llama' })).toBeNull();
  });
});
