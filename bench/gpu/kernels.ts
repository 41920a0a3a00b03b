/**
 * Which kernels are right on this adapter, and which product kernel is fast: the self-test under every matmul variant,
 * and the tuning that the lab itself runs when it first meets an adapter.
 */
import { applyTuning, selfTest, tune, type Device, type KernelCheck, type Tuning } from '../../src/engine/index';
import { selfTestVariants } from '../../src/engine/selfTest';
import { supportedVariants } from '../../src/engine/variants';
import { tuningCandidates } from '../../src/engine/tuning';
import type { Options, Part } from './part';

/** On software adapters the tile kernels take seconds each to compile. */
export function variantsOf({ report }: Device, { isSmall }: Options): readonly string[] {
  return isSmall ? tuningCandidates(report) : supportedVariants(report);
}

/** Those of lower precision too. */
function testedVariants({ report }: Device, { isSmall }: Options): readonly string[] {
  return isSmall ? selfTestVariants(report) : [...supportedVariants(report), ...supportedVariants(report, 'f16')];
}

export interface SelfTested {
  readonly variant: string;
  readonly passed: boolean;
  readonly checks: number;
  readonly seconds: number;
  readonly largestError: number;
  readonly failed: readonly KernelCheck[];
  /** Why it was dropped. */
  readonly reason?: string;
}

export const selfTests: Part = {
  name: 'self-test',
  async *measure(device, options) {
    const original = device.target;
    const tested: SelfTested[] = [];
    for (const variant of testedVariants(device, options)) {
      device.target = { ...original, matmulVariant: variant };
      const begun = performance.now();
      const { kernels, dropped } = await selfTest(device, undefined, { variants: [variant] });
      const reason = dropped.find((row) => row.variant === variant)?.reason;
      const isRight = reason === undefined;
      tested.push({
        variant,
        passed: isRight,
        checks: kernels.length,
        seconds: (performance.now() - begun) / 1000,
        largestError: Math.max(...kernels.map((check) => check.largestError)),
        failed: kernels.filter((check) => !check.passed),
        ...(reason === undefined ? {} : { reason }),
      });
      yield { value: [...tested], table: selfTestTable(tested) };
    }
  },
};

function selfTestTable(tested: readonly SelfTested[]): string[][] {
  return [
    ['variant', 'self-test', 'checks', 'seconds', 'largest error'],
    ...tested.map(({ variant, passed, checks, seconds, largestError, reason }) => [
      variant,
      passed ? 'right' : reason!,
      String(checks),
      seconds.toFixed(1),
      largestError.toExponential(1),
    ]),
  ];
}

export const tuning: Part = {
  name: 'tuning',
  async *measure(device, options) {
    const begun = performance.now();
    const found = await tune(device, variantsOf(device, options));
    const seconds = (performance.now() - begun) / 1000;
    yield {
      value: { ...found, seconds },
      table: [
        ['variant', 'GFLOP/s on the products that the lab tunes with'],
        ...Object.entries(found.timed).map(([variant, speed]) => [
          `${variant}${variant === found.matmulVariant ? ' (chosen)' : ''}`,
          speed.toFixed(1),
        ]),
        ...found.dropped.map(({ variant, reason }) => [`${variant} (dropped)`, reason]),
        ['seconds in all', seconds.toFixed(1)],
      ],
    };
  },
};

/** As the lab does before it trains. */
export function useTuning(device: Device, earlier: ReadonlyMap<string, unknown>): void {
  const found = earlier.get(tuning.name) as Tuning | undefined;
  if (found) applyTuning(device, found);
}
