/**
 * What a training moves, and how fast: five groups of parameters, each with a peak learning rate of its own; a group without a
 * rate stays as it is, to the bit. Rows of tokens the graft added and rows that were there before are told apart by id; `norms`
 * are vectors and learned positions, on which weight decay never pulls.
 */
import type { ParameterGroup } from '../device/parameterTable';

export const parameterGroups = [
  'newRows',
  'oldRows',
  'body',
  'norms',
  'adapters',
] as const satisfies readonly ParameterGroup[];

/** Peak learning rate of each group that moves. */
export type Rates = Readonly<Partial<Record<ParameterGroup, number>>>;

/** Of all groups with a rate, in the order of the table. */
export function movingGroups(rates: Rates): ParameterGroup[] {
  return parameterGroups.filter((group) => rates[group] !== undefined);
}

/** Every rate times the same share of the peak. */
export function scaledRates(rates: Rates, share: number): Record<string, number> {
  return Object.fromEntries(movingGroups(rates).map((group) => [group, rates[group]! * share]));
}

/** AdamW's constants. Decay is decoupled and pulls on matrices of the body and on adapters. */
export interface OptimizerSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Largest L2 norm of all gradients together; 0: not clipped. */
  readonly clipNorm: number;
}

export const defaultOptimizer: OptimizerSettings = {
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.01,
  clipNorm: 1,
};
