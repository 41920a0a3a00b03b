/** Output that is there before the process exits: writes to pipes are asynchronous, and `process.exit` cuts them off. */
import { writeSync } from 'node:fs';
import type { Progress } from '../lab/index';

export function print(text: string): void {
  const bytes = new TextEncoder().encode(`${text}\n`);
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(1, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Whoever read has seen enough (`| head`); what the verb writes into files is still wanted.
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
    }
  }
}

/** One line of progress on stderr, rewritten in place on a terminal, else at most one line a phase. */
export function progressLine(): (progress: Progress) => void {
  let shown = '';
  return ({ phase, done, total, remainingMilliseconds: left }) => {
    if (process.stderr.isTTY) {
      const estimate = left === undefined || left < 1000 ? '' : `, about ${Math.round(left / 1000)} s left`;
      process.stderr.write(`\r\x1b[K${phase} ${done}/${total}${done >= total ? '\n' : estimate}`);
    } else if (phase !== shown) {
      process.stderr.write(`${phase}\n`);
    }
    shown = phase;
  };
}
