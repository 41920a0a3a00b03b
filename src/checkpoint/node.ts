/**
 * Folders of a file system under Node, for the command line and tests. Kept out of index.ts so that no browser bundle
 * holds a Node import. Files are written beside their name, flushed and renamed: a crash leaves the old file or the new.
 */
import { link, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { LabError } from '../error';
import { rangeChecked, treeOf, unreadable, type ByteSource, type FileTree } from './byteSource';
import type { DurableFolder } from './durableFolder';
import type { FileStore } from './hub/fileStore';
import { chunksOf, storageError, type FolderSink } from './sink';

/** The files directly in a folder, or with `deep` those of its folders too. Throws `checkpoint/missing-folder`. */
export async function folderTree(path: string, { deep = false } = {}): Promise<FileTree> {
  const found = await readdir(path, { recursive: deep }).catch((cause: unknown) => {
    throw new LabError(
      'checkpoint/missing-folder',
      `There is no folder or file \`${path}\`.`,
      'Give the path of a Hugging Face model folder or of a GGUF file.',
      { path },
      cause,
    );
  });
  const sources = new Map<string, ByteSource>();
  for (const each of found) {
    const name = each.split(sep).join('/');
    const source = await fileSource(join(path, each), name);
    if (source) sources.set(name, source);
  }
  return treeOf(basename(resolve(path)), sources);
}

/** A folder, or one file (a GGUF file, say) as a folder of its own. Throws `checkpoint/missing-folder`. */
export async function pathTree(path: string): Promise<FileTree> {
  const source = await fileSource(path);
  return source ? treeOf(source.name, new Map([[source.name, source]])) : folderTree(path);
}

/** Undefined for what is not a file. Throws `checkpoint/unreadable` where that cannot be told. */
export async function fileSource(path: string, name = basename(path)): Promise<ByteSource | undefined> {
  const found = await stat(path).catch(ifMissing(name));
  if (!found?.isFile()) return undefined;
  return rangeChecked(name, found.size, async (start, end) => {
    try {
      const file = await open(path, 'r');
      try {
        const bytes = new Uint8Array(end - start);
        let filled = 0;
        while (filled < bytes.length) {
          const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return bytes.subarray(0, filled);
      } finally {
        await file.close();
      }
    } catch (cause) {
      throw unreadable(name, cause);
    }
  });
}

/** Makes the folder if missing. */
export async function folderSink(path: string): Promise<FolderSink> {
  await mkdir(path, { recursive: true }).catch(async (cause: unknown) => {
    throw await storageError(cause, path);
  });
  return {
    async write(name, content) {
      const target = join(path, name);
      const partial = `${target}.partial`;
      try {
        await mkdir(dirname(target), { recursive: true });
        const file = await open(partial, 'w');
        try {
          for await (const chunk of chunksOf(content)) await file.writeFile(chunk);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(partial, target);
      } catch (cause) {
        await rm(partial, { force: true });
        throw await storageError(cause, target);
      }
    },
    remove: (name) => rm(join(path, name), { force: true }),
    close: async () => undefined,
  };
}

/** A folder of growing files, for downloads of the Hub. Made when the first of them is written. */
export function nodeFileStore(folder: string): FileStore {
  const told = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw await storageError(cause, join(folder, name));
    }
  };
  return {
    list: async () => readdir(folder).catch(() => []),
    size: async (name) => (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0,
    append: (name) =>
      told(name, async () => {
        await mkdir(folder, { recursive: true });
        const file = await open(join(folder, name), 'a');
        let kept = (await file.stat()).size;
        return {
          write: (chunk) =>
            told(name, async () => {
              try {
                await file.writeFile(chunk);
                kept += chunk.byteLength;
              } catch (cause) {
                await file.truncate(kept);
                throw cause;
              }
            }),
          close: async () => {
            await file.sync();
            await file.close();
          },
        };
      }),
    open: (name, shown) => fileSource(join(folder, name), shown),
    writeText: (name, text) =>
      told(name, async () => {
        await mkdir(folder, { recursive: true });
        const partial = join(folder, `${name}.partial`);
        await writeFile(partial, text);
        await rename(partial, join(folder, name));
      }),
    remove: async (name) => rm(join(folder, name), { force: true }),
  };
}

/** What cannot be reached is not missing: taken for missing it would be written anew. */
const ifMissing =
  (name: string) =>
  (cause: unknown): undefined => {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes((cause as NodeJS.ErrnoException).code ?? '')) return;
    throw unreadable(name, cause);
  };

/** Locks that this process holds. Its number alone does not say so: one that died may have had the same, as in a container. */
const heldLocks = new Set<string>();

/** A folder of the disk. A lock is a file with the number of the process that holds it; one left by a dead process counts for nothing. */
export async function diskFolder(path: string): Promise<DurableFolder> {
  const sink = await folderSink(path);
  const at = (name: string) => join(path, name);
  return {
    name: path,
    write: (name, content) => sink.write(name, content),
    open: (name) => fileSource(at(name), name),
    async folders(name) {
      const entries = await readdir(at(name), { withFileTypes: true }).catch(ifMissing(name));
      return (entries ?? [])
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        .sort();
    },
    remove: (name) => rm(at(name), { recursive: true, force: true }),
    async lock(name) {
      const file = resolve(at(`${name}.lock`));
      if (heldLocks.has(file)) return undefined;
      heldLocks.add(file);
      try {
        if (await takeLock(file)) {
          return async () => {
            await rm(file, { force: true });
            heldLocks.delete(file);
          };
        }
      } catch (cause) {
        heldLocks.delete(file);
        throw await storageError(cause, file);
      }
      heldLocks.delete(file);
      return undefined;
    },
    async isLocked(name) {
      const file = resolve(at(`${name}.lock`));
      return heldLocks.has(file) || isAlive(Number(await readFile(file, 'utf8').catch(() => '')));
    },
  };
}

/** The file appears with the number in it, or not at all: nobody sees it empty and takes its holder for dead. */
async function takeLock(file: string): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true });
  const own = `${file}.${process.pid}`;
  const appear = async (from: string) => {
    try {
      await link(from, file);
      return true;
    } catch (cause) {
      const { code = '' } = cause as NodeJS.ErrnoException;
      if (code === 'EEXIST') return false;
      // Disks without a second name for a file.
      if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(code)) throw cause;
      return writeFile(file, await readFile(from), { flag: 'wx' }).then(
        () => true,
        () => false,
      );
    }
  };
  try {
    await writeFile(own, String(process.pid));
    if (await appear(own)) return true;
    const left = await readFile(file, 'utf8').catch(() => '');
    if (Number(left) !== process.pid && isAlive(Number(left))) return false;
    // Of several that find it left behind, one alone moves it away; whoever moved a fresh one puts it back.
    const aside = `${own}.left`;
    await rename(file, aside).catch(() => undefined);
    const moved = await readFile(aside, 'utf8').catch(() => left);
    if (moved !== left) await appear(aside);
    await rm(aside, { force: true });
    return await appear(own);
  } finally {
    await rm(own, { force: true });
  }
}

function isAlive(process_: number): boolean {
  if (!Number.isSafeInteger(process_) || process_ <= 0) return false;
  try {
    process.kill(process_, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}
