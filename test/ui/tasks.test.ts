import { describe, expect, it } from 'vitest';
import { Tasks } from '../../src/ui/state/tasks';

/** Ends when it is let go, or when its signal is aborted. */
function held() {
  let letGo!: (value: string) => void;
  let isStarted = false;
  const action = (signal: AbortSignal) => {
    isStarted = true;
    return new Promise<string>((resolve, reject) => {
      letGo = resolve;
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  };
  return { action, letGo: (value: string) => letGo(value), isStarted: () => isStarted };
}
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('long calls of the page', () => {
  it('run one after another, whatever became of the one before', async () => {
    const tasks = new Tasks<'a' | 'b' | 'c'>();
    const [first, second] = [held(), held()];
    const a = tasks.run('a', first.action);
    const failed = tasks.run('b', () => {
      throw new Error('at once');
    });
    const c = tasks.run('c', second.action);
    failed.catch(() => undefined);
    await turn();
    expect([first.isStarted(), second.isStarted()]).toEqual([true, false]);
    first.letGo('done');
    expect(await a).toBe('done');
    await expect(failed).rejects.toThrow('at once');
    await turn();
    second.letGo('too');
    expect(await c).toBe('too');
  });

  it('are aborted by their name, and no other is', async () => {
    const tasks = new Tasks<'a' | 'b'>();
    const [first, second] = [held(), held()];
    const a = tasks.run('a', first.action);
    const b = tasks.run('b', second.action);
    await turn();
    tasks.cancel('a');
    await expect(a).rejects.toMatchObject({ name: 'AbortError' });
    await turn();
    second.letGo('done');
    expect(await b).toBe('done');
    tasks.cancel('a', 'b');
  });

  it('that are aborted before their turn end at once and never start', async () => {
    const tasks = new Tasks<'a' | 'b'>();
    const [first, second] = [held(), held()];
    const a = tasks.run('a', first.action);
    const b = tasks.run('b', second.action);
    await turn();
    tasks.cancel('b');
    await expect(b).rejects.toMatchObject({ code: 'cancelled' });
    first.letGo('done');
    expect(await a).toBe('done');
    await turn();
    expect(second.isStarted()).toBe(false);
  });

  it('abort the one before of the same name', async () => {
    const tasks = new Tasks<'a'>();
    const [first, second] = [held(), held()];
    const before = tasks.run('a', first.action);
    before.catch(() => undefined);
    await turn();
    const after = tasks.run('a', second.action);
    await expect(before).rejects.toMatchObject({ name: 'AbortError' });
    await turn();
    tasks.cancel();
    second.letGo('done');
    expect(await after).toBe('done');
  });
});
