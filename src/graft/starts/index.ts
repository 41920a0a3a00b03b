/** How new rows may start, by the name that specifications and flags give it. A new one is a file here and a row. */
import { firstSubword } from './firstSubword';
import { globalMean } from './globalMean';
import { random } from './random';
import { subwordMean } from './subwordMean';
import { zero } from './zero';
import type { Start } from './start';

export const starts = {
  'subword-mean': subwordMean,
  'global-mean': globalMean,
  random,
  'first-subword': firstSubword,
  zero,
} satisfies Record<string, Start>;

export type InitMethod = keyof typeof starts;
export const initMethods = Object.keys(starts) as readonly InitMethod[];
export const defaultInit: InitMethod = 'subword-mean';
