/**
 * The experiment as a value: every default filled in, every short form written out. `parseSpec` is the one door from JSON; it
 * refuses with the field's path and what is expected, all problems at once. Names are the reader's; nothing here knows how many
 * arms there are.
 */
import * as Value from 'typebox/value';
import { LabError } from '../../error';
import { adapterProblem, type AdapterSettings } from '../../model/index';
import type { Precision } from '../../engine/index';
import type { FrozenWeights } from '../device/frozenWeights';
import type { Prediction } from '../diagnosis/diagnosis';
import type { ModelSummary } from '../open/modelSummary';
import type { LoadedModel } from '../open/openModel';
import type { SampleOrder } from '../scoring/evaluate';
import { movingGroups, parameterGroups, type Rates } from '../training/moves';
import { isTaughtBy, readBy } from '../training/objectives/index';
import type { Budget, Recipe, Stage } from '../training/recipe';
import { lengthProblem, sizeProblem, type ShapeProblem } from '../training/stepShape';
import type { LearnRules, RemovalChoice } from '../vocabulary/choice';
import {
  armSchema,
  experimentSchema,
  trimMethod,
  type SpecLearnMethod,
  type WrittenArm,
  type WrittenSpec,
} from './schema';
import { joined, schemaProblems } from './specProblems';
import { problemAt, type SpecProblem, type SpecReason } from './specReasons';

export interface ExperimentSpec {
  readonly version: 2;
  readonly name: string;
  readonly model: { readonly name: string; readonly fingerprint?: string };
  readonly corpus: WrittenSpec['corpus'];
  readonly general: { readonly path?: string; readonly fingerprint?: string };
  readonly instructions?: NonNullable<WrittenSpec['instructions']>;
  readonly budget: Budget;
  readonly seeds: readonly number[];
  /** How matrices that nothing moves are held while arms are trained and scored; absent: as they are stored. */
  readonly frozenWeights?: FrozenWeights;
  /** What training steps multiply in, where an engine has it and a model passes a check; absent: f32. */
  readonly precision?: Precision;
  readonly evaluation: EvaluationSpec;
  readonly prediction?: Prediction;
  readonly arms: Readonly<Record<string, ArmSpec>>;
}

export interface EvaluationSpec {
  readonly bytes: number;
  readonly generalBytes: number;
  readonly watchBytes: number;
  readonly points: number;
  readonly sample: SampleOrder;
  /** Share of the control's bits per byte that is still not worse. */
  readonly margin: number;
}

export interface ArmSpec extends Recipe {
  readonly vocabulary?: VocabularySpec;
}

export type VocabularySpec = LearnedSpec | TrimSpec;

/** A vocabulary with new tokens. */
export interface LearnedSpec {
  readonly method: SpecLearnMethod;
  readonly grammar?: NonNullable<WrittenArm['vocabulary']>['grammar'];
  readonly newTokens: number;
  readonly rules: LearnRules;
  readonly turnedDown: readonly string[];
  readonly added: readonly string[];
  readonly leastExposure?: number;
  /** They take the rows of old tokens; absent: they get rows of their own. */
  readonly room?: 'replace';
  /** Which those are; of `room` alone. */
  readonly remove?: RemovalChoice;
}

/** The old vocabulary without some of its tokens. */
export interface TrimSpec {
  readonly method: typeof trimMethod;
  readonly remove: RemovalChoice;
}

/** An atomic alphabet has as many atoms as the notation has. */
const allAtoms = 4096;

/** Throws `lab/bad-specification`; `details.problems` is a list of `SpecProblem`. */
export function parseSpec(value: unknown): ExperimentSpec {
  const problems = specProblems(value);
  if (problems.length > 0) throw badSpecification(problems);
  return resolved(value as WrittenSpec);
}

/** Empty where `parseSpec` takes the value. */
export function specProblems(value: unknown): readonly SpecProblem[] {
  const problems = schemaProblems(experimentSchema, value);
  if (problems.length > 0) return problems;
  const further = meaningProblems(value as WrittenSpec);
  return further.length > 0 ? further : sizeProblems(resolved(value as WrittenSpec));
}

