/** Scales, ticks and labels of the SVG charts: numbers in, numbers out. */

export type Scale = (value: number) => number;
export type Point = readonly [x: number, y: number];

export const linear =
  (from: number, to: number, start: number, end: number): Scale =>
  (value) =>
    start + ((value - from) / (to - from || 1)) * (end - start);

export const logarithmic = (from: number, to: number, start: number, end: number): Scale => {
  const span = Math.log(to / from) || 1;
  return (value) => start + (Math.log(value / from) / span) * (end - start);
};

/** The next of 1, 2, 5 times a power of ten, so that ticks are numbers people read. */
export function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((head) => head * power).find((step) => step >= rough * 0.999) ?? rough;
}

/** Decimals that tell ticks a step apart. */
export const digitsOf = (step: number): number => Math.max(0, -Math.floor(Math.log10(step) + 1e-9));

/** At most `most` round intervals; every tick lies inside. */
export function linearTicks(low: number, high: number, most: number): number[] {
  const step = niceStep((high - low) / Math.max(1, most));
  const ticks: number[] = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at++)
    ticks.push(Number((at * step).toPrecision(12)));
  return ticks;
}

/** Heads of a decade, the ones a reader expects first. */
const HEADS = [1, 2, 4, 3, 6, 1.5, 8, 5, 2.5, 1.2, 7, 9];

/** Round values of a log axis that stand `apart` pixels from one another; of a narrow range, steps of equal size. */
export function logTicks(low: number, high: number, scale: Scale, apart: number): number[] {
  const taken: number[] = [];
  const from = Math.floor(Math.log10(low));
  const to = Math.ceil(Math.log10(high));
  for (const head of HEADS)
    for (let power = from; power <= to; power++) {
      const value = Number((head * 10 ** power).toPrecision(6));
      if (value < low || value > high) continue;
      if (taken.every((other) => Math.abs(scale(other) - scale(value)) >= apart)) taken.push(value);
    }
  if (taken.length >= 3) return taken.sort((a, b) => a - b);
  return linearTicks(low, high, Math.max(2, Math.abs(scale(high) - scale(low)) / (2 * apart)));
}

export const pathOf = (points: readonly Point[]): string =>
  points.length === 0 ? '' : `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`;

/** The first, lowest, highest and last point of every pixel column: what a line shows of its points, and no fewer. */
export function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length < 3) return points;
  const kept: Point[] = [];
  let from = 0;
  while (from < points.length) {
    const column = Math.floor(points[from]![0]);
    let [low, high, end] = [from, from, from];
    for (; end < points.length && Math.floor(points[end]![0]) === column; end++) {
      if (points[end]![1] < points[low]![1]) low = end;
      if (points[end]![1] > points[high]![1]) high = end;
    }
    for (const at of [...new Set([from, low, high, end - 1])].sort((a, b) => a - b)) kept.push(points[at]!);
    from = end;
  }
  return kept;
}

/**
 * Where labels stand that want `wanted` and need `gap` between them: as near as possible in squares (pooling neighbours
 * that collide), inside `top` to `bottom`. Where they cannot all fit, they share the room.
 */
export function pushApart(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, at) => at).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const space = Math.min(gap, (bottom - top) / Math.max(1, order.length - 1));
  const groups: { sum: number; size: number }[] = [];
  order.forEach((item, rank) => {
    groups.push({ sum: wanted[item]! - rank * space, size: 1 });
    for (let last = groups.length - 1; last > 0; last--) {
      const [before, after] = [groups[last - 1]!, groups[last]!];
      if (before.sum / before.size <= after.sum / after.size) break;
      groups.splice(last - 1, 2, { sum: before.sum + after.sum, size: before.size + after.size });
    }
  });
  const room = bottom - (order.length - 1) * space;
  const placed: number[] = new Array(wanted.length).fill(0);
  let rank = 0;
  for (const { sum, size } of groups)
    for (let member = 0; member < size; member++, rank++)
      placed[order[rank]!] = Math.min(room, Math.max(top, sum / size)) + rank * space;
  return placed;
}

const WIDE = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]/;
const known = new Map<string, number>();
let pen: CanvasRenderingContext2D | null | undefined;

/** Width of a text in pixels: measured where there is a canvas, else what a wide face would take. */
export function textWidth(text: string, size = 11, face = '', weight = 400): number {
  if (pen === undefined)
    pen = typeof document === 'undefined' ? null : document.createElement('canvas').getContext('2d');
  if (!pen || !face) {
    const narrow = weight >= 600 ? 0.68 : 0.62;
    return [...text].reduce((sum, letter) => sum + (WIDE.test(letter) ? 1 : narrow) * size, 0);
  }
  const key = `${weight} ${size} ${face} ${text}`;
  let width = known.get(key);
  if (width === undefined) {
    if (known.size > 2000) known.clear();
    pen.font = `${weight} ${size}px ${face}`;
    width = pen.measureText(text).width;
    known.set(key, width);
  }
  return width;
}

/** The text, or its beginning with an ellipsis, in at most `room` pixels. */
export function shortened(text: string, room: number, size = 11, face = '', weight = 400): string {
  const fits = (part: string) => textWidth(part, size, face, weight) <= room;
  if (fits(text)) return text;
  const letters = [...text];
  while (letters.length > 1 && !fits(`${letters.join('')}…`)) letters.pop();
  return `${letters.join('').trimEnd()}…`;
}

/** Lines of at most `room` pixels; Han text may break between any two letters, but no line begins with a stop. */
export function wrapped(text: string, room: number, size = 11, face = ''): string[] {
  const parts = text.match(/[\u2e80-\u9fff](?:[\uff00-\uffef\u3000-\u303f”])*|[^\s\u2e80-\u9fff]+\s?|\s+|./gu) ?? [];
  const lines: string[] = [''];
  for (const part of parts) {
    const line = lines.at(-1)!;
    if (line && textWidth((line + part).trimEnd(), size, face) > room) lines.push(part);
    else lines[lines.length - 1] = line + part;
  }
  return lines.map((line) => line.trim()).filter(Boolean);
}
