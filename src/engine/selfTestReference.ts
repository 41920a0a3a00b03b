/**
 * The ops once more, in plain f64 loops, for the self-test: as short and as obvious as they can be, and nothing that
 * the kernels share. Backward passes have no loops of their own: `slopes` differentiates the forward ones.
 */
export type Values = Float64Array;

export function embedding(ids: readonly number[], table: Values, width: number): Values {
  return Float64Array.from(
    { length: ids.length * width },
    (_, at) => table[ids[Math.floor(at / width)]! * width + (at % width)]!,
  );
}

export function rmsNorm(hidden: Values, weight: Values, epsilon: number): Values {
  const width = weight.length;
  return hidden.map((value, at) => {
    const row = hidden.subarray(at - (at % width), at - (at % width) + width);
    const meanSquare = row.reduce((sum, x) => sum + x * x, 0) / width;
    return (value / Math.sqrt(meanSquare + epsilon)) * weight[at % width]!;
  });
}

export function layerNorm(hidden: Values, weight: Values, bias: Values, epsilon: number): Values {
  const width = weight.length;
  return hidden.map((value, at) => {
    const row = hidden.subarray(at - (at % width), at - (at % width) + width);
    const mean = row.reduce((sum, x) => sum + x, 0) / width;
    const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / width;
    return ((value - mean) / Math.sqrt(variance + epsilon)) * weight[at % width]! + bias[at % width]!;
  });
}

/** [rows, columns] -> [columns, rows] */
export function transposed(values: Values, columns: number): Values {
  const rows = values.length / columns;
  return values.map((_, at) => values[(at % rows) * columns + Math.floor(at / rows)]!);
}

/** x [rows, inner], weight [columns, inner] -> [rows, columns]. */
export function linear(x: Values, weight: Values, inner: number): Values {
  const columns = weight.length / inner;
  return Float64Array.from({ length: (x.length / inner) * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += x[row * inner + k]! * weight[column * inner + k]!;
    return sum;
  });
}

/** x [tokens, heads * headSize], half-split order; dimensions past twice the frequencies are copied. */
export function rope(
  x: Values,
  positions: readonly number[],
  frequencies: readonly number[],
  headSize: number,
): Values {
  const half = frequencies.length;
  const width = x.length / positions.length;
  return x.map((value, at) => {
    const inHead = (at % width) % headSize;
    if (inHead >= 2 * half) return value;
    const angle = positions[Math.floor(at / width)]! * frequencies[inHead % half]!;
    const partner = inHead < half ? -x[at + half]! : x[at - half]!;
    return value * Math.cos(angle) + partner * Math.sin(angle);
  });
}

export interface AttentionSizes {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly scale: number;
}

export function attention(
  q: Values,
  k: Values,
  v: Values,
  documentStart: readonly number[],
  sizes: AttentionSizes,
): Values {
  const { heads, kvHeads, headSize, scale } = sizes;
  const out = new Float64Array(q.length);
  for (const [token, start] of documentStart.entries()) {
    for (let head = 0; head < heads; head++) {
      const queryAt = (token * heads + head) * headSize;
      const keyAt = (s: number) => (s * kvHeads + Math.floor((head * kvHeads) / heads)) * headSize;
      const weights: number[] = [];
      for (let s = start; s <= token; s++) {
        let score = 0;
        for (let i = 0; i < headSize; i++) score += q[queryAt + i]! * k[keyAt(s) + i]!;
        weights.push(Math.exp(score * scale));
      }
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      for (let i = 0; i < headSize; i++) {
        out[queryAt + i] = weights.reduce((sum, weight, n) => sum + (weight / total) * v[keyAt(start + n) + i]!, 0);
      }
    }
  }
  return out;
}

export function gatedMlp(gate: Values, up: Values): Values {
  return gate.map((value, at) => (value / (1 + Math.exp(-value))) * up[at]!);
}

/** With the error function as an integral from 0, by Simpson's rule in 64 steps: good to 1e-9 for x of a few units. */
export function gelu(x: number): number {
  const step = x / Math.SQRT2 / 64;
  let sum = 0;
  for (let i = 0; i <= 64; i++) sum += Math.exp(-((i * step) ** 2)) * (i === 0 || i === 64 ? 1 : i % 2 === 1 ? 4 : 2);
  return (x / 2) * (1 + ((2 / Math.sqrt(Math.PI)) * step * sum) / 3);
}

export function geluTanh(x: number): number {
  return (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** Nats; a target outside the rows is ignored. */
export function crossEntropy(logits: Values, targets: readonly number[]): Values {
  const columns = logits.length / targets.length;
  return Float64Array.from(targets, (target, token) => {
    if (target >= columns) return 0;
    const row = logits.subarray(token * columns, (token + 1) * columns);
    return Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0)) - row[target]!;
  });
}

/** Means of squares, one a row. */
export function squaredError(hidden: Values, taught: Values, width: number): Values {
  return Float64Array.from({ length: hidden.length / width }, (_, row) => {
    let sum = 0;
    for (let at = row * width; at < (row + 1) * width; at++) sum += (hidden[at]! - taught[at]!) ** 2;
    return sum / width;
  });
}

/** Slopes of `scalar` in every element of `at`, by central differences: exact to about 1e-9 in f64. */
export function slopes(scalar: () => number, at: Values): Values {
  const step = 1e-5;
  return at.map((value, index) => {
    at[index] = value + step;
    const up = scalar();
    at[index] = value - step;
    const down = scalar();
    at[index] = value;
    return (up - down) / (2 * step);
  });
}
