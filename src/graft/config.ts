/**
 * config.json after a graft: the same keys in the same order and style, with the vocabulary's size (and the dtype, if it
 * was changed) brought up to date where the model itself writes it, and rotary settings that transformers 4 would not find
 * under its names as well. Nothing else moves; generation_config.json is carried over as it is.
 */
import { isJsonObject, type JsonObject, type WeightDtype } from '../checkpoint/index';
import { withOlderRotaryKeys } from './olderRotaryKeys';
import type { GraftPlan } from './plan';

const TORCH_NAMES: Readonly<Record<WeightDtype, string>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' };

export function graftedConfig(
  config: JsonObject,
  plan: Pick<GraftPlan, 'newEmbeddingRows'>,
  written?: WeightDtype,
): JsonObject {
  const next: Record<string, JsonObject[string]> = {};
  for (const [key, value] of Object.entries(config)) {
    if (key === 'vocab_size') next[key] = plan.newEmbeddingRows;
    else if (key === 'text_config' && isJsonObject(value)) next[key] = graftedConfig(value, plan, written);
    // transformers 5 writes `dtype`, 4 wrote `torch_dtype`.
    else if ((key === 'dtype' || key === 'torch_dtype') && written && typeof value === 'string') {
      next[key] = TORCH_NAMES[written];
    } else next[key] = value;
  }
  if (!('vocab_size' in next) && !isJsonObject(next.text_config)) next.vocab_size = plan.newEmbeddingRows;
  return withOlderRotaryKeys(next);
}

/** As `save_pretrained` writes it: two spaces, a newline at the end. */
export function configText(config: JsonObject): string {
  return `${JSON.stringify(config, null, 2)}\n`;
}
