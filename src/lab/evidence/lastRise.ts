/** Where a curve rises through zero for the last time, straight between its points: -Infinity where it is never at or below, Infinity where it ends there. */
export function lastRise(curve: readonly (readonly [x: number, y: number])[]): number {
  const last = curve.findLastIndex(([, y]) => y <= 0);
  if (last < 0) return -Infinity;
  const [from, to] = [curve[last]!, curve[last + 1]];
  if (!to) return Infinity;
  return from[0] + (-from[1] / (to[1] - from[1])) * (to[0] - from[0]);
}
