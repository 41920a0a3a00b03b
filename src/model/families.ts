/** The families of decoders, by `model_type`. Adding one is a file like llama.ts, its name in familyNames.ts and a line here. */
import { shown, unsupported } from './config';
import type { Family } from './family';
import type { FamilyName } from './familyNames';
import { gemma3 } from './gemma3';
import { gpt2 } from './gpt2';
import { gptNeox } from './gptNeox';
import { llama } from './llama';
import { mistral } from './mistral';
import { qwen2 } from './qwen2';
import { qwen3 } from './qwen3';

const families: Readonly<Record<FamilyName, Family>> = {
  llama,
  mistral,
  qwen2,
  qwen3,
  gpt2,
  gpt_neox: gptNeox,
  gemma3_text: gemma3,
};

/** Throws `model/unsupported` naming the type. */
export function familyOf(modelType: unknown): Family {
  if (typeof modelType === 'string' && Object.hasOwn(families, modelType)) return families[modelType as FamilyName];
  throw unsupported(
    modelType === undefined ? 'config.json names no "model_type"' : `model_type is ${shown(modelType)}`,
  );
}
