/** What peft's adapter_config.json says of an adapter: which kinds are read, how strong it is, and which rows it trained. */
import type { Json, JsonObject, TensorEntry } from '../../checkpoint/index';
import { LabError } from '../../error';
import type { LoadedModel } from '../open/openModel';
import { lastName, tensorOfModule } from './peftNames';

/** Fields that change what an adapter computes, or what it holds beside A and B; anything but nothing is refused. */
const unread = {
  use_dora: 'DoRA',
  use_qalora: 'QALoRA',
  use_bdlora: 'BD-LoRA',
  lora_bias: 'biases of its own',
  modules_to_save: 'modules trained whole',
  target_parameters: 'adapters of bare parameters',
  layer_replication: 'replicated layers',
  alora_invocation_tokens: 'activated LoRA',
  arrow_config: 'Arrow',
  velora_config: 'VeLoRA',
  monteclora_config: 'MonteCLoRA',
  kasa_config: 'KaSA',
} as const;

/** Throws `lab/adapter-kind`, naming the field. */
export function refusedAdapter(settings: JsonObject, folder: string): void {
  const refuse = (field: string, what: string) => {
    throw new LabError(
      'lab/adapter-kind',
      `The adapter \`${folder}\` is not read: \`${field}\` says ${what}.`,
      'LoRA on projections (rsLoRA, ranks and alphas by pattern) and trained token rows are read. Merge any other in Python and open the merged folder.',
      { field },
    );
  };
  if (settings.peft_type !== 'LORA')
    refuse('peft_type', `it is ${JSON.stringify(settings.peft_type ?? null)}, not LoRA`);
  if ((settings.bias ?? 'none') !== 'none') refuse('bias', 'that it trained biases');
  for (const [field, what] of Object.entries(unread)) if (isSomething(settings[field])) refuse(field, what);
}

function isSomething(value: Json | undefined): boolean {
  if (value === null || value === undefined || value === false) return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/** @param module as peft calls it. Patterns are expressions that the module's name ends with, the first that fits. */
export function strengthOf(settings: JsonObject, module: string): { readonly rank: number; readonly strength: number } {
  const rank = patterned(settings, 'rank_pattern', module) ?? numberOf(settings, 'r');
  const alpha = patterned(settings, 'alpha_pattern', module) ?? numberOf(settings, 'lora_alpha');
  return { rank, strength: settings.use_rslora === true ? alpha / Math.sqrt(rank) : alpha / rank };
}

function patterned(settings: JsonObject, field: string, module: string): number | undefined {
  const patterns = settings[field];
  if (typeof patterns !== 'object' || patterns === null) return undefined;
  const key = Object.keys(patterns).find((pattern) => fits(pattern, module));
  return key === undefined ? undefined : numberOf(patterns as JsonObject, key);
}

/** Of an expression that may backtrack for ever nothing is tried. */
function fits(pattern: string, module: string): boolean {
  if (module === pattern || module.endsWith(`.${pattern}`)) return true;
  if (/^[\w.]+$/.test(pattern)) return false;
  // A repeated group, or several open ends, may backtrack for ever.
  if (pattern.length > 200 || /\)[+*{]/.test(pattern) || (pattern.match(/[+*{]/g) ?? []).length > 2) {
    throw damagedConfig(`the pattern ${JSON.stringify(pattern.slice(0, 60))} is not read`);
  }
  try {
    return new RegExp(`^(?:.*\\.)?(?:${pattern})$`).test(module);
  } catch {
    throw damagedConfig(`${JSON.stringify(pattern.slice(0, 60))} is no expression`);
  }
}

function numberOf(settings: JsonObject, field: string): number {
  const value = settings[field];
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  throw damagedConfig(`\`${field}\` is ${JSON.stringify(value ?? null).slice(0, 40)}; a number above 0 is needed`);
}

export interface TokenRows {
  readonly ids: readonly number[];
  /** Rows of the matrix with them. */
  readonly embeddingRows: number;
  /** f32 [ids.length, hiddenSize]. */
  values(): Promise<Float32Array>;
}

/** Trained token rows by the tensor of the base that they belong to. @param found by module, as peft calls it. */
export function tokenRows(
  found: ReadonlyMap<string, TensorEntry>,
  settings: JsonObject,
  base: LoadedModel,
): ReadonlyMap<string, TokenRows> {
  const { hiddenSize, vocabSize, tied } = base.config;
  const rows = new Map<string, TokenRows>();
  for (const [module, entry] of found) {
    const tensor = tensorOfModule(base, module);
    const role = base.parameters.find(({ name }) => name === tensor)?.role;
    if (tensor === undefined || (role !== 'inputVocabulary' && role !== 'outputVocabulary')) {
      throw damagedConfig(`\`${module}\` has trained token rows, and the base no vocabulary matrix of that name`);
    }
    const ids = idsOf(settings, module);
    if (entry.shape.join() !== `${ids.length},${hiddenSize}`) {
      throw damagedConfig(
        `${ids.length} rows of \`${module}\` would be [${ids.length}, ${hiddenSize}]; the file has [${entry.shape.join(', ')}]`,
      );
    }
    const behind = ids.filter((id) => id >= vocabSize);
    // Between the base's rows and the last new one each has to come from somewhere.
    const embeddingRows = vocabSize + behind.length;
    if (behind.some((id) => id >= embeddingRows)) {
      throw damagedConfig(
        `ids of \`${module}\` reach ${Math.max(...behind)}, and not all from ${vocabSize} on are there`,
      );
    }
    let known: Promise<Float32Array> | undefined;
    rows.set(tensor, { ids, embeddingRows, values: () => (known ??= entry.readF32()) });
  }
  const grown = [...rows.values()].filter(({ embeddingRows }) => embeddingRows > vocabSize);
  if (grown.length > 0 && !tied && (rows.size < 2 || grown[0]!.embeddingRows !== grown[1]?.embeddingRows)) {
    throw damagedConfig('it adds rows to one vocabulary matrix of the two that the base has');
  }
  return rows;
}

function idsOf(settings: JsonObject, module: string): readonly number[] {
  const given = settings.trainable_token_indices;
  const last = lastName(module);
  const list = Array.isArray(given)
    ? (given as readonly Json[])
    : ((given as JsonObject | null | undefined)?.[last] ?? (given as JsonObject | null | undefined)?.[module]);
  const ids = Array.isArray(list) ? (list as readonly Json[]) : [];
  const isId = (id: Json): id is number => typeof id === 'number' && Number.isInteger(id) && id >= 0;
  if (ids.length === 0 || !ids.every(isId) || new Set(ids).size < ids.length) {
    throw damagedConfig(`\`trainable_token_indices\` names no ids for \`${last}\``);
  }
  return ids;
}

function damagedConfig(why: string): LabError {
  return new LabError(
    'lab/adapter-damaged',
    `\`adapter_config.json\` and its weights do not go together: ${why}.`,
    'Fetch the adapter again, and the base that it names.',
  );
}