function resolved(written: WrittenSpec): ExperimentSpec {
  const {
    version,
    name,
    model,
    corpus,
    general,
    instructions,
    budget,
    seeds,
    frozenWeights,
    precision,
    evaluation,
    arms,
    prediction,
  } = filled(written);
  return {
    version,
    name,
    model: typeof model === 'string' ? { name: model } : model,
    corpus,
    general: general!,
    ...(instructions ? { instructions } : {}),
    budget: budget.bytes === undefined ? { flops: budget.flops! } : { bytes: budget.bytes },
    seeds,
    // Where they are as stored nothing is said of it, so that experiments from before there was a choice are the same.
    ...(frozenWeights && frozenWeights !== 'as-stored' ? { frozenWeights } : {}),
    ...(precision && precision !== 'f32' ? { precision } : {}),
    evaluation: evaluation as EvaluationSpec,
    ...(prediction ? { prediction } : {}),
    arms: Object.fromEntries(Object.entries(arms).map(([arm, parts]) => [arm, armOf(parts)])),
  };
}

function sizeProblems(spec: ExperimentSpec): SpecProblem[] {
  const budget = 'bytes' in spec.budget ? spec.budget : undefined;
  return shapeProblems(spec, (batch) => sizeProblem(batch, budget));
}

/** Empty where every row is within the model's context, and every layer that teaches is one of its own. */
export function lengthProblems(
  spec: ExperimentSpec,
  model: { readonly contextLength: number; readonly layers: number },
): SpecProblem[] {
  const tooDeep = Object.entries(spec.arms).flatMap(([arm, { stages }]) =>
    stages.flatMap(({ distillation: { layer = 0 } = {} }, at) => {
      if (layer <= model.layers) return [];
      const path = `${joined('arms', arm)}.stages[${at}].distillation.layer`;
      return [problemAt(path, { code: 'layer-beyond', layer, layers: model.layers })];
    }),
  );
  return [...shapeProblems(spec, (batch) => lengthProblem(batch, model)), ...tooDeep];
}

/** Empty where every target is a projection of the model's family and no rank is larger than a matrix. */
export function adapterProblems(
  spec: ExperimentSpec,
  model: Pick<LoadedModel, 'config' | 'parameters'>,
): SpecProblem[] {
  return Object.entries(spec.arms).flatMap(([arm, { adapters }]): SpecProblem[] => {
    const wrong = adapters && adapterProblem(model, adapters);
    if (!wrong) return [];
    const path = `${joined('arms', arm)}.adapters`;
    if (wrong.field === 'rank') {
      const { rank, most, tensor } = wrong;
      return [problemAt(`${path}.rank`, { code: 'rank-too-large', rank, most, tensor })];
    }
    return [problemAt(`${path}.targets[${wrong.at}]`, { code: 'no-such-target', known: wrong.known })];
  });
}

/** Arms that move rows of an earlier graft, on a model that had none. */
export function earlierRowProblems(
  { arms }: ExperimentSpec,
  { earlierTokens }: Pick<ModelSummary, 'earlierTokens'>,
): SpecProblem[] {
  if (earlierTokens) return [];
  return Object.entries(arms).flatMap(([arm, { vocabulary, stages }]) =>
    stages.flatMap(({ rates }, at): SpecProblem[] => {
      if (vocabulary || rates.newRows === undefined) return [];
      return [problemAt(`${joined('arms', arm)}.stages[${at}].moves.newRows`, { code: 'no-earlier-rows' })];
    }),
  );
}

function shapeProblems({ arms }: ExperimentSpec, wrong: (batch: Stage['batch']) => ShapeProblem | undefined) {
  return Object.entries(arms).flatMap(([arm, { stages }]) =>
    stages.flatMap(({ batch }, at): SpecProblem[] => {
      const problem = wrong(batch);
      if (!problem) return [];
      return [problemAt(`${joined('arms', arm)}.stages[${at}].batch.${problem.field}`, problem.reason)];
    }),
  );
}

/** With every default of the schema written out; the library does not go into fields by name. */
function filled(written: WrittenSpec): WrittenSpec {
  const { arms, ...rest } = structuredClone(written);
  const each = Object.entries(arms).map(([name, arm]) => [name, Value.Default(armSchema, arm)]);
  return { ...(Value.Default(experimentSchema, rest) as WrittenSpec), arms: Object.fromEntries(each) };
}

/** Throws `lab/bad-specification` where the text is no JSON. */
export function parseSpecText(text: string): ExperimentSpec {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw badSpecification([problemAt('', { code: 'no-json', why: (cause as Error).message })]);
  }
  return parseSpec(value);
}

