/** The browser's private file system, where experiments are kept. */
import { privateDirectory, privateFolder, type DurableFolder } from '../checkpoint/index';

/** The folder of all experiments. */
export const EXPERIMENTS = 'experiments';

/** In private windows Chromium forgets all files when nothing was asked of them for ten minutes (decisions). */
const askedEvery = 4 * 60_000;
let isAsking = false;

/** Undefined where there is none, as in private windows of some browsers. From the first call on, what lies there lasts as long as the tab. */
export async function privateRoot(): Promise<DurableFolder | undefined> {
  const directory = await privateDirectory().catch(() => undefined);
  if (!directory) return undefined;
  const root = privateFolder(directory, 'the private file system');
  if (!isAsking) setInterval(() => void root.folders('').catch(() => undefined), askedEvery);
  isAsking = true;
  return root;
}
