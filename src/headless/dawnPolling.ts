/**
 * Dawn's module for Node (npm `webgpu` 0.6) asks for what has ended by `setImmediate`, again and again for as long as
 * anything is awaited, and so keeps a core busy that a driver which computes on cores would need. Here it asks as
 * before while a wait is short and rests between two questions once it is not.
 */

/** A wait as long as this, in milliseconds, is no longer short: with rests of one, it ends a sixteenth later at most. */
const shortWait = 16;
const rest = 1;

const mark = Symbol('rests between polls');

/** A nameless native function; one that is bound has a name. */
function isPoll(callback: unknown): boolean {
  return (
    typeof callback === 'function' &&
    callback.name === '' &&
    /^function \(\) \{ \[native code\] \}$/.test(Function.prototype.toString.call(callback))
  );
}

/** Lets `setImmediate` rest for Dawn's polls, which are the nameless native functions among its callbacks. Once a process. */
export function restBetweenPolls(scope: typeof globalThis = globalThis): void {
  const immediately = scope.setImmediate as typeof setImmediate & { [mark]?: true };
  if (immediately[mark]) return;
  let waitingSince = 0;
  let polling = false;

  const poll = (callback: () => void) => {
    polling = true;
    try {
      callback();
    } finally {
      polling = false;
    }
  };
  const schedule = (callback: (...given: unknown[]) => void, ...given: unknown[]) => {
    if (given.length > 0 || !isPoll(callback)) return immediately(callback, ...given);
    // Asked for from within a poll, it goes on with the wait; from elsewhere, it begins one.
    if (!polling) waitingSince = performance.now();
    if (performance.now() - waitingSince < shortWait) return immediately(poll, callback);
    return setTimeout(poll, rest, callback);
  };
  scope.setImmediate = Object.assign(schedule, immediately, { [mark]: true }) as unknown as typeof setImmediate;
}
