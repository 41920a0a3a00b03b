/** Names of the choices in training settings. */
import { msg } from '@lit/localize';
import type { FrozenWeights, InitMethod, TrainMode } from '../../worker/index';

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
export const initName = (init: InitMethod): string => initNames[init]();
