/**
 * Experiments that a visitor can start without writing one: which arms answer the question, and how much text this machine reads
 * in the time that an answer is worth. Each holds the control. Pure; everything in it can be changed before it is run.
 */
import { experimentSeconds, forwardShare } from '../../experimentSeconds';
import type { Prediction } from '../diagnosis/diagnosis';
import { leastDocuments } from '../scoring/bootstrap';
import { modeGroups, rateFor, type TrainMode } from '../training/trainSettings';
import type { FrozenWeights } from '../device/frozenWeights';
import type { ParameterGroup } from '../device/parameterTable';
import { initMethods, type InitMethod } from '../../graft/index';
import type { RemovalChoice, VocabularyChoice } from '../vocabulary/choice';
import type { WrittenArm, WrittenSpec } from './schema';

export const presetNames = [
  'quick-answer',
  'should-i-expand',
  'how-many-tokens',
  'which-start',
  'adapters-or-everything',
  'adapt-only',
  'instruction-tuning',
] as const;
export type PresetName = (typeof presetNames)[number];

export interface PresetRequest {
  /** The question, in the visitor's words. */
  readonly title: string;
  readonly model: string;
  readonly corpus: WrittenSpec['corpus'];
  /** Conversations that are open; the answers of every arm are measured. */
  readonly instructions?: WrittenSpec['instructions'];
  /** Absent: no arm is expanded. */
  readonly vocabulary?: VocabularyChoice;
  readonly mode: TrainMode;
  /** How matrices that do not move are held; absent: as they are stored. */
  readonly frozen?: FrozenWeights;
  readonly start: InitMethod;
  readonly prediction?: Prediction;
  /** Parameters of the model, from which a rate follows. */
  readonly parameters: number;
  readonly contextLength: number;
  /** Bytes of this text that a step of everything reads in a second here, as it was measured last. */
  readonly bytesPerSecond: number;
  /** The same as budgets are sized by, which changes less: else as measured. */
  readonly sizedBytesPerSecond?: number;
  /** Of this text in the old vocabulary. */
  readonly bytesPerToken: number;
  readonly trainBytes: number;
  readonly heldOutBytes: number;
  readonly heldOutDocuments: number;
}

export interface Preset {
  readonly name: PresetName;
  readonly spec: WrittenSpec;
  /** On this machine, all arms and seeds. */
  readonly seconds: number;
  /** What the seconds are from. */
  readonly bytesPerSecond: number;
}

/** Names of arms in what the lab writes itself; a visitor's own may be any. */
export const armNames = { base: 'base', control: 'old vocabulary' } as const;

/** How long it may take here, or how many steps of the old vocabulary its text is. */
type PresetSize = { readonly seeds: readonly number[] } & ({ readonly seconds: number } | { readonly steps: number });

const sizes: Readonly<Record<PresetName, PresetSize>> = {
  'quick-answer': { seconds: 100, seeds: [1] },
  'should-i-expand': { seconds: 900, seeds: [1, 2, 3] },
  'how-many-tokens': { seconds: 600, seeds: [1] },
  'which-start': { steps: 50, seeds: [1] },
  'adapters-or-everything': { seconds: 600, seeds: [1] },
  'adapt-only': { seconds: 100, seeds: [1] },
  'instruction-tuning': { seconds: 300, seeds: [1] },
};

const doses = [16, 64, 256, 1024] as const;
const leastBytes = 8 * 1024;
const tokensPerStep = 512;
/** Of the time; the rest goes into scoring. */
const trainingShare = 0.75;
/**
 * Budgets that a time allows are these bytes times a power of two: a machine whose speed was measured a little otherwise is offered
 * the same experiment, and with it the same answer.
 */
const budgetStep = 10_000;
const stepped = (bytes: number): number => budgetStep * 2 ** Math.max(0, Math.round(Math.log2(bytes / budgetStep)));

/** What can be asked of what is open. */
export function presetsFor({ vocabulary, instructions }: PresetRequest): readonly PresetName[] {
  return presetNames.filter((name) => {
    if (name === 'instruction-tuning') return instructions !== undefined;
    return vocabulary !== undefined || name === 'adapt-only';
  });
}

