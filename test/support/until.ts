/** Waiting in tests: for what comes, not for a time. */
import { vi } from 'vitest';

/** Until nothing is thrown: vitest's own second is too short on a machine that has other work. */
export function until<Answer>(check: () => Answer | Promise<Answer>, { interval = 50 } = {}): Promise<Answer> {
  return vi.waitFor(check, { timeout: 30_000, interval });
}
