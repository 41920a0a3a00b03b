/** An experiment on molecules, half way and finished, as the charts take it. The shapes are those of measured runs. */
import type { ArmGridRow } from '../../src/ui/charts/arm-grid';
import type { CurveArm, CurveReference, CurveSeed } from '../../src/ui/charts/curves-data';
import type { DoseControl, DosePoint } from '../../src/ui/charts/dose-drawing';
import type { IntervalRow } from '../../src/ui/charts/intervals-drawing';

export const BUDGET = 30_000;

export const references: readonly CurveReference[] = [
  { name: 'uniform guess', bitsPerByte: 8 },
  { name: 'byte unigrams', bitsPerByte: 3.51 },
  { name: 'byte bigrams', bitsPerByte: 2.32 },
  { name: 'xz', bitsPerByte: 1.44 },
];

interface Course {
  readonly from: number;
  readonly to: number;
  readonly seed: number;
  /** Bytes read; less than the budget while it is running. */
  readonly read?: number;
  readonly readings?: number;
}

/** Falls fast, then slowly, with a ripple of its own. */
export function seedCurve({ from, to, seed, read = BUDGET, readings = 13 }: Course): CurveSeed {
  const end = to + [0, -0.03, 0.04, 0.05][(seed - 1) % 4]!;
  const points = Array.from({ length: readings }, (_, at) => {
    const share = at / (readings - 1);
    const rate = 5 - [0, 0.7, 0.35, -0.5][(seed - 1) % 4]!;
    const fall = (Math.exp(-rate * share) - Math.exp(-rate)) / (1 - Math.exp(-rate));
    const ripple = at === 0 || at === readings - 1 ? 0 : Math.sin(at * 1.7 + seed) * 0.02;
    return { bytes: Math.round(share * BUDGET), bitsPerByte: (end + (from - end) * fall) * (1 + ripple) };
  });
  return { seed, points: points.filter(({ bytes }) => bytes <= read), finished: read >= BUDGET };
}

const base: CurveArm = {
  key: 'base',
  name: 'Untouched base',
  role: 'base',
  look: 'base',
  seeds: [{ seed: 1, points: [{ bytes: 0, bitsPerByte: 10.18 }], finished: true }],
};
export const arm = (
  name: string,
  role: CurveArm['role'],
  look: CurveArm['look'],
  seeds: readonly CurveSeed[],
): CurveArm => ({
  key: name,
  name,
  role,
  look,
  seeds,
});
const old = (seed: number, more: Partial<Course> = {}) => seedCurve({ from: 10.18, to: 1.49, seed, ...more });
const cont = (seed: number, more: Partial<Course> = {}) => seedCurve({ from: 6, to: 1.58, seed, ...more });
const atomic = (seed: number, more: Partial<Course> = {}) => seedCurve({ from: 9.6, to: 1.71, seed, ...more });

export const curves = {
  started: [base, arm('Old vocabulary', 'control', 'oldVocabulary', [old(1, { read: 2_600 })])],
  running: [
    base,
    arm('Old vocabulary', 'control', 'oldVocabulary', [old(1), old(2)]),
    arm('Continued, 128', 'expanded', 'continued', [cont(1), cont(2, { read: 17_500 })]),
    arm('Atomic alphabet', 'expanded', 'atomic', [atomic(1)]),
  ],
  diverged: [
    base,
    arm('Old vocabulary', 'control', 'oldVocabulary', [old(1), old(2), old(3, { read: 10_000 })]),
    arm('Continued, 128', 'expanded', 'continued', [cont(1), cont(2)]),
    arm('Atomic alphabet', 'expanded', 'atomic', [
      atomic(1),
      {
        seed: 2,
        finished: true,
        diverged: true,
        points: [
          ...atomic(2, { read: 7_500 }).points,
          { bytes: 8_300, bitsPerByte: 6.2 },
          { bytes: 9_200, bitsPerByte: 9.8 },
        ],
      },
    ]),
  ],
  finished: [
    base,
    arm('Old vocabulary', 'control', 'oldVocabulary', [old(1), old(2), old(3)]),
    arm('Continued, 128', 'expanded', 'continued', [cont(1), cont(2), cont(3)]),
    arm('Atomic alphabet', 'expanded', 'atomic', [atomic(1), atomic(2), atomic(3)]),
  ],
} as const satisfies Record<string, readonly CurveArm[]>;

