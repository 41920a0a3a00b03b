/** Evidence from the field in the command line's words. */
import type { FieldAnswer, FieldReport, FieldSample, Share, ShareDifference } from '../lab/index';
import { notations } from '../lab/index';
import { table } from './reportText';

export function fieldText(
  { notation, arms, differences }: FieldReport,
  { sampling, heldOut }: Pick<FieldAnswer, 'sampling' | 'heldOut'>,
): string {
  const { samples, temperature, topP, bytes, seed } = sampling;
  const { library } = notations[notation];
  const read = library ? `read by ${library.name} (${library.licence})` : 'read by their alphabet';
  return [
    `${notation}: ${samples} samples of each run from where a document begins, temperature ${temperature}, top-p ${topP}, at most ${bytes} bytes, seed ${seed}; ${read}`,
    `held-out text itself, cut alike: ${shareText(heldOut)} valid`,
    ...fieldTable(arms),
    ...differences.map(
      ({ arm, against, seed: run, valid, unique, isNew }) =>
        `${arm} - ${against}, seed ${run}: valid ${differenceText(valid)}, unique ${differenceText(unique)}, new ${differenceText(isNew)}`,
    ),
    ...arms.flatMap(({ arm, seed: run, samples: shown }) => [`${arm}, seed ${run}:`, ...shown.map(sampleLine)]),
  ].join('\n');
}

export function fieldTable(arms: FieldReport['arms']): string[] {
  return table(
    ['arm', 'seed', 'valid', 'unique of the valid', 'new of the unique', 'tokens', 'bytes'],
    arms.map(({ arm, seed, valid, unique, isNew, tokensEach, bytesEach }) => [
      ...[arm, String(seed), shareText(valid), shareText(unique), shareText(isNew)],
      ...[tokensEach.toFixed(1), bytesEach.toFixed(1)],
    ]),
  );
}

export const percent = (value: number): string => `${(100 * value).toFixed(0)} %`;

export const shareText = ({ share, interval, of }: Share): string =>
  share === null ? 'none' : `${percent(share)} [${percent(interval![0])}, ${percent(interval![1])}] of ${of}`;

export function differenceText(difference: ShareDifference | null): string {
  if (!difference) return 'none';
  const points = (value: number) => `${value >= 0 ? '+' : '−'}${Math.abs(100 * value).toFixed(0)}`;
  const [low, high] = difference.interval;
  return `${points(difference.difference)} points [${points(low)}, ${points(high)}]`;
}

const sampleLine = ({ text, why, isKnown, isCut }: FieldSample): string =>
  `  ${JSON.stringify(text).slice(1, -1)}${isCut ? '…' : ''}  (${why ?? (isKnown ? 'valid, in the training text' : 'valid, new')})`;
