/** Evidence from the field in words. */
import { msg, str } from '@lit/localize';
import type { FieldReport, NotationName, Share, ShareDifference } from '../../worker/index';
import { count, fixed, percent, signed } from '../format';

/** Of each arm. */
export const shownSamples = 4;

const names: Readonly<Record<NotationName, () => string>> = {
  molecules: () => msg('Molecules'),
  chess: () => msg('Chess games'),
  latex: () => msg('LaTeX formulas'),
  protein: () => msg('Proteins'),
  nucleotides: () => msg('Nucleotides'),
};

const readers: Readonly<Record<NotationName, () => string>> = {
  molecules: () => msg('Read and drawn by RDKit (BSD-3-Clause), loaded when used.'),
  chess: () => msg('Played by chess.js (BSD-2-Clause), loaded when used.'),
  latex: () => msg('Set by KaTeX (MIT), loaded when used; macros of a document’s own are unknown to it.'),
  protein: () => msg('Read by their alphabet (IUPAC).'),
  nucleotides: () => msg('Read by their alphabet (IUPAC).'),
};

export const notationNames = Object.keys(names) as readonly NotationName[];
export const notationName = (notation: NotationName): string => names[notation]();
export const readerText = (notation: NotationName): string => readers[notation]();

export const shareText = ({ share }: Share): string => (share === null ? '–' : percent(share, 0));

export const shareInterval = ({ share, interval }: Share): string =>
  share === null || !interval
    ? msg('none valid')
    : msg(str`${fixed(100 * interval[0], 0)} to ${fixed(100 * interval[1], 0)}`);

/** In points of a hundred. */
export function pointsText(difference: ShareDifference | null): string {
  if (!difference) return '–';
  const [low, high] = difference.interval;
  const points = (value: number) => signed(100 * value, 0);
  return msg(str`${points(difference.difference)} points [${points(low)}, ${points(high)}]`);
}

export function samplingText({ arms }: Pick<FieldReport, 'arms'>): string {
  const { samples, temperature, topP, bytes, seed } = arms[0]!.sampling;
  return msg(
    str`${count(samples)} samples of each from where a document begins, temperature ${fixed(temperature, 1)}, top p ${fixed(topP, 2)}, at most ${count(bytes)} bytes, seed ${count(seed)}`,
  );
}

export const shareNote = (): string =>
  msg(
    'Unique among the valid; new: not in the training text, compared by meaning, among the unique. Wilson intervals, 95\u00a0%.',
  );
