/**
 * Notices that nothing comes from the lab any more: a call that has had neither progress nor answer for minutes. Compiling, loading
 * or one step of a large model take tens of seconds without a word, so that it is late to speak, and takes back what it said.
 * Counted is only time in which the visitor could have waited: not while the tab is hidden or a run is paused, and not while the
 * machine slept or the page was frozen.
 */
export const longSilence = 3 * 60_000;
/** Milliseconds. A tick that comes later than two of them comes from a page that stood still. */
const tickEvery = 5_000;

export interface Clock {
  now(): number;
  every(milliseconds: number, tick: () => void): void;
}

export interface Watched {
  /** As `CallsConnection.waited`. */
  waited(milliseconds: number): number;
  /** Nothing needs to come now. */
  isExcused(): boolean;
  tell(isSilent: boolean): void;
}

const pageClock: Clock = {
  now: () => performance.now(),
  every: (milliseconds, tick) => void setInterval(tick, milliseconds),
};

export function watchSilence({ waited, isExcused, tell }: Watched, clock: Clock = pageClock): void {
  let before = clock.now();
  clock.every(tickEvery, () => {
    const now = clock.now();
    const passed = now - before;
    before = now;
    tell(waited(isExcused() || passed > 2 * tickEvery ? 0 : passed) >= longSilence);
  });
}