export function presetOf(name: PresetName, request: PresetRequest): Preset {
  const { seeds, ...size } = sizes[name];
  const arms = armsOf(name, request);
  const trained = Object.values(arms).filter(({ stages }) => stages !== undefined).length * seeds.length;
  const { bytesPerSecond, sizedBytesPerSecond = bytesPerSecond, bytesPerToken } = request;
  const { trainBytes, heldOutBytes, heldOutDocuments } = request;
  const wanted =
    'seconds' in size
      ? stepped((trainingShare * size.seconds * sizedBytesPerSecond) / trained)
      : size.steps * tokensPerStep * bytesPerToken;
  // More than four passes over the text teach little.
  const budget = Math.round(Math.max(leastBytes, Math.min(4 * trainBytes, wanted)));
  // Of long documents, enough for an interval over them.
  const fewDocuments = ((leastDocuments + 1) * heldOutBytes) / Math.max(1, heldOutDocuments);
  const scored = Math.round(
    Math.max(
      4096,
      Math.min(65_536, heldOutBytes, fewDocuments),
      Math.min(65_536, heldOutBytes, (wanted * (1 - trainingShare)) / trainingShare / forwardShare / 2.5),
    ),
  );
  const evaluation = {
    bytes: scored,
    generalBytes: Math.max(4096, Math.round(scored / 4)),
    watchBytes: Math.max(2048, Math.round(scored / 8)),
    // The quick answer has its first reading of both arms after a tenth of them.
    points: name === 'quick-answer' ? 10 : 5,
  };
  const spec: WrittenSpec = {
    version: 2,
    name: request.title,
    model: request.model,
    corpus: request.corpus,
    ...(request.instructions ? { instructions: request.instructions } : {}),
    budget: { bytes: budget },
    seeds: [...seeds],
    ...(request.frozen && request.frozen !== 'as-stored' ? { frozenWeights: request.frozen } : {}),
    evaluation,
    ...(request.prediction ? { prediction: request.prediction } : {}),
    arms,
  };
  return { name, spec, seconds: experimentSeconds(spec, bytesPerSecond)!, bytesPerSecond };
}

function armsOf(name: PresetName, request: PresetRequest): Record<string, WrittenArm> {
  const { vocabulary, mode, start } = request;
  if (name === 'instruction-tuning') return tunedArms(request);
  const base = { [armNames.base]: {}, [armNames.control]: trainedArm(request, controlGroups(mode)) };
  if (name === 'adapt-only' || !vocabulary) return base;
  const grown = (choice: VocabularyChoice, from = start): WrittenArm => ({
    vocabulary: writtenChoice(choice),
    start: from,
    ...trainedArm(request, modeGroups[mode]),
  });
  if (name === 'adapters-or-everything') return { [armNames.base]: {}, ...eachWay(request, vocabulary) };
  if (name === 'which-start') {
    return { ...base, ...Object.fromEntries(initMethods.map((init) => [init, grown(vocabulary, init)])) };
  }
  const label = (choice: VocabularyChoice) => `${choice.method}, ${choice.newTokens} tokens`;
  if (name === 'how-many-tokens') {
    const choices = doses.map((newTokens) => ({ ...vocabulary, newTokens, rejected: [], added: [] }));
    return { ...base, ...Object.fromEntries(choices.map((choice) => [label(choice), grown(choice)])) };
  }
  const arms = { ...base, [label(vocabulary)]: grown(vocabulary) };
  if (name === 'quick-answer') return arms;
  const other = vocabulary.method === 'independent' ? 'continued' : 'independent';
  const second: VocabularyChoice = { ...vocabulary, method: other, rejected: [], added: [] };
  return { ...arms, [label(second)]: grown(second) };
}

/** Everything or adapters, each on the old vocabulary and with new tokens, whatever the visitor chose to move. */
function eachWay(request: PresetRequest, vocabulary: VocabularyChoice): Record<string, WrittenArm> {
  const ways = { '': 'all', ', adapters': 'adapters' } as const satisfies Record<string, TrainMode>;
  return Object.fromEntries(
    Object.entries(ways).flatMap(([way, mode]): [string, WrittenArm][] => {
      const trained = (groups: readonly ParameterGroup[]) => trainedArm({ ...request, mode }, groups);
      const { start } = request;
      return [
        [`${armNames.control}${way}`, trained(controlGroups(mode))],
        [`new tokens${way}`, { vocabulary: writtenChoice(vocabulary), start, ...trained(modeGroups[mode]) }],
      ];
    }),
  );
}

