/**
 * The fields of a specification in words, each once: the tree is that of the schema, and the compiler says so where a field
 * has none. Kind, range, choices and default are the schema's.
 */
import { msg, str } from '@lit/localize';
import type { FrozenWeights, InitMethod, Precision, SidedStart, WrittenSpec } from '../../worker/index';
import { count } from '../format';
import { frozenName, initName } from './modes';
import { precisionName } from './precision';
import { grammarName } from './signals';

type Arm = WrittenSpec['arms'][string];
type Vocabulary = NonNullable<Arm['vocabulary']>;
type Stage = NonNullable<Arm['stages']>[number];
type Group = keyof Stage['moves'];

export interface FieldWords {
  readonly label: () => string;
  readonly unit?: () => string;
  /** Of a choice; as it is written where it has none. */
  readonly names?: (choice: string) => string;
  /** What stands there while none is chosen. */
  readonly none?: () => string;
  /** Folded away: changed seldom. */
  readonly rare?: true;
}
/** A field of fields; folded away where it is rare. */
export type GroupWords<Fields> = {
  readonly [Name in keyof Required<Fields>]: NonNullable<Fields[Name]> extends readonly unknown[] | Plain
    ? FieldWords
    : GroupWords<NonNullable<Fields[Name]>>;
};
type Plain = string | number | boolean;
export interface AnyGroupWords {
  readonly [name: string]: FieldWords | AnyGroupWords;
}

export const isField = (words: FieldWords | AnyGroupWords): words is FieldWords => typeof words.label === 'function';

const named =
  <Name extends string>(names: Readonly<Partial<Record<Name, () => string>>>) =>
  (choice: string): string =>
    names[choice as Name]?.() ?? choice;

type SampleOrder = NonNullable<NonNullable<WrittenSpec['evaluation']>['sample']>;

const bytes = () => msg('bytes');
const tokens = () => msg('tokens');
const ofTheLab = () => msg('as the lab finds');

type ForAllArms = Pick<WrittenSpec, 'name' | 'budget' | 'seeds' | 'frozenWeights' | 'precision' | 'evaluation'>;

export const forAllArms: GroupWords<ForAllArms> = {
  name: { label: () => msg('Question') },
  budget: {
    bytes: { label: () => msg('Text for each arm'), unit: bytes },
    flops: { label: () => msg('Or computation for each arm'), unit: () => 'FLOP' },
  },
  seeds: { label: () => msg('Seeds') },
  frozenWeights: { label: () => msg('Frozen weights'), names: (held) => frozenName(held as FrozenWeights) },
  precision: { label: () => msg('Steps multiply in'), names: (precision) => precisionName(precision as Precision) },
  evaluation: {
    bytes: { label: () => msg('Held-out text'), unit: bytes },
    sample: {
      label: () => msg('Held-out documents taken'),
      names: named<SampleOrder>({ spread: () => msg('from all of them'), first: () => msg('the first ones') }),
      rare: true,
    },
    margin: { label: () => msg('Not worse up to'), unit: () => msg('of the control') },
    generalBytes: { label: () => msg('General text'), unit: bytes, rare: true },
    watchBytes: { label: () => msg('Text that a run is watched by'), unit: bytes, rare: true },
    points: { label: () => msg('Points of the curve'), rare: true },
  },
};

export const vocabularyWords: GroupWords<Vocabulary> = {
  method: {
    label: () => msg('New tokens by'),
    names: named<Vocabulary['method']>({
      continued: () => msg('continued merges'),
      independent: () => msg('merges of their own'),
      added: () => msg('whole words'),
      atomic: () => msg('an alphabet of atoms'),
      trim: () => msg('none: unused tokens go'),
    }),
    none: () => msg('none: the old vocabulary'),
  },
  newTokens: { label: () => msg('How many') },
  grammar: { label: () => msg('Grammar'), names: grammarName, none: () => msg('told from the text'), rare: true },
  rules: {
    minFrequency: { label: () => msg('Occurrences, at least'), rare: true },
    minDocuments: { label: () => msg('Documents, at least'), rare: true },
    maxPieceLength: { label: () => msg('Characters, at most'), rare: true },
    mergeDigits: { label: () => msg('Digits may be merged'), none: ofTheLab, rare: true },
    neverMerge: { label: () => msg('Never a token that matches'), rare: true },
    unit: {
      label: () => msg('Merges stay within'),
      names: named({ document: () => msg('a document'), line: () => msg('a line') }),
      none: ofTheLab,
      rare: true,
    },
  },
  leastExposure: { label: () => msg('Pruned until each is seen'), unit: () => msg('times'), rare: true },
  turnedDown: { label: () => msg('Turned down, one a line'), rare: true },
  added: { label: () => msg('Added by hand, one a line'), rare: true },
  room: {
    label: () => msg('Their rows'),
    names: named<NonNullable<Vocabulary['room']>>({
      append: () => msg('behind the old ones'),
      replace: () => msg('of tokens that no text uses'),
    }),
    rare: true,
  },
  remove: {
    leastCount: { label: () => msg('Old tokens stay that are seen'), unit: () => msg('times'), rare: true },
    tokens: { label: () => msg('Old tokens that go'), rare: true },
    pieces: { label: () => msg('Old tokens that go first, one a line'), rare: true },
  },
};

