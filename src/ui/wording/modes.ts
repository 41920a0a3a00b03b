/** Names of the choices in training settings, and what is said of weights that were held rounded. */
import { msg, str } from '@lit/localize';
import type { FrozenWeights, InitMethod, TrainMode, WrittenSpec } from '../../worker/index';

type WrittenArm = WrittenSpec['arms'][string];

const modeNames: Readonly<Record<TrainMode, () => string>> = {
  'new-rows': () => msg('New rows only'),
  embeddings: () => msg('All embeddings'),
  adapters: () => msg('New rows and adapters (LoRA)'),
  all: () => msg('Everything'),
};

const initNames: Readonly<Record<InitMethod, () => string>> = {
  'subword-mean': () => msg('Mean of its pieces'),
  'length-weighted-mean': () => msg('Mean of its pieces, by their length'),
  'exponential-mean': () => msg('Mean of its pieces, the nearest most'),
  'first-subword': () => msg('Its first piece'),
  'last-subword': () => msg('Its last piece'),
  'global-mean': () => msg('Mean of all rows'),
  gaussian: () => msg('Random, spread like the old rows'),
  random: () => msg('Random, N(0, σ)'),
  zero: () => msg('Zero'),
};

const frozenNames: Readonly<Record<FrozenWeights, () => string>> = {
  'as-stored': () => msg('as they are stored'),
  bf16: () => msg('rounded to bf16'),
  f16: () => msg('rounded to f16'),
  q8: () => msg('rounded to 8 bits'),
};

export const MODES = Object.keys(modeNames) as readonly TrainMode[];
export const INITS = Object.keys(initNames) as readonly InitMethod[];

export const modeName = (mode: TrainMode): string => modeNames[mode]();
export const FROZEN = Object.keys(frozenNames) as readonly FrozenWeights[];

export const frozenName = (frozen: FrozenWeights): string => frozenNames[frozen]();

/** How an experiment holds what an arm does not move; empty where as it is stored. */
export function heldText({ frozenWeights: held = 'as-stored' }: Pick<WrittenSpec, 'frozenWeights'>): string {
  if (held === 'as-stored') return '';
  return msg(
    str`What an arm does not move is held ${frozenName(held)} while it is trained and measured, in the untouched base as well.`,
  );
}

/** Said of an arm before its model is saved; empty where nothing of it was held rounded. */
export function savedText(spec: Pick<WrittenSpec, 'frozenWeights'>, { stages = [] }: WrittenArm): string {
  const { frozenWeights: held = 'as-stored' } = spec;
  const moved = new Set(stages.flatMap(({ moves }) => Object.keys(moves)));
  if (held === 'as-stored' || moved.has('everything') || (moved.has('body') && moved.has('oldRows'))) return '';
  return msg(
    str`While it was trained and measured, what did not move was held ${frozenName(held)}; it is saved unrounded, as it was read.`,
  );
}
export const initName = (init: InitMethod): string => initNames[init]();
