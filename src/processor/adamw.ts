/**
 * AdamW (Loshchilov and Hutter 2019) on typed arrays, with the formulas of shaders/adamw.wgsl and adamwRows.wgsl: products in
 * f64, what is kept in f32.
 */
export interface AdamwScalars {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

export interface AdamwState {
  readonly weight: Float32Array;
  readonly gradient: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
}

/** Sum of squares; NaN and infinity come through. */
export function squaredNorm(gradient: Float32Array): number {
  // Four sums side by side: one alone waits for each addition.
  let [a, b, c, d] = [0, 0, 0, 0];
  const even = gradient.length - (gradient.length % 4);
  for (let at = 0; at < even; at += 4) {
    a += gradient[at]! * gradient[at]!;
    b += gradient[at + 1]! * gradient[at + 1]!;
    c += gradient[at + 2]! * gradient[at + 2]!;
    d += gradient[at + 3]! * gradient[at + 3]!;
  }
  for (let at = even; at < gradient.length; at++) a += gradient[at]! * gradient[at]!;
  return a + b + c + d;
}

/** factor = min(1, largest / (norm + 1e-6)), as in torch.nn.utils.clip_grad_norm_; 1 where `largest` is 0. */
export function clipFactor(norm: number, largest: number): number {
  return largest > 0 ? Math.min(1, largest / (norm + 1e-6)) : 1;
}

/** Elements [start, end) of one parameter, after `steps` steps of them. */
export function adamw(
  { weight, gradient, firstMoment, secondMoment }: AdamwState,
  { learningRate, beta1, beta2, epsilon, weightDecay }: AdamwScalars,
  factor: number,
  steps: number,
  start = 0,
  end = weight.length,
): void {
  const [rest1, rest2] = [1 - beta1, 1 - beta2];
  const rate = learningRate / (1 - beta1 ** steps);
  const correction2 = 1 / (1 - beta2 ** steps);
  const decay = 1 - learningRate * weightDecay;
  for (let at = start; at < end; at++) {
    const g = gradient[at]! * factor;
    const first = beta1 * firstMoment[at]! + rest1 * g;
    const second = beta2 * secondMoment[at]! + rest2 * g * g;
    firstMoment[at] = first;
    secondMoment[at] = second;
    weight[at] = weight[at]! * decay - (rate * first) / (Math.sqrt(second * correction2) + epsilon);
  }
}

/** Rows without a gradient keep weight, moments and step count to the bit; others are corrected for their own steps. */
export function adamwRows(state: AdamwState, rowSteps: Uint32Array, scalars: AdamwScalars, factor: number): void {
  const { gradient } = state;
  const width = gradient.length / rowSteps.length;
  for (let row = 0; row < rowSteps.length; row++) {
    const [start, end] = [row * width, (row + 1) * width];
    let at = start;
    while (at < end && gradient[at] === 0) at++;
    if (at === end) continue;
    rowSteps[row]!++;
    adamw(state, scalars, factor, rowSteps[row]!, start, end);
  }
}
