/** The browser's private file system, where experiments are kept. */
import { privateDirectory, privateFolder, type DurableFolder } from '../checkpoint/index';

/** The folder of all experiments. */
export const EXPERIMENTS = 'experiments';

/** Undefined in private windows. */
export async function privateRoot(): Promise<DurableFolder | undefined> {
  const directory = await privateDirectory().catch(() => undefined);
  return directory && privateFolder(directory, 'the private file system');
}
