/**
 * How long an experiment takes where so much text is read in a second: the one formula behind every estimate, of presets, of what
 * an advice leads to and of what a visitor wrote. It stands by itself, because lab and page both use it.
 */

/** A forward pass takes a third of a step. */
export const forwardShare = 1 / 3;

/** What of a specification takes time. */
interface TimedSpec {
  readonly arms: Readonly<Record<string, { readonly stages?: readonly unknown[] }>>;
  readonly seeds: readonly number[];
  readonly budget: { readonly bytes?: number };
  readonly evaluation?: {
    readonly bytes?: number;
    readonly generalBytes?: number;
    readonly watchBytes?: number;
    readonly points?: number;
  };
}

/**
 * Seconds of training and scoring, of all arms and seeds; what loading and saving take is left out. Null of a budget of FLOPs.
 * @param bytesPerSecond of text that a step of everything reads.
 */
export function experimentSeconds(
  { arms, seeds, budget, evaluation = {} }: TimedSpec,
  bytesPerSecond: number,
): number | null {
  if (budget.bytes === undefined) return null;
  const trained = Object.values(arms).filter(({ stages = [] }) => stages.length > 0).length * seeds.length;
  // The schema's defaults.
  const { bytes = 65_536, generalBytes = 16_384, watchBytes = 16_384, points = 6 } = evaluation;
  const scored = bytes + generalBytes + watchBytes * (points + 1);
  return (trained * (budget.bytes + forwardShare * scored)) / bytesPerSecond;
}
