// Every kernel's formula in plain f64 loops, written from the formula and not from the kernel. Row-major throughout.

type Values = ArrayLike<number>;

/** y [rows, columns] = x [rows, depth] W^T + bias, W [columns, depth]. */
export function linear(
  x: Values,
  weight: Values,
  rows: number,
  columns: number,
  depth: number,
  bias?: Values,
): Float64Array {
  const y = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = bias ? bias[j]! : 0;
      for (let k = 0; k < depth; k++) sum += x[i * depth + k]! * weight[j * depth + k]!;
      y[i * columns + j] = sum;
    }
  }
  return y;
}

export function linearBackward(
  x: Values,
  weight: Values,
  dy: Values,
  rows: number,
  columns: number,
  depth: number,
): { dx: Float64Array; dWeight: Float64Array; dBias: Float64Array } {
  const dx = new Float64Array(rows * depth);
  const dWeight = new Float64Array(columns * depth);
  const dBias = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const d = dy[i * columns + j]!;
      dBias[j]! += d;
      for (let k = 0; k < depth; k++) {
        dx[i * depth + k]! += d * weight[j * depth + k]!;
        dWeight[j * depth + k]! += d * x[i * depth + k]!;
      }
    }
  }
  return { dx, dWeight, dBias };
}

export function rmsNorm(hidden: Values, weight: Values, epsilon: number): Float64Array {
  const width = weight.length;
  const normed = new Float64Array(hidden.length);
  for (let start = 0; start < hidden.length; start += width) {
    let sum = 0;
    for (let c = 0; c < width; c++) sum += hidden[start + c]! ** 2;
    const scale = 1 / Math.sqrt(sum / width + epsilon);
    for (let c = 0; c < width; c++) normed[start + c] = hidden[start + c]! * scale * weight[c]!;
  }
  return normed;
}

export function rmsNormBackward(
  hidden: Values,
  weight: Values,
  epsilon: number,
  dNormed: Values,
): { dHidden: Float64Array; dWeight: Float64Array } {
  const width = weight.length;
  const dHidden = new Float64Array(hidden.length);
  const dWeight = new Float64Array(width);
  for (let start = 0; start < hidden.length; start += width) {
    let sum = 0;
    let inner = 0;
    for (let c = 0; c < width; c++) sum += hidden[start + c]! ** 2;
    const scale = 1 / Math.sqrt(sum / width + epsilon);
    for (let c = 0; c < width; c++) inner += weight[c]! * dNormed[start + c]! * hidden[start + c]!;
    for (let c = 0; c < width; c++) {
      dWeight[c]! += dNormed[start + c]! * hidden[start + c]! * scale;
      dHidden[start + c] = scale * weight[c]! * dNormed[start + c]! - (hidden[start + c]! * scale ** 3 * inner) / width;
    }
  }
  return { dHidden, dWeight };
}

export function layerNorm(hidden: Values, weight: Values, bias: Values, epsilon: number): Float64Array {
  const width = weight.length;
  const normed = new Float64Array(hidden.length);
  for (let start = 0; start < hidden.length; start += width) {
    const { mean, scale } = moments(hidden, start, width, epsilon);
    for (let c = 0; c < width; c++) normed[start + c] = (hidden[start + c]! - mean) * scale * weight[c]! + bias[c]!;
  }
  return normed;
}

export function layerNormBackward(
  hidden: Values,
  weight: Values,
  epsilon: number,
  dNormed: Values,
): { dHidden: Float64Array; dWeight: Float64Array; dBias: Float64Array } {
  const width = weight.length;
  const dHidden = new Float64Array(hidden.length);
  const [dWeight, dBias] = [new Float64Array(width), new Float64Array(width)];
  for (let start = 0; start < hidden.length; start += width) {
    const { mean, scale } = moments(hidden, start, width, epsilon);
    const unit = Array.from({ length: width }, (_, c) => (hidden[start + c]! - mean) * scale);
    const g = Array.from({ length: width }, (_, c) => weight[c]! * dNormed[start + c]!);
    const meanG = g.reduce((sum, value) => sum + value, 0) / width;
    const meanGUnit = g.reduce((sum, value, c) => sum + value * unit[c]!, 0) / width;
    for (let c = 0; c < width; c++) {
      dWeight[c]! += dNormed[start + c]! * unit[c]!;
      dBias[c]! += dNormed[start + c]!;
      dHidden[start + c] = scale * (g[c]! - meanG - unit[c]! * meanGUnit);
    }
  }
  return { dHidden, dWeight, dBias };
}

function moments(hidden: Values, start: number, width: number, epsilon: number) {
  let mean = 0;
  for (let c = 0; c < width; c++) mean += hidden[start + c]! / width;
  let variance = 0;
  for (let c = 0; c < width; c++) variance += (hidden[start + c]! - mean) ** 2 / width;
  return { mean, scale: 1 / Math.sqrt(variance + epsilon) };
}

/** The angle is the f32 product of position and frequency, as PyTorch makes it. `turn` is 1 forward, -1 backward. */
export function rope(
  x: Values,
  positions: Values,
  inverseFrequencies: Values,
  heads: number,
  headSize: number,
  rotarySize: number,
  turn: 1 | -1,
): Float64Array {
  const rotated = Float64Array.from(x);
  const half = rotarySize / 2;
  for (let row = 0; row < x.length / headSize; row++) {
    for (let i = 0; i < half; i++) {
      const angle = turn * Math.fround(positions[Math.floor(row / heads)]! * Math.fround(inverseFrequencies[i]!));
      const at = row * headSize + i;
      rotated[at] = x[at]! * Math.cos(angle) - x[at + half]! * Math.sin(angle);
      rotated[at + half] = x[at + half]! * Math.cos(angle) + x[at]! * Math.sin(angle);
    }
  }
  return rotated;
}

