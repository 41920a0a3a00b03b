/**
 * A PEFT adapter is a folder like a model's, but holds only what training changed: opening it as a model would end in the
 * first file or tensor that is missing. It is told for what it is, with the base it needs, from its adapter_config.json.
 */
import { LabError } from '../error';
import { readText, type FileTree } from './byteSource';
import { parseJsonObject, type JsonObject } from './json';

const ADAPTER_CONFIG = 'adapter_config.json';
const ADAPTER_WEIGHTS = /^adapter_model\.(?:safetensors|bin)$/;
const CONFIG_BYTES = 2 ** 20;

/** Throws `checkpoint/adapter` where the folder holds an adapter and no weights of a model beside it. */
export async function refuseAdapter(tree: FileTree, signal?: AbortSignal): Promise<void> {
  const source = tree.open(ADAPTER_CONFIG);
  if (!source) return;
  const weights = tree.list().filter((name) => /^[^/]*\.safetensors$/.test(name));
  if (tree.open('config.json') && weights.some((name) => !ADAPTER_WEIGHTS.test(name))) return;
  const config = parseJsonObject(await readText(source, CONFIG_BYTES, signal), ADAPTER_CONFIG);
  const base = textOf(config.base_model_name_or_path);
  throw new LabError(
    'checkpoint/adapter',
    `\`${tree.name}\` is a PEFT adapter (${kindOf(config)}), not a model: it changes ${base === undefined ? 'a base that it does not name' : `\`${base}\``} and is nothing without it.`,
    `Open it beside that base: Model, *A base and a delta*, or \`lab apply --model BASE --delta FOLDER\`. What is not LoRA on projections has to be merged in Python (\`PeftModel.from_pretrained(base, adapter).merge_and_unload().save_pretrained(folder)\`, and the adapter's tokenizer into the same folder), and open the merged folder.`,
    { base: base ?? null, kind: textOf(config.peft_type) ?? null, found: tree.list().slice(0, 50) },
  );
}

/** For example "LORA of rank 16 on q_proj, v_proj; trained whole: embed_tokens, lm_head". */
function kindOf(config: JsonObject): string {
  const { r: rank } = config;
  const targets = listOf(config.target_modules);
  const whole = listOf(config.modules_to_save);
  return [
    textOf(config.peft_type) ?? 'of a kind that it does not state',
    typeof rank === 'number' ? ` of rank ${rank}` : '',
    targets === '' ? '' : ` on ${targets}`,
    whole === '' ? '' : `; trained whole: ${whole}`,
  ].join('');
}

const named = 6;

/** Names in a list, or the one pattern that stands for them. */
function listOf(value: unknown): string {
  const names = (Array.isArray(value) ? (value as unknown[]) : [value])
    .map(textOf)
    .filter((name) => name !== undefined);
  return names.slice(0, named).join(', ') + (names.length > named ? ', ...' : '');
}

/** A damaged file may hold anything there, and megabytes of it. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 100) : undefined;
}
