/** Samples of an arm as plain values, and what they say: shares with intervals, and differences to the control. */
import { shareDifference, shareOf, type Share, type ShareDifference } from '../scoring/shares';
import type { NotationName } from './notations/notation';

/** The same for every arm. Each sample has a seed of its own, from `seed` on. */
export interface FieldSampling {
  readonly samples: number;
  readonly seed: number;
  readonly temperature: number;
  readonly topP: number;
  /** UTF-8 bytes after which a sample is cut off: equal text for every vocabulary. */
  readonly bytes: number;
}

export interface FieldSample {
  readonly text: string;
  readonly tokens: number;
  /** Whether its length ended it. */
  readonly isCut: boolean;
  /** Of valid ones; null of others. */
  readonly canonical: string | null;
  /** Of invalid ones, in the parser's words. */
  readonly why: string | null;
  /** Whether the training text has it; null of invalid ones. */
  readonly isKnown: boolean | null;
}

export interface FieldRun {
  readonly notation: NotationName;
  readonly sampling: FieldSampling;
  readonly samples: readonly FieldSample[];
}

/** Valid of all; unique of the valid; new, which the training text does not have, of the unique. */
export interface FieldShares {
  readonly valid: Share;
  readonly unique: Share;
  readonly isNew: Share;
}

export interface FieldArm extends FieldShares {
  readonly arm: string;
  readonly seed: number;
  readonly tokensEach: number;
  readonly bytesEach: number;
  readonly sampling: FieldSampling;
  /** The first of them. */
  readonly samples: readonly FieldSample[];
}

export interface FieldDifference {
  readonly arm: string;
  readonly against: string;
  readonly seed: number;
  /** Arm minus control; null where one has nothing to share out. */
  readonly valid: ShareDifference | null;
  readonly unique: ShareDifference | null;
  readonly isNew: ShareDifference | null;
}

export interface FieldReport {
  readonly notation: NotationName;
  readonly arms: readonly FieldArm[];
  /** Of arms with new tokens, where the control was sampled alike. */
  readonly differences: readonly FieldDifference[];
}

/** Samples of each arm that go into a report. */
const shownSamples = 8;

export interface SampledRun {
  readonly arm: string;
  readonly seed: number;
  readonly field: FieldRun;
}

/** Null where nothing was sampled. Runs of another notation or sampling than the last one are left out: they cannot be compared. */
export function fieldReport(
  runs: readonly SampledRun[],
  controlOf: (arm: string) => string | null,
): FieldReport | null {
  const last = runs.at(-1)?.field;
  if (!last) return null;
  const alike = ({ field }: SampledRun) =>
    field.notation === last.notation && JSON.stringify(field.sampling) === JSON.stringify(last.sampling);
  const arms = runs.filter(alike).map(fieldArm);
  const differences = arms.flatMap((own): FieldDifference[] => {
    const control = arms.find(({ arm, seed }) => arm === controlOf(own.arm) && seed === own.seed);
    if (!control) return [];
    const { arm, seed } = own;
    return [
      {
        ...{ arm, against: control.arm, seed },
        valid: shareDifference(own.valid, control.valid),
        unique: shareDifference(own.unique, control.unique),
        isNew: shareDifference(own.isNew, control.isNew),
      },
    ];
  });
  return { notation: last.notation, arms, differences };
}

function fieldArm({ arm, seed, field: { samples, sampling } }: SampledRun): FieldArm {
  const mean = (of: (sample: FieldSample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / Math.max(1, samples.length);
  const encoder = new TextEncoder();
  return {
    ...{ arm, seed, sampling },
    ...fieldShares(samples),
    tokensEach: mean(({ tokens }) => tokens),
    bytesEach: mean(({ text }) => encoder.encode(text).length),
    samples: samples.slice(0, shownSamples),
  };
}

export function fieldShares(samples: readonly Pick<FieldSample, 'canonical' | 'isKnown'>[]): FieldShares {
  const unique = new Map<string, boolean>();
  let valid = 0;
  for (const { canonical, isKnown } of samples) {
    if (canonical === null) continue;
    valid++;
    unique.set(canonical, (unique.get(canonical) ?? true) && isKnown === false);
  }
  const fresh = [...unique.values()].filter(Boolean).length;
  return {
    valid: shareOf(valid, samples.length),
    unique: shareOf(unique.size, valid),
    isNew: shareOf(fresh, unique.size),
  };
}
