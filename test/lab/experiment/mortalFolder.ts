/** Folders in which something goes wrong at the n-th change. */
import type { DurableFolder } from '../../../src/checkpoint/index';
import { LabError } from '../../../src/error';

export class Died extends Error {}

export interface Mortal extends DurableFolder {
  /** Writes and removals so far. */
  readonly changes: number;
}

/**
 * - `dies`: the process ends before the change, and does nothing any more.
 * - `dies-after`: it ends when the change is made, before it hears of it.
 * - `full`: this write and all later ones find no room; removals work.
 */
export function mortalFolder(inner: DurableFolder, at: number, how: 'dies' | 'dies-after' | 'full'): Mortal {
  let changes = 0;
  let isDead = false;
  const change = async (make: () => Promise<void>, isWrite: boolean) => {
    if (isDead) throw new Died();
    changes++;
    if (how === 'full' && isWrite && changes >= at) throw new LabError('storage/quota', 'There is no room.', '');
    if (how !== 'full' && changes >= at) {
      isDead = true;
      if (how === 'dies-after') await make();
      throw new Died();
    }
    await make();
  };
  const alive = async <Value>(read: () => Promise<Value>): Promise<Value> => {
    if (isDead) throw new Died();
    return read();
  };
  return {
    name: inner.name,
    get changes() {
      return changes;
    },
    write: (path, content) => change(() => inner.write(path, content), true),
    remove: (path) => change(() => inner.remove(path), false),
    open: (path) => alive(() => inner.open(path)),
    folders: (path) => alive(() => inner.folders(path)),
    // Its death releases the lock.
    lock: async () => async () => undefined,
    isLocked: async () => false,
  };
}
