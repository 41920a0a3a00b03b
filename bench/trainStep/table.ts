/** What the turns come to: a row a contestant, for the eye and for the JSON. */
import type { About } from './contestant.mjs';
import { floatingPointOperations } from './problem.mjs';
import { lossesApart, lossTolerance, medianStep, type Step, type Turns } from './turns';

export interface Spread {
  readonly minimum: number;
  readonly median: number;
  readonly maximum: number;
}

export interface ResultRow {
  readonly name: string;
  readonly about: Partial<About>;
  /** `failed` has a reason and no times, whatever steps it took before. */
  readonly result: 'measured' | 'losses differ' | 'failed';
  readonly failure?: string;
  readonly milliseconds?: Spread;
  /** Time over the reference's in the same round; absent where the reference took no steps. */
  readonly ratio?: Spread;
  /** The largest distance from the reference's losses; absent where it took no steps. */
  readonly apart?: number;
  readonly gigaflopsPerSecond?: number;
  readonly steps: readonly Step[];
}

/** The middle one is the upper of two. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  return { minimum: sorted[0]!, median: sorted[sorted.length >> 1]!, maximum: sorted.at(-1)! };
}

export function resultRow(taken: Turns, reference: Turns): ResultRow {
  const { name, about = {}, steps, failure } = taken;
  if (failure !== undefined) return { name, about, result: 'failed', failure, steps };
  const milliseconds = spreadOf(steps.slice(1).map((step) => step.milliseconds));
  const row = {
    name,
    about,
    milliseconds,
    gigaflopsPerSecond: floatingPointOperations() / medianStep(taken) / 1e6,
    steps,
  };
  if (reference.failure !== undefined) return { ...row, result: 'measured' };
  const ratio = spreadOf(steps.slice(1).map((step, i) => step.milliseconds / reference.steps[i + 1]!.milliseconds));
  const apart = lossesApart(taken, reference);
  return { ...row, ratio, apart, result: apart < lossTolerance ? 'measured' : 'losses differ' };
}

/** The first row is the head. */
export function tableOf(rows: readonly ResultRow[], reference = 'ours'): string[][] {
  return [
    [
      'contestant',
      'minimum ms',
      'median',
      'maximum',
      'GFLOP/s',
      `against ${reference}`,
      'losses apart',
      'threads',
      'what',
    ],
    ...rows.map(({ name, about, result, failure, milliseconds, ratio, apart, gigaflopsPerSecond }) => [
      name,
      ...(milliseconds
        ? [milliseconds.minimum, milliseconds.median, milliseconds.maximum].map((value) => value.toFixed(0))
        : ['-', '-', '-']),
      gigaflopsPerSecond?.toFixed(1) ?? '-',
      ratio ? `${ratio.median.toFixed(2)} (${ratio.minimum.toFixed(2)} to ${ratio.maximum.toFixed(2)})` : '-',
      apart === undefined ? '-' : `${apart.toExponential(1)}${result === 'losses differ' ? ': no result' : ''}`,
      String(about.threads ?? '-'),
      failure ?? [about.product, about.backend].filter(Boolean).join(', '),
    ]),
  ];
}