/** Twelve runs of five hundred readings. */
export const manyReadings = (): CurveArm[] =>
  (['oldVocabulary', 'continued', 'atomic', 'newRows'] as const).map((look, at) =>
    arm(
      look,
      at === 0 ? 'control' : 'expanded',
      look,
      [1, 2, 3].map((seed) => seedCurve({ from: 10 - at, to: 1.4 + at / 8, seed, readings: 500 })),
    ),
  );

export const intervals: readonly IntervalRow[] = [
  {
    key: 'cont',
    name: 'Continued, 128',
    note: 'not worse, shorter',
    role: 'expanded',
    look: 'continued',
    difference: 0.09,
    interval: [0.03, 0.14],
    bitsPerByte: 1.58,
    fewerTokens: 0.44,
    explain: { difference: () => ({ name: '+0.09', formula: '1.58 − 1.49', meaning: 'Paired by document and seed.' }) },
  },
  {
    key: 'atomic',
    name: 'Atomic alphabet',
    note: 'worse',
    role: 'expanded',
    look: 'atomic',
    difference: 0.22,
    interval: [0.17, 0.28],
    bitsPerByte: 1.71,
    fewerTokens: 0.03,
  },
  {
    key: 'old',
    name: 'Old vocabulary',
    note: 'continual pretraining',
    role: 'control',
    look: 'oldVocabulary',
    difference: 0,
    interval: null,
    bitsPerByte: 1.49,
  },
  {
    key: 'base',
    name: 'Untouched base',
    note: 'out of its domain: worse than 8.00',
    role: 'base',
    look: 'base',
    difference: 8.69,
    interval: null,
    bitsPerByte: 10.18,
  },
];

export const grid: readonly ArmGridRow[] = [
  {
    key: 'base',
    name: 'Untouched base',
    note: 'no training',
    look: 'base',
    cells: { state: 'done', bitsPerByte: 10.18 },
    bytesPerToken: 1.09,
    takes: '1 s',
  },
  {
    key: 'old',
    name: 'Old vocabulary',
    note: 'the control: everything trained',
    look: 'oldVocabulary',
    cells: [{ state: 'done', bitsPerByte: 1.49 }, { state: 'paused', share: 0.4 }, { state: 'waiting' }],
    bytesPerToken: 1.09,
    takes: '23 s a seed',
  },
  {
    key: 'cont',
    name: 'Continued, 128',
    note: 'everything trained',
    look: 'continued',
    cells: [{ state: 'done', bitsPerByte: 1.58 }, { state: 'running', share: 0.63 }, { state: 'waiting' }],
    bytesPerToken: 1.95,
    takes: '13 s a seed',
  },
  {
    key: 'atomic',
    name: 'Atomic alphabet',
    note: '31 symbols, everything trained',
    look: 'atomic',
    cells: [{ state: 'done', bitsPerByte: 1.71 }, { state: 'diverged', bitsPerByte: 9.8 }, { state: 'waiting' }],
    bytesPerToken: 1.13,
    takes: '22 s a seed',
  },
];

export const control: DoseControl = {
  name: 'old vocabulary',
  look: 'oldVocabulary',
  bitsPerByte: 1.49,
  interval: [1.45, 1.53],
};

const size = (
  newTokens: number,
  bitsPerByte: number,
  interval: [number, number],
  exposureP10: number,
  fewerTokens: number,
): DosePoint => ({ look: 'continued', newTokens, bitsPerByte, interval, exposureP10, fewerTokens });

export const dose: readonly DosePoint[] = [
  size(16, 1.47, [1.43, 1.52], 310, 0.24),
  size(64, 1.52, [1.47, 1.57], 108, 0.38),
  size(128, 1.58, [1.53, 1.63], 34, 0.44),
  size(256, 1.71, [1.64, 1.78], 11, 0.48),
  size(1024, 2.09, [1.98, 2.21], 1, 0.52),
];

/** Sixty tokens whose span advantage is above zero in the middle of their exposures alone. */
export const risesAndFalls = Array.from({ length: 60 }, (_, at) => ({
  exposures: 1 + 5 * at,
  advantage: at < 20 || at >= 40 ? -1 : 1,
}));
