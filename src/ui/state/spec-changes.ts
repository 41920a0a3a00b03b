/** The specification that an advice leads to, made of the one it was given for; and how long that takes here. */
import type { ExperimentReport, WrittenSpec } from '../../worker/index';

/** As many as a t interval still gains from. */
const mostSeeds = 12;

type WrittenArm = WrittenSpec['arms'][string];

/** Null where there are as many as help. */
export function withMoreSeeds(spec: WrittenSpec, amount: number): WrittenSpec | null {
  const more = Math.min(mostSeeds - spec.seeds.length, amount);
  if (more < 1) return null;
  const first = Math.max(...spec.seeds) + 1;
  return { ...spec, seeds: [...spec.seeds, ...Array.from({ length: more }, (_, at) => first + at)] };
}

/** So many times the training text, or the computation. */
export function withMoreBudget(spec: WrittenSpec, factor: number): WrittenSpec {
  const { bytes, flops } = spec.budget;
  const budget = bytes === undefined ? { flops: factor * (flops ?? 0) } : { bytes: Math.round(factor * bytes) };
  return { ...spec, budget };
}

/** Null where so much is not held out. */
export function withMoreText(
  spec: WrittenSpec,
  factor: number,
  { scored, heldOut }: { readonly scored: number; readonly heldOut: number },
): WrittenSpec | null {
  const bytes = Math.ceil(scored * factor);
  return bytes <= heldOut ? { ...spec, evaluation: { ...spec.evaluation, bytes } } : null;
}

/** The same training on the old vocabulary: what only new rows would do is done to the old ones. */
export function withControl(spec: WrittenSpec, arm: string): WrittenSpec | null {
  const { stages, adapters } = spec.arms[arm] ?? {};
  if (!stages) return null;
  const control: WrittenArm = {
    ...(adapters ? { adapters } : {}),
    stages: stages.map((stage) => {
      const { newRows, ...rest } = stage.moves;
      return { ...stage, moves: Object.keys(rest).length > 0 ? rest : { oldRows: newRows! } };
    }),
  };
  const name = (n: number): string => (n === 1 ? 'old vocabulary' : `old vocabulary ${n}`);
  let n = 1;
  while (name(n) in spec.arms) n++;
  return { ...spec, arms: { ...spec.arms, [name(n)]: control } };
}

/** Training alone, of one seed of every arm, as it was measured; null where nothing was. */
export function secondsASeed({ arms }: Pick<ExperimentReport, 'arms'>): number | null {
  const ofArm = new Map<string, number[]>();
  for (const { arm, bytes, secondsPerMegabyte } of arms) {
    if (secondsPerMegabyte === null) continue;
    ofArm.set(arm, [...(ofArm.get(arm) ?? []), (secondsPerMegabyte * bytes) / 1e6]);
  }
  if (ofArm.size === 0) return null;
  const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
  return [...ofArm.values()].reduce((sum, values) => sum + mean(values), 0);
}
