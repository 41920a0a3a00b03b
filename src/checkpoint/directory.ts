/**
 * Folders behind a FileSystemDirectoryHandle: one the visitor picked, or the origin-private file system. A file is
 * replaced in one go: `createWritable` writes beside it and swaps on close; where that is missing (Safari before 26) a
 * worker writes a temporary file, flushes and renames it.
 */
import { LabError } from '../error';
import { blobSource, treeOf, unreadable, type ByteSource, type FileTree } from './byteSource';
import { chunksOf, storageError, type FileContent, type FolderSink } from './sink';

/**
 * The files directly in a folder, with their sizes as they are now; with `names`, those files, which may lie in folders of
 * it (`model/config.json`). A picked folder can hold much besides: it is never walked.
 */
export async function directoryTree(
  directory: FileSystemDirectoryHandle,
  names?: readonly string[],
): Promise<FileTree> {
  const sources = new Map<string, ByteSource>();
  try {
    if (names) {
      for (const path of names) {
        const [folder, name] = await placeOf(directory, path, false);
        sources.set(path, blobSource(path, await (await folder.getFileHandle(name)).getFile()));
      }
    } else {
      for await (const [name, handle] of directory.entries()) {
        if (handle.kind !== 'file' || name.endsWith(PARTIAL)) continue;
        sources.set(name, blobSource(name, await (handle as FileSystemFileHandle).getFile()));
      }
    }
  } catch (cause) {
    throw unreadable(directory.name, cause);
  }
  return treeOf(directory.name || 'private files', sources);
}

/** The folder that a path's file lies in, and the file's own name. */
async function placeOf(
  directory: FileSystemDirectoryHandle,
  path: string,
  create: boolean,
): Promise<[FileSystemDirectoryHandle, string]> {
  const folders = path.split('/');
  const name = folders.pop()!;
  let folder = directory;
  for (const each of folders) folder = await folder.getDirectoryHandle(each, { create });
  return [folder, name];
}

export function directorySink(directory: FileSystemDirectoryHandle): FolderSink {
  return {
    async write(path, content) {
      const place = await placeOf(directory, path, true).catch(async (cause: unknown) => {
        throw await storageError(cause, path);
      });
      await writeFile(...place, content);
    },
    async remove(path) {
      const place = await placeOf(directory, path, false).catch(() => undefined);
      await place?.[0].removeEntry(place[1]).catch(() => undefined);
    },
    close: async () => undefined,
  };
}

const PARTIAL = '.partial';

/** After it resolves the file holds the content; after it rejects, what it held before. Throws `storage/...`. */
export async function writeFile(
  directory: FileSystemDirectoryHandle,
  name: string,
  content: FileContent,
): Promise<void> {
  try {
    if (typeof FileSystemFileHandle === 'undefined' || 'createWritable' in FileSystemFileHandle.prototype) {
      await writeSwapped(directory, name, content);
    } else {
      await writeRenamed(directory, name, content);
    }
  } catch (cause) {
    throw await storageError(cause, name);
  }
}

async function writeSwapped(directory: FileSystemDirectoryHandle, name: string, content: FileContent): Promise<void> {
  const existed = await exists(directory, name);
  const file = await directory.getFileHandle(name, { create: true });
  try {
    const writable = await file.createWritable();
    try {
      for await (const chunk of chunksOf(content)) await writable.write(chunk as Uint8Array<ArrayBuffer>);
      await writable.close();
    } catch (cause) {
      await writable.abort().catch(() => undefined);
      throw cause;
    }
  } catch (cause) {
    if (!existed) await directory.removeEntry(name).catch(() => undefined);
    throw cause;
  }
}

async function writeRenamed(directory: FileSystemDirectoryHandle, name: string, content: FileContent): Promise<void> {
  const file = await directory.getFileHandle(name + PARTIAL, { create: true });
  try {
    const access = await file.createSyncAccessHandle();
    try {
      access.truncate(0);
      let at = 0;
      for await (const chunk of chunksOf(content)) {
        at += access.write(chunk as Uint8Array<ArrayBuffer>, { at });
      }
      access.flush();
    } finally {
      access.close();
    }
    // Not yet in TypeScript's library.
    await (file as FileSystemFileHandle & { move(name: string): Promise<void> }).move(name);
  } catch (cause) {
    await directory.removeEntry(name + PARTIAL).catch(() => undefined);
    throw cause;
  }
}

async function exists(directory: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  try {
    await directory.getFileHandle(name);
    return true;
  } catch {
    return false;
  }
}

/** A folder of the origin-private file system, made if missing. Throws `storage/unavailable` where there is none. */
export async function privateDirectory(...path: readonly string[]): Promise<FileSystemDirectoryHandle> {
  try {
    let directory = await navigator.storage.getDirectory();
    for (const name of path) directory = await directory.getDirectoryHandle(name, { create: true });
    return directory;
  } catch (cause) {
    throw new LabError(
      'storage/unavailable',
      "The browser's private file system cannot be used here.",
      'Private windows and some settings turn it off. Save into a folder of your own instead.',
      { path },
      cause,
    );
  }
}
