/** Progress at most ten times a second; the first and the last of a phase always get through. */
import type { Progress } from './results';

export type OnProgress = (progress: Progress) => void;

const intervalMilliseconds = 100;

export function throttled(report: OnProgress): OnProgress {
  let last = -Infinity;
  let phase = '';
  return (progress) => {
    const now = performance.now();
    if (progress.phase === phase && progress.done < progress.total && now - last < intervalMilliseconds) return;
    last = now;
    phase = progress.phase;
    report(progress);
  };
}
