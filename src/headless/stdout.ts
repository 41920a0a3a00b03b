/** Output that is there before the process exits: writes to pipes are asynchronous, and `process.exit` cuts them off. */
import { writeSync } from 'node:fs';

export function print(text: string): void {
  const bytes = new TextEncoder().encode(`${text}\n`);
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(1, bytes, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

/** One line of progress on stderr, rewritten in place on a terminal, else at most one line a phase. */
export function progressLine(): (progress: { phase: string; done: number; total: number }) => void {
  let shown = '';
  return ({ phase, done, total }) => {
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\x1b[K${phase} ${done}/${total}${done >= total ? '\n' : ''}`);
    } else if (phase !== shown) {
      process.stderr.write(`${phase}\n`);
    }
    shown = phase;
  };
}
