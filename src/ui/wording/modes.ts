/** Names of the choices in training settings. */
import { msg } from '@lit/localize';
import type { InitMethod, TrainMode } from '../../worker/index';

export const MODES: readonly TrainMode[] = ['new-rows', 'embeddings', 'all'];
export const INITS: readonly InitMethod[] = ['subword-mean', 'global-mean', 'random', 'first-subword', 'zero'];

export function modeName(mode: TrainMode): string {
  const names: Record<TrainMode, () => string> = {
    'new-rows': () => msg('New rows only'),
    embeddings: () => msg('All embeddings'),
    all: () => msg('Everything'),
  };
  return names[mode]();
}

export function initName(init: InitMethod): string {
  const names: Record<InitMethod, () => string> = {
    'subword-mean': () => msg('Mean of its pieces'),
    'global-mean': () => msg('Mean of all rows'),
    random: () => msg('Random, N(0, σ)'),
    'first-subword': () => msg('Its first piece'),
    zero: () => msg('Zero'),
  };
  return names[init]();
}
