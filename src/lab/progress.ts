/** Progress at most ten times a second, with an estimate; the first and the last of a phase always get through. */

export interface Progress {
  /** Stable key the page words: 'reading', 'tokenizing', 'merging', 'compiling', 'evaluating', 'writing', 'verifying', ... */
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  /** Until this phase ends, at the pace so far; there once the phase has run for a while. */
  readonly remainingMilliseconds?: number;
}

export type OnProgress = (progress: Progress) => void;

/** What a caller of something long may bring. */
export interface Watch {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

const intervalMilliseconds = 100;
/** An estimate from less is a guess. */
const estimateAfterMilliseconds = 1000;

export function throttled(report: OnProgress): OnProgress {
  let last = -Infinity;
  let phase = '';
  let started = { at: 0, done: 0 };
  return (progress) => {
    const now = performance.now();
    if (progress.phase === phase && progress.done < progress.total && now - last < intervalMilliseconds) return;
    if (progress.phase !== phase || progress.done < started.done) started = { at: now, done: progress.done };
    last = now;
    phase = progress.phase;
    report({ ...progress, ...estimate(progress, now - started.at, started.done) });
  };
}

/** The rest of the phase at the pace it has had. */
function estimate(
  { done, total }: Progress,
  elapsed: number,
  startedAt: number,
): Pick<Progress, 'remainingMilliseconds'> {
  if (elapsed < estimateAfterMilliseconds || done <= startedAt || total <= 0) return {};
  return { remainingMilliseconds: (elapsed * Math.max(0, total - done)) / (done - startedAt) };
}
