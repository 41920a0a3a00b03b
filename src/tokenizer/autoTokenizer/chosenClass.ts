// Which class AutoTokenizer of transformers 5 makes of a folder (models/auto/tokenization_auto.py of 5.23). Only some of the
// classes obey tokenizer.json: the others build their pipeline anew (classPipelines.ts). transformers 4 obeys it always.
import { isByteLevel } from '../preTokenizer/createPreTokenizer';
import type { JsonObject } from '../json';
import { MISTRAL_CLASS, OBEYING_CLASS, OVERRULED_TYPES, REGISTERED_CLASSES } from './modelTypes';

const OBEYING_NAMES: readonly string[] = [OBEYING_CLASS, MISTRAL_CLASS, 'PreTrainedTokenizer', 'PythonBackend'];

/** @param modelConfig config.json, where there is one. */
export function chosenClass(json: JsonObject, config: JsonObject | undefined, modelConfig?: JsonObject): string {
  const named = nameOf(config?.tokenizer_class) ?? nameOf(modelConfig?.tokenizer_class);
  const modelType = typeof modelConfig?.model_type === 'string' ? modelConfig.model_type : '';
  const known = REGISTERED_CLASSES.get(modelType);
  const isOverruled = OVERRULED_TYPES.has(modelType);
  const isMistral = known === MISTRAL_CLASS;
  if (named === 'LlamaTokenizer' && !isOverruled && !isMistral && isByteLevel(json.pre_tokenizer)) return OBEYING_CLASS;
  // Registered to obey the file, or a class that is none: the file is obeyed.
  const obeys = known !== undefined && known !== named && OBEYING_NAMES.includes(known);
  const chosen = named === undefined || (isOverruled && known !== undefined) ? known : named;
  return chosen === undefined || obeys || OBEYING_NAMES.includes(chosen) ? OBEYING_CLASS : chosen;
}

function nameOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const name = value.replace(/Fast$/u, '');
  return name === 'PreTrainedTokenizer' ? OBEYING_CLASS : name;
}

/** Whether writing `OBEYING_CLASS` into tokenizer_config.json makes AutoTokenizer obey tokenizer.json. */
export function canObey(modelConfig?: JsonObject): boolean {
  const type = typeof modelConfig?.model_type === 'string' ? modelConfig.model_type : '';
  return !OVERRULED_TYPES.has(type) || OBEYING_NAMES.includes(REGISTERED_CLASSES.get(type) ?? '');
}
