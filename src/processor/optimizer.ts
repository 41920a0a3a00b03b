/** Gradients of a step's micro-batches added up, clipped and taken by AdamW. Its state is that of the GPU's optimizer, byte for byte. */
import {
  elementCount,
  requireState,
  type OptimizedParameter,
  type OptimizerPlan,
  type Tensor,
  type TrainingOptions,
} from '../engine/index';
import { adamw, adamwRows, clipFactor, squaredNorm } from './adamw';
import type { ProcessorWeights } from './weights';

interface Kept extends OptimizedParameter {
  readonly moments: readonly [Float32Array, Float32Array];
  readonly steps: Uint32Array | undefined;
}

export class ProcessorOptimizer {
  private readonly parameters: readonly Kept[];

  constructor(
    plan: OptimizerPlan,
    private readonly options: TrainingOptions,
    private readonly weights: ProcessorWeights,
  ) {
    this.parameters = plan.parameters.map((parameter) => {
      const count = elementCount(parameter.parameter.shape);
      const steps = parameter.rowSteps && new Uint32Array(elementCount(parameter.rowSteps.shape));
      return { ...parameter, moments: [new Float32Array(count), new Float32Array(count)], steps };
    });
  }

  /**
   * @param gradients by tensor id, of each micro-batch; the first are used up.
   * @returns the norm before clipping; where it is not finite, NaN, and nothing was changed.
   */
  update(
    gradients: readonly ReadonlyMap<number, Float32Array>[],
    step: number,
    rates: Readonly<Record<string, number>>,
  ): number {
    const [first, ...others] = gradients as [ReadonlyMap<number, Float32Array>, ...ReadonlyMap<number, Float32Array>[]];
    let squares = 0;
    for (const { gradient } of this.parameters) {
      const sum = first.get(gradient.id)!;
      for (const more of others) addTo(sum, more.get(gradient.id)!);
      squares += squaredNorm(sum);
    }
    const norm = Math.sqrt(squares);
    if (!Number.isFinite(norm)) return NaN;
    const { beta1, beta2, epsilon, clipNorm, groups } = this.options;
    const factor = clipFactor(norm, clipNorm);
    for (const { parameter, gradient, group, moments, steps } of this.parameters) {
      const { weightDecay, multiplier = 1 } = groups[group]!;
      const scalars = { learningRate: rates[group]! * multiplier, beta1, beta2, epsilon, weightDecay };
      const state = {
        weight: this.weights.view(parameter.name),
        gradient: first.get(gradient.id)!,
        firstMoment: moments[0],
        secondMoment: moments[1],
      };
      if (steps) adamwRows(state, steps, scalars, factor);
      else adamw(state, scalars, factor, step);
    }
    return norm;
  }

  state(): Record<string, Uint8Array> {
    return Object.fromEntries(this.named().map(([{ name }, values]) => [name, bytesOf(values).slice()]));
  }

  /** Throws `engine/bad-state`, before anything is changed. */
  restore(state: Readonly<Record<string, Uint8Array>>): void {
    requireState(
      this.named().map(([tensor]) => tensor),
      state,
    );
    for (const [{ name }, values] of this.named()) bytesOf(values).set(state[name]!);
  }

  private named(): [Tensor, Float32Array | Uint32Array][] {
    return this.parameters.flatMap(({ firstMoment, secondMoment, rowSteps, moments, steps }) => [
      [firstMoment, moments[0]] as [Tensor, Float32Array],
      [secondMoment, moments[1]] as [Tensor, Float32Array],
      ...(rowSteps && steps ? [[rowSteps, steps] as [Tensor, Uint32Array]] : []),
    ]);
  }
}

function addTo(sum: Float32Array, more: Float32Array): void {
  for (let at = 0; at < sum.length; at++) sum[at]! += more[at]!;
}

function bytesOf({ buffer, byteOffset, byteLength: length }: Float32Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}