/** Answers alone, and after the text was read; with new tokens too, where there are any. */
function tunedArms(request: PresetRequest): Record<string, WrittenArm> {
  const { vocabulary, mode, start } = request;
  const answering = answerStage(request);
  const both = (arm: WrittenArm): WrittenArm => ({ ...arm, stages: [...arm.stages!, answering] });
  return {
    [armNames.base]: {},
    'answers alone': { stages: [answering] },
    [armNames.control]: both(trainedArm(request, controlGroups(mode))),
    ...(vocabulary
      ? {
          [`${vocabulary.method}, ${vocabulary.newTokens} tokens`]: both({
            vocabulary: writtenChoice(vocabulary),
            start,
            ...trainedArm(request, modeGroups[mode]),
          }),
        }
      : {}),
  };
}

/** Everything moves: rows of the vocabulary alone cannot learn to answer. Conversations need longer rows than text. */
function answerStage({ parameters, contextLength }: PresetRequest): NonNullable<WrittenArm['stages']>[number] {
  const length = Math.max(2, Math.min(256, contextLength || 256));
  const rows = Math.max(1, Math.round(tokensPerStep / length));
  return { objective: 'answers', moves: { everything: rateFor(parameters) / 3 }, batch: { rows, length } };
}

/** The old vocabulary has no new rows; where only those would move, its own rows do. */
function controlGroups(mode: TrainMode): readonly ParameterGroup[] {
  const groups = modeGroups[mode].filter((group) => group !== 'newRows');
  return groups.length > 0 ? groups : ['oldRows'];
}

function trainedArm({ parameters, contextLength, mode }: PresetRequest, groups: readonly ParameterGroup[]): WrittenArm {
  const rate = rateFor(parameters);
  const moves = mode === 'all' ? { everything: rate } : Object.fromEntries(groups.map((group) => [group, rate]));
  const length = Math.max(2, Math.min(128, contextLength || 128));
  return {
    ...(mode === 'adapters' ? { adapters: {} } : {}),
    stages: [{ moves, batch: { rows: Math.max(1, Math.round(tokensPerStep / length)), length } }],
  };
}

function writtenChoice({
  method,
  grammar,
  rules,
  newTokens,
  rejected,
  added,
  replaces,
}: VocabularyChoice): WrittenArm['vocabulary'] {
  return {
    method,
    ...(grammar === undefined ? {} : { grammar }),
    newTokens,
    ...(rules && Object.keys(rules).length > 0 ? { rules } : {}),
    ...(rejected.length > 0 ? { turnedDown: [...rejected] } : {}),
    ...(added.length > 0 ? { added: [...added] } : {}),
    ...(replaces ? { room: 'replace', ...writtenRemoval(replaces) } : {}),
  };
}

/** Without what are the defaults. */
function writtenRemoval({ leastCount, pieces }: RemovalChoice): Pick<NonNullable<WrittenArm['vocabulary']>, 'remove'> {
  const remove = { ...(leastCount > 1 ? { leastCount } : {}), ...(pieces.length > 0 ? { pieces: [...pieces] } : {}) };
  return Object.keys(remove).length > 0 ? { remove } : {};
}

/** What `writtenChoice` wrote, or a visitor did; a number that is left out is all there are. Undefined where no token is chosen. */
export function choiceOf(written: NonNullable<WrittenArm['vocabulary']>): VocabularyChoice | undefined {
  const { method, grammar, rules, newTokens = Number.MAX_SAFE_INTEGER, turnedDown = [], added = [] } = written;
  const { leastCount = 1, pieces = [] } = written.remove ?? {};
  if (method === 'trim') return undefined;
  return {
    method,
    ...(grammar === undefined ? {} : { grammar }),
    ...(rules ? { rules } : {}),
    ...{ newTokens, rejected: turnedDown, added },
    ...(written.room === 'replace' ? { replaces: { leastCount, pieces } } : {}),
  };
}
