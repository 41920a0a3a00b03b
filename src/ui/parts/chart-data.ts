/** What a chart is given and what it computes before it draws: thinning, ranges, ticks of a log axis. */

export type Column = readonly (number | null)[];

export interface Series {
  readonly label: string;
  /** A role of tokens.css, such as `--accent`. */
  readonly role: string;
  readonly dash?: readonly number[];
  readonly width?: number;
  readonly points?: boolean;
  /** Level drawn across the whole plot instead of the column. */
  readonly level?: boolean;
}

export interface Mark {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly dot?: boolean;
  readonly align?: 'left' | 'right';
  readonly below?: boolean;
}

/** Means over equal stretches once there are more points than `most`; nulls do not count. */
export function decimate(
  x: readonly number[],
  ys: readonly Column[],
  most: number,
): { x: number[]; ys: (number | null)[][] } {
  const length = Math.min(x.length, ...ys.map((column) => column.length));
  if (length <= most) return { x: x.slice(0, length), ys: ys.map((column) => column.slice(0, length)) };
  const stretch = length / most;
  const bounds = Array.from({ length: most + 1 }, (_, at) => Math.round(at * stretch));
  const mean = (column: Column, from: number, to: number): number | null => {
    let sum = 0;
    let seen = 0;
    for (let at = from; at < to; at++) {
      const value = column[at];
      if (value === null || value === undefined) continue;
      sum += value;
      seen++;
    }
    return seen ? sum / seen : null;
  };
  const thin = (column: Column) => Array.from({ length: most }, (_, at) => mean(column, bounds[at]!, bounds[at + 1]!));
  return { x: thin(x) as number[], ys: ys.map(thin) };
}

/** Smallest and largest value with a little room; on a log axis the logarithms of them. */
export function valueRange(columns: readonly Column[], log: boolean): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const column of columns)
    for (const value of column) {
      if (value === null || !Number.isFinite(value) || (log && value <= 0)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  if (low > high) return log ? [0, 1] : [0, 1];
  if (log) [low, high] = [Math.log(low), Math.log(high)];
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return [low >= 0 && low - room < 0 ? 0 : low - room, high + room];
}

/** Positions (logarithms) of 1, 2, 3, 5 times powers of ten inside the range; denser where the range is narrow. */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const decades = (high - low) / Math.LN10;
  const heads = decades > 2 ? [1] : decades > 0.6 ? [1, 2, 3, 5] : [1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9];
  const ticks: number[] = [];
  for (let power = Math.floor(low / Math.LN10); power <= Math.ceil(high / Math.LN10); power++)
    for (const head of heads) {
      const at = Math.log(head) + power * Math.LN10;
      if (at >= low && at <= high) ticks.push(at);
    }
  return ticks;
}
