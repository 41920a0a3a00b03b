/**
 * Rotary settings under the names that transformers 4 reads, beside `rope_parameters`, which transformers 5 writes alone: version 4
 * does not know it, and computes with a base of 10,000 whatever the model was trained with, without a word.
 */
import { isJsonObject, type JsonObject } from '../checkpoint/index';

/** The same configuration, with the older keys that it lacks behind the others. */
export function withOlderRotaryKeys(config: JsonObject): JsonObject {
  const parameters = config.rope_parameters;
  if (!isJsonObject(parameters)) return config;
  const older = { ...olderKeys(parameters, config.model_type) };
  const missing = Object.entries(older).filter(([key, value]) => value !== undefined && !(key in config));
  return { ...config, ...(Object.fromEntries(missing) as JsonObject) };
}

function olderKeys(
  parameters: JsonObject,
  modelType: unknown,
): Readonly<Record<string, JsonObject[string] | undefined>> {
  const { full_attention: full, sliding_attention: sliding } = parameters;
  if (isJsonObject(full)) {
    const local = isJsonObject(sliding) ? { rope_local_base_freq: sliding.rope_theta } : {};
    return { rope_theta: full.rope_theta, ...local, rope_scaling: scalingOf(full) };
  }
  const { rope_theta: base, partial_rotary_factor: share } = parameters;
  return modelType === 'gpt_neox'
    ? { rotary_emb_base: base, rotary_pct: share, rope_scaling: scalingOf(parameters) }
    : { rope_theta: base, rope_scaling: scalingOf(parameters) };
}

/** Absent where positions are not scaled. */
function scalingOf({ rope_theta: _, partial_rotary_factor: __, ...scaling }: JsonObject): JsonObject | undefined {
  return (scaling.rope_type ?? 'default') === 'default' ? undefined : scaling;
}