/** @param arm with defaults. */
function armOf({ vocabulary, start, adapters, stages }: WrittenArm): ArmSpec {
  return {
    ...(vocabulary ? { vocabulary: vocabularyOf(vocabulary) } : {}),
    start: typeof start === 'string' ? { input: start, output: start } : start!,
    ...(adapters ? { adapters: adapters as AdapterSettings } : {}),
    stages: stages!.map(({ moves: { everything, ...named }, ...stage }) => ({
      ...(stage as Omit<Stage, 'rates'>),
      rates: Object.fromEntries(
        parameterGroups
          .filter((group) => group !== 'newRows' || addsTokens(vocabulary) || named.newRows !== undefined)
          .flatMap((group) => {
            // Adapters are no part of the model that is everything.
            const rate = named[group] ?? (group === 'adapters' ? undefined : everything);
            return rate === undefined ? [] : [[group, rate]];
          }),
      ),
    })),
  };
}

function vocabularyOf({ room, remove, ...vocabulary }: WrittenVocabulary): VocabularySpec {
  if (vocabulary.method === trimMethod) return { method: trimMethod, remove: remove as RemovalChoice };
  const learned = { ...vocabulary, newTokens: vocabulary.newTokens ?? allAtoms } as LearnedSpec;
  // Where rows are added nothing is said of it, so that experiments from before there was a choice are the same.
  return room === 'replace' ? { ...learned, room, remove: remove as RemovalChoice } : learned;
}

/** What a schema cannot say. */
function meaningProblems(spec: WrittenSpec): SpecProblem[] {
  const problems: SpecProblem[] = [];
  const add = (path: string, reason: SpecReason) => void problems.push(problemAt(path, reason));
  const { budget, corpus, instructions, seeds, arms } = spec;
  if ((budget.bytes === undefined) === (budget.flops === undefined)) {
    add('budget', { code: 'one-budget' });
  }
  if (sourcesOf(corpus) !== 1) add('corpus', { code: 'one-source' });
  if (instructions && sourcesOf(instructions) !== 1) add('instructions', { code: 'one-source' });
  if (new Set(seeds).size < seeds.length) add('seeds', { code: 'seed-twice' });
  const folders = new Map<string, string>();
  for (const [name, arm] of Object.entries(arms)) {
    const path = joined('arms', name);
    const folder = armFolder(name);
    const other = folders.get(folder);
    if (!/[\p{L}\p{N}]/u.test(folder)) add(path, { code: 'arm-letter' });
    else if (other !== undefined) add(path, { code: 'arm-folder', folder, other });
    folders.set(folder, name);
    armProblems(arm, path, instructions !== undefined, add);
  }
  return problems;
}

const sourcesOf = ({ sample, path, name }: WrittenSpec['corpus']): number =>
  [sample, path, name].filter((source) => source !== undefined).length;

function armProblems(
  arm: WrittenArm,
  path: string,
  hasInstructions: boolean,
  add: (path: string, reason: SpecReason) => void,
): void {
  const { vocabulary, start, adapters, stages = [] } = arm;
  const adds = addsTokens(vocabulary);
  if (vocabulary?.newTokens === undefined && adds && vocabulary.method !== 'atomic') {
    add(`${path}.vocabulary.newTokens`, { code: 'how-many-tokens' });
  }
  if (vocabulary) removalProblems(vocabulary, `${path}.vocabulary`, add);
  if (vocabulary?.grammar !== undefined && vocabulary.method !== 'atomic') {
    add(`${path}.vocabulary.grammar`, { code: 'grammar-of-atomic' });
  }
  if (start !== undefined && !adds) {
    add(`${path}.start`, { code: 'start-of-nothing' });
  }
  for (const [at, { moves, replay, resegment, objective, distillation }] of stages.entries()) {
    const isTaught = isTaughtBy({ objective });
    const stage = `${path}.stages[${at}]`;
    if (readBy({ objective }) === 'instructions') {
      if (!hasInstructions) add(`${stage}.objective`, { code: 'no-instructions' });
      for (const [field, value] of Object.entries({ replay, resegment })) {
        if (value !== undefined) add(`${stage}.${field}`, { code: 'of-text-alone' });
      }
    }
    if (distillation !== undefined && !isTaught) add(`${stage}.distillation`, { code: 'distillation-of-other' });
    if (isTaught && !adds) add(`${stage}.objective`, { code: 'distillation-of-nothing' });
    if (isTaught && resegment !== undefined) add(`${stage}.resegment`, { code: 'distillation-recut' });
    if (isTaught && Object.keys(moves).some((group) => group !== 'newRows')) {
      add(`${stage}.moves`, { code: 'teacher-moves' });
    }
    const where = `${path}.stages[${at}].moves`;
    if (vocabulary && !adds && moves.newRows !== undefined) add(`${where}.newRows`, { code: 'trim-adds-nothing' });
    if (resegment !== undefined && !adds) add(`${path}.stages[${at}].resegment`, { code: 'resegment-of-nothing' });
    if (moves.adapters !== undefined && !adapters) add(`${where}.adapters`, { code: 'no-adapters' });
    for (const group of ['everything', 'body'] as const) {
      if (adapters && moves[group] !== undefined) add(`${where}.${group}`, { code: 'adapters-and-body' });
    }
  }
  if (adapters && stages.every(({ moves }) => moves.adapters === undefined)) {
    add(`${path}.adapters`, { code: 'idle-adapters' });
  }
}

