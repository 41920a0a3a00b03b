/** A channel that keeps its order and nothing else: each message arrives as late as `delay` says, in milliseconds. */
import type { Endpoint } from '../../src/worker/calls';

export interface LateEnd extends Endpoint {
  /** What was posted here, as it was posted. */
  readonly posted: readonly unknown[];
}

export function lateChannel(delay: () => number): readonly [LateEnd, LateEnd] {
  const listeners = [new Set<(event: MessageEvent) => void>(), new Set<(event: MessageEvent) => void>()] as const;
  const end = (own: 0 | 1): LateEnd => {
    const posted: unknown[] = [];
    let before: Promise<unknown> = Promise.resolve();
    return {
      posted,
      postMessage(message, transfer) {
        const data: unknown = structuredClone(message, { transfer });
        posted.push(data);
        before = before.then(async () => {
          await new Promise((resolve) => setTimeout(resolve, delay()));
          for (const listener of listeners[own === 0 ? 1 : 0]) listener(new MessageEvent('message', { data }));
        });
      },
      addEventListener: (_, listener) => void listeners[own].add(listener),
      removeEventListener: (_, listener) => void listeners[own].delete(listener),
    };
  };
  return [end(0), end(1)];
}
