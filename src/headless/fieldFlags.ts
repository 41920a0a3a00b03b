/**
 * Flags that are fields of an experiment's specification, one row each: kind, choices, default and what is allowed are the
 * schema's, so that `train` and `expand` cannot differ from an experiment that is written by hand. It is read as it is published
 * (a test compares the two), since its library takes a quarter of a second to load, a fifth of a short command.
 */
import schema from '../../docs/experiment.schema.json';
import type { Flag } from './flags';

interface FieldFlag {
  /** `arm.` stands for the one arm; several fields may have the flag's value. */
  readonly fields: readonly [string, ...string[]];
  readonly value?: string;
  /** Absent: the schema's description. */
  readonly about?: string;
}

const rules = 'arm.vocabulary.rules';
const remove = 'arm.vocabulary.remove';
const stage = 'arm.stages.0';

export const fieldFlags = {
  'new-tokens': { fields: ['arm.vocabulary.newTokens'], value: 'K', about: 'how many new tokens' },
  'min-frequency': { fields: [`${rules}.minFrequency`], value: 'N' },
  'min-documents': { fields: [`${rules}.minDocuments`], value: 'N' },
  'max-length': { fields: [`${rules}.maxPieceLength`], value: 'N' },
  unit: { fields: [`${rules}.unit`], value: 'WHAT' },
  'merge-digits': { fields: [`${rules}.mergeDigits`] },
  never: { fields: [`${rules}.neverMerge`], value: 'REGEX' },
  'least-exposure': { fields: ['arm.vocabulary.leastExposure'], value: 'N' },
  room: { fields: ['arm.vocabulary.room'], value: 'WHERE' },
  'remove-below': {
    fields: [`${remove}.leastCount`],
    value: 'N',
    about: 'with --room replace or --method trim: old tokens go that training and general text hold fewer times',
  },
  'remove-tokens': { fields: [`${remove}.tokens`], value: 'N', about: 'with --method trim: how many; all that may go' },
  init: { fields: ['arm.start'], value: 'HOW', about: 'how new rows start' },
  rank: { fields: ['arm.adapters.rank'], value: 'R', about: 'of --train adapters: directions of each adapter' },
  alpha: { fields: ['arm.adapters.alpha'], value: 'A', about: 'of --train adapters: strength is alpha / rank' },
  targets: {
    fields: ['arm.adapters.targets'],
    value: 'MODULES',
    about: 'of --train adapters: q_proj,v_proj; all by default',
  },
  'rank-stabilised': { fields: ['arm.adapters.rankStabilised'], about: 'of --train adapters: alpha / √rank (rsLoRA)' },
  bytes: {
    fields: ['budget.bytes'],
    value: 'N',
    about: 'instead of --steps: bytes of training text, read again from the start where it ends',
  },
  batch: { fields: [`${stage}.batch.rows`], value: 'B' },
  seq: { fields: [`${stage}.batch.length`], value: 'T' },
  warmup: { fields: [`${stage}.schedule.warmup`], value: 'X', about: 'warm-up, as a share of the steps' },
  replay: { fields: [`${stage}.replay`], value: 'X' },
  resegment: { fields: [`${stage}.resegment`], value: 'P' },
  objective: { fields: [`${stage}.objective`], value: 'WHAT' },
  'frozen-weights': {
    fields: ['frozenWeights'],
    value: 'HOW',
    about:
      'how matrices that do not move are held meanwhile: rounded, they take less memory and give other numbers; what is written is not',
  },
  precision: {
    fields: ['precision'],
    value: 'WHAT',
    about:
      'what steps multiply in; f16 where the adapter has it and the model passes a check, else f32, and the run says which',
  },
  points: { fields: ['evaluation.points'], value: 'N', about: 'evaluations while it trains' },
  'evaluate-bytes': {
    fields: ['evaluation.bytes', 'evaluation.generalBytes'],
    value: 'N',
    about: 'bytes of held-out and of general text that are scored; 65,536 and 16,384 by default',
  },
} as const satisfies Record<string, FieldFlag>;

export type FieldFlagName = keyof typeof fieldFlags;

interface SchemaNode {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly SchemaNode[];
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

/** What the schema says of a field of `fieldFlags`. */
export function fieldSchema(path: string): SchemaNode {
  const [root, ...names] = path.split('.');
  const [arm] = Object.values(schema.properties.arms.patternProperties);
  let node: SchemaNode = root === 'arm' ? arm! : (schema.properties[root as never] as SchemaNode);
  for (const name of names) node = node.properties?.[name] ?? node.items!;
  // Of a short form and a long one, the short form is the flag's.
  return node.anyOf
    ? { ...node, ...node.anyOf[0], ...(node.default === undefined ? {} : { default: node.default }) }
    : node;
}

const kinds: Readonly<Record<string, Flag['kind']>> = { integer: 'whole', number: 'number', boolean: 'switch' };

/** Rows of the table of verbs. @param required those without which the verb has nothing to do. */
export function flagsOf(
  names: readonly FieldFlagName[],
  required: readonly FieldFlagName[] = [],
): Record<string, Flag> {
  return Object.fromEntries(
    names.map((name): [string, Flag] => {
      const { fields, value, about }: FieldFlag = fieldFlags[name];
      const field = fieldSchema(fields[0]);
      const flag = {
        kind: kinds[field.type ?? ''] ?? 'text',
        about: about ?? field.description ?? '',
        ...(value === undefined ? {} : { value }),
        ...(field.enum ? { choices: field.enum } : {}),
        ...(field.default === undefined || fields.length > 1 ? {} : { byDefault: String(field.default) }),
        ...(required.includes(name) ? { required: true } : {}),
      };
      return [name, flag];
    }),
  );
}
