// Which class AutoTokenizer of transformers 5 makes of a folder (models/auto/tokenization_auto.py of 5.23). Only some of the
// classes obey tokenizer.json: the others build their pipeline anew (classPipelines.ts). transformers 4 obeys it always.
import { isByteLevel } from '../preTokenizer/createPreTokenizer';
import type { JsonObject } from '../json';

/** Reads tokenizer.json as it is; in transformers 4 under the name PreTrainedTokenizerFast. */
export const OBEYING_CLASS = 'TokenizersBackend';

/** The class registered for a model type; a folder's own class goes before it, but for `overruling`. */
const registered: Readonly<Record<string, string>> = {
  mistral: OBEYING_CLASS,
  qwen2: 'Qwen2Tokenizer',
  qwen3: 'Qwen2Tokenizer',
  gpt2: 'GPT2Tokenizer',
  gpt_neox: 'GPTNeoXTokenizer',
  gemma: 'GemmaTokenizer',
  gemma2: 'GemmaTokenizer',
  gemma3: 'GemmaTokenizer',
  gemma3_text: 'GemmaTokenizer',
};

/** Model types whose registered class is taken whatever the folder says. */
const overruling: readonly string[] = ['qwen2'];

const OBEYING_NAMES: readonly string[] = [OBEYING_CLASS, 'PreTrainedTokenizer', 'PythonBackend'];

/** @param modelConfig config.json, where there is one. */
export function chosenClass(json: JsonObject, config: JsonObject | undefined, modelConfig?: JsonObject): string {
  const named = nameOf(config?.tokenizer_class) ?? nameOf(modelConfig?.tokenizer_class);
  const modelType = typeof modelConfig?.model_type === 'string' ? modelConfig.model_type : '';
  const known = registered[modelType];
  const isOverruled = overruling.includes(modelType);
  if (named === 'LlamaTokenizer' && !isOverruled && isByteLevel(json.pre_tokenizer)) return OBEYING_CLASS;
  if (named === undefined) return known ?? OBEYING_CLASS;
  if (known === undefined || known === named) return OBEYING_NAMES.includes(named) ? OBEYING_CLASS : named;
  // Registered to obey the file, or a class that is none: the file is obeyed.
  if (known === OBEYING_CLASS) return OBEYING_CLASS;
  const chosen = isOverruled ? known : named;
  return OBEYING_NAMES.includes(chosen) ? OBEYING_CLASS : chosen;
}

function nameOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const name = value.replace(/Fast$/u, '');
  return name === 'PreTrainedTokenizer' ? OBEYING_CLASS : name;
}

/** Whether writing `OBEYING_CLASS` into tokenizer_config.json makes AutoTokenizer obey tokenizer.json. */
export function canObey(modelConfig?: JsonObject): boolean {
  return !overruling.includes(typeof modelConfig?.model_type === 'string' ? modelConfig.model_type : '');
}
