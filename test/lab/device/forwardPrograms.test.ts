// Forward programs of a session: kept for the next time, and one at a time beside a training.
import { expect, it } from 'vitest';
import type { Forward } from '../../../src/engine/index';
import { ForwardPrograms } from '../../../src/lab/device/forwardPrograms';

/** Counts what is open, and answers when it is let go. */
function fakePrograms() {
  const seen: string[] = [];
  const open = new Set<string>();
  const waiting: (() => void)[] = [];
  const compile =
    (name: string, waits = false) =>
    async (): Promise<Forward> => {
      open.add(name);
      seen.push(`open ${name} of ${open.size}`);
      return {
        plan: undefined as never,
        run: async () => {
          if (waits) await new Promise<void>((resolve) => waiting.push(resolve));
          seen.push(`run ${name}`);
          return [Float32Array.of(name.length)];
        },
        close: () => {
          open.delete(name);
          seen.push(`close ${name}`);
        },
      };
    };
  return { seen, open, waiting, compile };
}

it('stay open until they are closed, and are compiled once', async () => {
  const { seen, open, compile } = fakePrograms();
  const programs = new ForwardPrograms();
  for (const name of ['a', 'b', 'a']) expect(await programs.run(name, compile(name), {})).toEqual([Float32Array.of(1)]);
  expect(seen).toEqual(['open a of 1', 'run a', 'open b of 2', 'run b', 'run a']);
  programs.close();
  await Promise.resolve();
  expect(open.size).toBe(0);
});

it('are one at a time once that is asked for, and each is closed only after what it runs is answered', async () => {
  const { seen, waiting, compile } = fakePrograms();
  const programs = new ForwardPrograms();
  await programs.run('a', compile('a'), {});
  await programs.keepOne();
  const slow = programs.run('b', compile('b', true), {});
  const next = programs.run('c', compile('c'), {});
  await new Promise((resolve) => setTimeout(resolve));
  expect(seen).toEqual(['open a of 1', 'run a', 'close a', 'open b of 1']);
  waiting[0]!();
  await Promise.all([slow, next]);
  expect(seen.slice(4)).toEqual(['run b', 'close b', 'open c of 1', 'run c']);
});

it('that do not compile are tried again', async () => {
  const { compile } = fakePrograms();
  const programs = new ForwardPrograms();
  await expect(programs.run('a', () => Promise.reject(new Error('no memory')), {})).rejects.toThrow('no memory');
  expect(await programs.run('a', compile('a'), {})).toEqual([Float32Array.of(1)]);
});
