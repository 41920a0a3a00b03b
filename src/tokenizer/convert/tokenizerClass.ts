// Which of transformers' tokenizers a folder means, where no tokenizer.json says its rules: the class that
// tokenizer_config.json states, else the one that transformers has for the model's type. Classes without rules here are
// refused by name: by other rules the ids would be other ids.
import { LabError } from '../../error';
import type { JsonObject } from '../json';

export type SentencePieceClass = 'LlamaTokenizer' | 'GemmaTokenizer';
export type MergesClass = 'GPT2Tokenizer' | 'Qwen2Tokenizer' | 'GPTNeoXTokenizer';

const SENTENCEPIECE: Readonly<Record<string, SentencePieceClass>> = {
  LlamaTokenizer: 'LlamaTokenizer',
  CodeLlamaTokenizer: 'LlamaTokenizer',
  GemmaTokenizer: 'GemmaTokenizer',
};

const MERGES: Readonly<Record<string, MergesClass>> = {
  GPT2Tokenizer: 'GPT2Tokenizer',
  Qwen2Tokenizer: 'Qwen2Tokenizer',
  GPTNeoXTokenizer: 'GPTNeoXTokenizer',
};

const BY_MODEL: Readonly<Record<string, SentencePieceClass | MergesClass>> = {
  llama: 'LlamaTokenizer',
  mistral: 'LlamaTokenizer',
  gemma3_text: 'GemmaTokenizer',
  gpt2: 'GPT2Tokenizer',
  gpt_neox: 'GPTNeoXTokenizer',
  qwen2: 'Qwen2Tokenizer',
  qwen3: 'Qwen2Tokenizer',
};

/** Classes that are a tokenizer.json and nothing else: they say no rules. */
const GENERIC: readonly string[] = ['PreTrainedTokenizer', 'TokenizersBackend'];

/** @throws LabError tokenizer/unsupported, naming the class. */
export function sentencePieceClass(config: JsonObject, modelType: unknown): SentencePieceClass {
  // SentencePiece's own rules are those of Llama; a class or model type is needed for others only.
  return classIn(SENTENCEPIECE, config, modelType, 'tokenizer.model') ?? 'LlamaTokenizer';
}

/** @throws LabError tokenizer/unsupported, naming the class, or saying that none is named. */
export function mergesClass(config: JsonObject, modelType: unknown): MergesClass {
  const found = classIn(MERGES, config, modelType, 'vocab.json and merges.txt');
  if (found) return found;
  throw unsupportedClass(
    'vocab.json and merges.txt do not say how their tokenizer cuts text into words, and neither tokenizer_config.json (`tokenizer_class`) nor config.json (`model_type`) tells it',
  );
}

function classIn<Name extends string>(
  table: Readonly<Record<string, Name>>,
  config: JsonObject,
  modelType: unknown,
  file: string,
): Name | undefined {
  const stated = typeof config.tokenizer_class === 'string' ? config.tokenizer_class.replace(/Fast$/, '') : undefined;
  // transformers overrules what published folders of this type state.
  const isOverruled = modelType === 'qwen2' && table === (MERGES as Readonly<Record<string, string>>);
  if (stated !== undefined && !GENERIC.includes(stated) && !isOverruled) {
    if (Object.hasOwn(table, stated)) return table[stated];
    throw unsupportedClass(
      `${file} would be read by the rules of \`${stated.slice(0, 60)}\`, which the lab does not know`,
    );
  }
  const byModel = typeof modelType === 'string' && Object.hasOwn(BY_MODEL, modelType) ? BY_MODEL[modelType]! : '';
  return Object.hasOwn(table, byModel) ? table[byModel] : undefined;
}

function unsupportedClass(what: string): LabError {
  return new LabError(
    'tokenizer/unsupported',
    `There is no tokenizer.json: ${what}.`,
    'Let transformers write one: AutoTokenizer.from_pretrained(folder).save_pretrained(folder).',
  );
}
