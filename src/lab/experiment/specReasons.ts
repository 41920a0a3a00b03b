/** Why a field of a specification is refused: a code with values, which every place words in its own language; in English here. */
import { shapeWords, type ShapeReasons } from '../training/stepShape';

/** What a schema wants at a field; of several, any. */
export type Expected =
  | { readonly kind: 'constant'; readonly value: string }
  | { readonly kind: 'choice'; readonly of: readonly string[] }
  | { readonly kind: 'object'; readonly fields?: readonly string[] }
  | { readonly kind: 'list'; readonly least?: number; readonly most?: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'text'; readonly most?: number }
  | ({ readonly kind: 'number' | 'integer' } & Bounds);

export interface Bounds {
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
}

interface Reasons extends ShapeReasons {
  readonly unexpected: { readonly found: string; readonly expected: readonly Expected[] };
  readonly missing: { readonly expected: readonly Expected[] };
  /** @param fields absent: any name will do. */
  readonly empty: { readonly fields?: readonly string[] };
  readonly 'unknown-field': { readonly fields: readonly string[] };
  readonly 'arm-name': object;
  readonly 'arm-letter': object;
  readonly 'arm-folder': { readonly folder: string; readonly other: string };
  readonly 'one-budget': object;
  readonly 'one-source': object;
  readonly 'seed-twice': object;
  readonly 'how-many-tokens': object;
  readonly 'grammar-of-atomic': object;
  readonly 'start-of-nothing': object;
  readonly 'resegment-of-nothing': object;
  readonly 'distillation-of-other': object;
  readonly 'distillation-of-nothing': object;
  readonly 'distillation-recut': object;
  readonly 'teacher-moves': object;
  readonly 'layer-beyond': { readonly layer: number; readonly layers: number };
  readonly 'no-earlier-rows': object;
  readonly 'no-adapters': object;
  readonly 'trim-adds-nothing': object;
  readonly 'remove-of-nothing': object;
  readonly 'as-many-as-come': object;
  readonly 'idle-adapters': object;
  readonly 'adapters-and-body': object;
  readonly 'rank-too-large': { readonly rank: number; readonly most: number; readonly tensor: string };
  readonly 'no-such-target': { readonly known: readonly string[] };
  readonly 'no-instructions': object;
  readonly 'of-text-alone': object;
  readonly 'no-json': { readonly why: string };
  readonly 'does-not-fit': { readonly why: string };
  readonly 'not-checked': { readonly why: string };
}

export type SpecReasonCode = keyof Reasons;
export type SpecReason = { [Code in SpecReasonCode]: { readonly code: Code } & Reasons[Code] }[SpecReasonCode];

/** One sentence for each code. */
export type ReasonWords = { readonly [Code in SpecReasonCode]: (values: Reasons[Code]) => string };

export interface SpecProblem {
  /** `arms["continued"].stages[0].batch.rows`; empty for the whole. */
  readonly path: string;
  /** In English, as it follows the path. */
  readonly message: string;
  readonly reason: SpecReason;
}

export const problemAt = (path: string, reason: SpecReason): SpecProblem => ({
  path,
  reason,
  message: (english[reason.code] as (values: SpecReason) => string)(reason),
});

const english: ReasonWords = {
  unexpected: ({ found, expected }) => `is ${found}; expected is ${expectedText(expected)}`,
  missing: ({ expected }) => `is missing; expected is ${expectedText(expected)}`,
  empty: ({ fields }) => `is empty; expected is ${fields ? `one of ${fields.join(', ')}` : 'at least one by name'}`,
  'unknown-field': ({ fields }) => `is no field here; there are ${fields.join(', ')}`,
  'arm-name': () => 'needs a name of one line, 1 to 80 characters',
  'arm-letter': () => 'needs a name with a letter or digit in it',
  'arm-folder': ({ folder, other }) => `would share its folder \`${folder}\` with the arm ${JSON.stringify(other)}`,
  'one-budget': () => 'needs either `bytes` of training text or `flops`, not both',
  'one-source': () => 'needs one of `sample`, `path`, or the `name` of files opened on the page',
  'seed-twice': () => 'names a seed twice',
  'how-many-tokens': () => 'is missing: how many tokens; only `atomic` has a number of its own',
  'grammar-of-atomic': () => 'belongs to the method `atomic`',
  'resegment-of-nothing': () => 'cuts new tokens back into old ones, and the arm has no `vocabulary` that adds any',
  'start-of-nothing': () => 'says how new rows start, and the arm has no `vocabulary` that adds any',
  'distillation-of-other': () => 'belongs to the objective `distillation`',
  'distillation-of-nothing': () => 'has old pieces teach new tokens, and the arm has no `vocabulary` that adds any',
  'distillation-recut': () =>
    'would cut new tokens back into the pieces that teach them; leave it out of a distillation',
  'teacher-moves': () => 'moves what teaches; a distillation moves `newRows` alone',
  'layer-beyond': ({ layer, layers }) => `is ${layer}; the model has ${layers} layers`,
  'trim-adds-nothing': () => 'is of new tokens, and the method `trim` adds none',
  'remove-of-nothing': () => 'says which old tokens go; they go with `room` `replace` or the method `trim` alone',
  'as-many-as-come': () => 'belongs to the method `trim`: new tokens take the rows of as many old ones',
  'no-earlier-rows': () => 'moves rows of new tokens: the arm has no `vocabulary`, and the model no `new_tokens.json`',
  'no-adapters': () => 'moves adapters, and the arm has no `adapters`',
  'idle-adapters': () => 'stand beside the model, and no stage of the arm gives `moves.adapters` a rate',
  'adapters-and-body': () => 'moves the very matrices that the adapters of the arm stand beside; name the other groups',
  'rank-too-large': ({ rank, most, tensor }) =>
    `is ${rank}; expected is at most ${most}, the smaller side of \`${tensor}\``,
  'no-such-target': ({ known }) => `is no projection of this model's family; there are ${known.join(', ')}`,
  'no-instructions': () => 'learns answers, and the specification names no `instructions` to learn them from',
  'of-text-alone': () => 'is of stages that read the corpus; this one reads conversations as they are',
  ...shapeWords,
  'no-json': ({ why }) => `is no JSON: ${why}`,
  'does-not-fit': ({ why }) => `does not fit: ${why}`,
  'not-checked': ({ why }) => `could not be checked: ${why}`,
};

const expectedText = (expected: readonly Expected[]): string => expected.map(oneText).join(', or ');

function oneText(expected: Expected): string {
  switch (expected.kind) {
    case 'constant':
      return expected.value;
    case 'choice':
      return `one of ${expected.of.join(', ')}`;
    case 'object':
      return `an object${expected.fields ? ` with ${expected.fields.join(', ')}` : ''}`;
    case 'list': {
      const { least, most } = expected;
      if (least !== undefined) return `a list of at least ${least}`;
      return most === undefined ? 'a list' : `a list of at most ${most}`;
    }
    case 'boolean':
      return 'true or false';
    case 'text':
      return expected.most === undefined ? 'text' : `text of at most ${expected.most} characters`;
    default:
      return [expected.kind === 'integer' ? 'a whole number' : 'a number', boundsText(expected)]
        .filter(Boolean)
        .join(' ');
  }
}

const boundsText = ({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: Bounds): string =>
  [
    ...(minimum === undefined ? [] : [`at least ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`]),
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`below ${exclusiveMaximum}`]),
  ].join(' and ');