export interface AttentionCase {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly scale: number;
  readonly starts: Values;
}

/** The whole matrix of weights, and the gradients straight through the softmax's Jacobian. */
export function attention(
  q: Values,
  k: Values,
  v: Values,
  shape: AttentionCase,
  dAttended?: Values,
): { attended: Float64Array; dQ: Float64Array; dK: Float64Array; dV: Float64Array } {
  const { heads, kvHeads, headSize, scale, starts } = shape;
  const tokens = starts.length;
  const attended = new Float64Array(q.length);
  const [dQ, dK, dV] = [new Float64Array(q.length), new Float64Array(k.length), new Float64Array(v.length)];
  const dot = (a: Values, aStart: number, b: Values, bStart: number) => {
    let sum = 0;
    for (let i = 0; i < headSize; i++) sum += a[aStart + i]! * b[bStart + i]!;
    return sum;
  };
  for (let h = 0; h < heads; h++) {
    const kvHead = Math.floor(h / (heads / kvHeads));
    for (let t = 0; t < tokens; t++) {
      const row = (t * heads + h) * headSize;
      const keyRow = (s: number) => (s * kvHeads + kvHead) * headSize;
      const visible = Array.from({ length: t - starts[t]! + 1 }, (_, i) => starts[t]! + i);
      const scores = visible.map((s) => scale * dot(q, row, k, keyRow(s)));
      const largest = Math.max(...scores);
      const powers = scores.map((score) => Math.exp(score - largest));
      const total = powers.reduce((sum, power) => sum + power, 0);
      const weights = powers.map((power) => power / total);
      visible.forEach((s, n) => {
        for (let i = 0; i < headSize; i++) attended[row + i]! += weights[n]! * v[keyRow(s) + i]!;
      });
      if (!dAttended) continue;
      const dWeights = visible.map((s) => dot(dAttended, row, v, keyRow(s)));
      const mean = dWeights.reduce((sum, d, n) => sum + d * weights[n]!, 0);
      visible.forEach((s, n) => {
        const dScore = weights[n]! * (dWeights[n]! - mean) * scale;
        for (let i = 0; i < headSize; i++) {
          dQ[row + i]! += dScore * k[keyRow(s) + i]!;
          dK[keyRow(s) + i]! += dScore * q[row + i]!;
          dV[keyRow(s) + i]! += weights[n]! * dAttended[row + i]!;
        }
      });
    }
  }
  return { attended, dQ, dK, dV };
}

/** Cross-entropy of logits [tokens, columns]; 0xffffffff is ignored. dLogits are those of lossScale * sum(tokenLoss). */
export function crossEntropy(
  logits: Values,
  targets: Values,
  columns: number,
  lossScale: number,
): { tokenLoss: Float64Array; dLogits: Float64Array } {
  const tokens = targets.length;
  const tokenLoss = new Float64Array(tokens);
  const dLogits = new Float64Array(tokens * columns);
  for (let t = 0; t < tokens; t++) {
    if (targets[t] === 0xffffffff) continue;
    let largest = -Infinity;
    let total = 0;
    for (let c = 0; c < columns; c++) largest = Math.max(largest, logits[t * columns + c]!);
    for (let c = 0; c < columns; c++) total += Math.exp(logits[t * columns + c]! - largest);
    tokenLoss[t] = largest + Math.log(total) - logits[t * columns + targets[t]!]!;
    for (let c = 0; c < columns; c++) {
      const probability = Math.exp(logits[t * columns + c]! - largest) / total;
      dLogits[t * columns + c] = (probability - (c === targets[t] ? 1 : 0)) * lossScale;
    }
  }
  return { tokenLoss, dLogits };
}

export function silu(x: number): number {
  return x / (1 + Math.exp(-x));
}

/** By the series of the error function whose terms are all of one sign, exact in f64; past 6 it is 1. */
export function gelu(x: number): number {
  const z = x / Math.SQRT2;
  if (Math.abs(z) > 6) return Math.max(x, 0);
  let term = z * Math.exp(-z * z);
  let sum = term;
  for (let n = 1; n < 200; n++) {
    term *= (2 * z * z) / (2 * n + 1);
    sum += term;
  }
  return (x / 2) * (1 + (2 / Math.sqrt(Math.PI)) * sum);
}

export function geluTanh(x: number): number {
  return (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** Where a token's keys start that sees `window` tokens of its document, itself included. */
export function windowStarts(starts: Values, window: number): Uint32Array {
  return Uint32Array.from(starts, (start, token) => Math.max(start, token - window + 1));
}

export interface AdamwSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** One AdamW step of one value, its `step` counted from 1. */
export function adamw(
  weight: number,
  gradient: number,
  firstMoment: number,
  secondMoment: number,
  step: number,
  { learningRate, beta1, beta2, epsilon, weightDecay }: AdamwSettings,
): { weight: number; firstMoment: number; secondMoment: number } {
  const first = beta1 * firstMoment + (1 - beta1) * gradient;
  const second = beta2 * secondMoment + (1 - beta2) * gradient ** 2;
  const update = first / (1 - beta1 ** step) / (Math.sqrt(second / (1 - beta2 ** step)) + epsilon);
  return {
    weight: weight * (1 - learningRate * weightDecay) - learningRate * update,
    firstMoment: first,
    secondMoment: second,
  };
}
