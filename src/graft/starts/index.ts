/** How new rows may start, by the name that specifications and flags give it. A new one is a file here and a row. */
import { exponentialMean } from './exponentialMean';
import { firstSubword } from './firstSubword';
import { gaussian } from './gaussian';
import { globalMean } from './globalMean';
import { lastSubword } from './lastSubword';
import { lengthWeightedMean } from './lengthWeightedMean';
import { random } from './random';
import { subwordMean } from './subwordMean';
import { zero } from './zero';
import type { Start } from './start';

export const starts = {
  'subword-mean': subwordMean,
  'length-weighted-mean': lengthWeightedMean,
  'exponential-mean': exponentialMean,
  'first-subword': firstSubword,
  'last-subword': lastSubword,
  'global-mean': globalMean,
  gaussian,
  random,
  zero,
} satisfies Record<string, Start>;

export type InitMethod = keyof typeof starts;
export const initMethods = Object.keys(starts) as readonly InitMethod[];
export const defaultInit: InitMethod = 'subword-mean';
