/** The folder of one experiment within the private file system, and how much lies in it. */
import { readTextFile, type DurableFolder } from '../checkpoint/index';

export function below(root: DurableFolder, path: string): DurableFolder {
  return {
    name: 'this browser',
    write: (name, content) => root.write(`${path}/${name}`, content),
    open: (name) => root.open(`${path}/${name}`),
    folders: (name) => root.folders(name === '' ? path : `${path}/${name}`),
    remove: (name) => root.remove(`${path}/${name}`),
    lock: (name) => root.lock(`${path}/${name}`),
    isLocked: (name) => root.isLocked(`${path}/${name}`),
  };
}

/** Bytes of all runs, and when the last of them was saved. */
export async function sizeOf(folder: DurableFolder): Promise<{ readonly bytes: number; readonly savedAt: string }> {
  let [bytes, savedAt] = [0, ''];
  for (const arm of await folder.folders('')) {
    for (const seed of await folder.folders(arm)) {
      const text = await readTextFile(folder, `${arm}/${seed}/status.json`);
      if (text === undefined) continue;
      const status = JSON.parse(text) as { savedAt: string; files: Record<string, number> };
      if (status.savedAt > savedAt) savedAt = status.savedAt;
      for (const size of Object.values(status.files)) bytes += size;
    }
  }
  return { bytes, savedAt };
}