/** Rows of the two sides of the model. */
export type StartPart = keyof SidedStart;

export const startWords: Readonly<Record<StartPart, FieldWords>> = {
  input: { label: () => msg('Input rows start as'), names: (init) => initName(init as InitMethod) },
  output: { label: () => msg('Output rows start as'), names: (init) => initName(init as InitMethod) },
  medianNorm: {
    label: () => msg('As long as old rows'),
    none: () => msg('as they are made'),
    names: named<NonNullable<SidedStart['medianNorm']>>({
      input: () => msg('input rows'),
      output: () => msg('output rows'),
      both: () => msg('both'),
    }),
  },
  logitCorrection: { label: () => msg('As likely as their pieces') },
};

const group = (label: () => string): FieldWords => ({ label, unit: () => msg('peak rate') });

export const groupWords: Readonly<Record<Group, FieldWords>> = {
  everything: group(() => msg('Everything')),
  newRows: group(() => msg('New rows')),
  oldRows: group(() => msg('Old rows')),
  body: group(() => msg('Body')),
  norms: group(() => msg('Norms and biases')),
  adapters: group(() => msg('Adapters')),
};

/** Of an arm without a vocabulary: rows that the model brings, of so many tokens. */
export const earlierRowsWords = (tokens: number): FieldWords =>
  group(() => (tokens > 0 ? msg(str`The model’s ${count(tokens)} new rows`) : msg('New rows of the model')));

/** Beside the stages of an arm. */
export const adapterWords: GroupWords<NonNullable<Arm['adapters']>> = {
  rank: { label: () => msg('Rank of the adapters') },
  alpha: { label: () => msg('Alpha') },
  targets: { label: () => msg('Beside which modules, one a line'), rare: true },
  rankStabilised: { label: () => msg('Strength by the root of the rank (rsLoRA)'), rare: true },
};

export const stageWords: GroupWords<Omit<Stage, 'moves'>> = {
  batch: {
    rows: { label: () => msg('Rows a step') },
    length: { label: () => msg('Row length'), unit: tokens },
  },
  share: { label: () => msg('Share of the budget'), rare: true },
  replay: { label: () => msg('General text replayed'), unit: () => msg('of the bytes'), rare: true },
  resegment: { label: () => msg('New tokens cut back into old ones'), unit: () => msg('of the time'), rare: true },
  objective: {
    label: () => msg('What is learned'),
    names: named({
      'next-token': () => msg('every next token'),
      distillation: () => msg('what the old pieces leave behind (Token Distillation)'),
      answers: () => msg('answers to instructions'),
    }),
    rare: true,
  },
  distillation: {
    layer: { label: () => msg('Layer that teaches'), rare: true },
    nextToken: { label: () => msg('Next tokens learned as well'), unit: () => msg('of the loss'), rare: true },
  },
  schedule: {
    warmup: { label: () => msg('Warm-up'), unit: () => msg('of the steps'), rare: true },
    final: { label: () => msg('Rate at the end'), unit: () => msg('of the peak'), rare: true },
  },
  optimizer: {
    beta1: { label: () => 'AdamW β₁', rare: true },
    beta2: { label: () => 'AdamW β₂', rare: true },
    epsilon: { label: () => 'AdamW ε', rare: true },
    weightDecay: { label: () => msg('Weight decay'), rare: true },
    clipNorm: { label: () => msg('Gradient norm, at most'), rare: true },
  },
};