type WrittenVocabulary = NonNullable<WrittenArm['vocabulary']>;

/** Whether it is a vocabulary with new tokens. */
export function addsTokens<V extends { readonly method: WrittenVocabulary['method'] }>(
  vocabulary: V | undefined,
): vocabulary is Exclude<V, TrimSpec> {
  return vocabulary !== undefined && vocabulary.method !== trimMethod;
}

/** Fields of new tokens, which trimming has none of. */
const ofNewTokens = ['newTokens', 'rules', 'turnedDown', 'added', 'leastExposure', 'room'] as const;

function removalProblems(
  vocabulary: WrittenVocabulary,
  path: string,
  add: (path: string, reason: SpecReason) => void,
): void {
  const { method, room, remove } = vocabulary;
  if (method === trimMethod) {
    for (const field of ofNewTokens) {
      if (vocabulary[field] !== undefined) add(`${path}.${field}`, { code: 'trim-adds-nothing' });
    }
    return;
  }
  if (remove !== undefined && room !== 'replace') add(`${path}.remove`, { code: 'remove-of-nothing' });
  else if (remove?.tokens !== undefined) add(`${path}.remove.tokens`, { code: 'as-many-as-come' });
}

/** Devices of Windows, which no folder may be called. */
const deviceNames = /^(con|prn|aux|nul|com\d|lpt\d)$/;

/** The folder of an arm: its name in letters and digits that every file system takes. */
export function armFolder(name: string): string {
  return name
    .toLowerCase()
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .replace(deviceNames, '$1-arm');
}

/** Arms of which nothing depends on a seed are run once. */
export function seedsOf(spec: ExperimentSpec, arm: string): readonly number[] {
  return spec.arms[arm]!.stages.length > 0 ? spec.seeds : spec.seeds.slice(0, 1);
}

/** How its arms, and a base beside them, hold what nothing moves. */
export function heldAs({ frozenWeights }: ExperimentSpec): { readonly frozen?: FrozenWeights } {
  return frozenWeights ? { frozen: frozenWeights } : {};
}

/** The same, and what its steps multiply in. */
export function trainedAs(spec: ExperimentSpec): ReturnType<typeof heldAs> & { readonly precision?: Precision } {
  return { ...heldAs(spec), ...(spec.precision ? { precision: spec.precision } : {}) };
}

/** Groups that any stage moves. */
export function movedBy({ stages }: ArmSpec): ReturnType<typeof movingGroups> {
  return movingGroups(Object.assign({}, ...stages.map(({ rates }) => rates)) as Rates);
}

/** The base as it was opened. */
export function isUntouched({ vocabulary, adapters, stages }: ArmSpec): boolean {
  return !vocabulary && !adapters && stages.length === 0;
}

/** Of an arm that keeps its vocabulary: whether the rows that an earlier graft put into the model move at a rate of their own. */
export function movesEarlierRows(arm: ArmSpec): boolean {
  return !arm.vocabulary && movedBy(arm).includes('newRows');
}

function badSpecification(problems: readonly SpecProblem[]): LabError {
  const lines = problems.map(({ path, message }) =>
    path === '' ? `The specification ${message}` : `\`${path}\` ${message}`,
  );
  return new LabError(
    'lab/bad-specification',
    `${lines.join('.\n')}.`,
    'Nothing was run. docs/experiment.schema.json lists every field.',
    { problems },
  );
}
