/**
 * Files that survive a crash, by path: each write leaves the whole content or what was there before. Experiments keep their runs
 * in one, in the private file system and on disk alike.
 */
import { LabError } from '../error';
import { blobSource, unreadable, type ByteSource } from './byteSource';
import { directorySink } from './directory';
import type { FileContent } from './sink';

export interface DurableFolder {
  /** For messages. */
  readonly name: string;
  /** Folders on the way are made. Throws `storage/...`. */
  write(path: string, content: FileContent): Promise<void>;
  /** Undefined where there is no such file. */
  open(path: string): Promise<ByteSource | undefined>;
  /** Names of the folders directly in one; none where it is missing. */
  folders(path: string): Promise<readonly string[]>;
  /** A file, or a folder with all that lies in it; nothing where it is missing. */
  remove(path: string): Promise<void>;
  /** Nobody else gets it until it is released; undefined where somebody has it. A process that dies releases it. */
  lock(name: string): Promise<(() => Promise<void>) | undefined>;
  /** Whether somebody has it, without taking it. */
  isLocked(name: string): Promise<boolean>;
}

export async function readTextFile(folder: DurableFolder, path: string): Promise<string | undefined> {
  const source = await folder.open(path);
  return source && new TextDecoder().decode(await source.read(0, source.size));
}

/** Over a directory of the private file system. Locks hold between tabs. */
export function privateFolder(directory: FileSystemDirectoryHandle, name: string): DurableFolder {
  const sink = directorySink(directory);
  const place = async (path: string): Promise<FileSystemDirectoryHandle | undefined> => {
    let folder: FileSystemDirectoryHandle | undefined = directory;
    for (const part of path.split('/').filter(Boolean)) {
      folder = await folder.getDirectoryHandle(part).catch(ifMissing(path));
      if (!folder) return undefined;
    }
    return folder;
  };
  return {
    name,
    write: (path, content) => sink.write(path, content),
    async open(path) {
      const parts = path.split('/');
      const file = parts.pop()!;
      const folder = await place(parts.join('/'));
      const handle = await folder?.getFileHandle(file).catch(ifMissing(path));
      return handle && blobSource(path, await handle.getFile());
    },
    async folders(path) {
      const names: string[] = [];
      const folder = await place(path);
      if (!folder) return names;
      for await (const [each, handle] of folder.entries()) if (handle.kind === 'directory') names.push(each);
      return names.sort();
    },
    async remove(path) {
      const parts = path.split('/');
      const last = parts.pop()!;
      const folder = await place(parts.join('/'));
      await folder?.removeEntry(last, { recursive: true }).catch(ifMissing(path));
    },
    lock: (lock) => heldLock(lockName(name, lock)),
    isLocked: async (lock) => {
      const { held = [] } = (await globalThis.navigator?.locks?.query()) ?? {};
      return held.some((each) => each.name === lockName(name, lock));
    },
  };
}

/** What cannot be reached is not missing: taken for missing it would be written anew. */
const ifMissing =
  (path: string) =>
  (cause: unknown): undefined => {
    if (cause instanceof DOMException && (cause.name === 'NotFoundError' || cause.name === 'TypeMismatchError')) return;
    throw unreadable(path, cause);
  };

const lockName = (folder: string, lock: string): string => `tokengraft/${folder}/${lock}`;

/** Without locks in the browser, nothing can be said of other tabs. */
function heldLock(name: string): Promise<(() => Promise<void>) | undefined> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return Promise.resolve(() => Promise.resolve());
  return new Promise((resolve, reject) => {
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(undefined);
        return new Promise<void>((release) => resolve(() => Promise.resolve(release())));
      })
      .catch(reject);
  });
}

/** In memory: for private windows, which have no storage, and for tests. */
export function memoryFolder(name = 'memory'): DurableFolder & { readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  const locked = new Set<string>();
  return {
    name,
    files,
    async write(path, content) {
      const blob =
        content instanceof Uint8Array || typeof content === 'string' ? new Blob([content as BlobPart]) : undefined;
      const bytes = blob ? await blob.arrayBuffer() : await new Response(asBody(content)).arrayBuffer();
      files.set(path, new Uint8Array(bytes));
    },
    async open(path) {
      const bytes = files.get(path);
      return bytes && blobSource(path, new File([bytes as BlobPart], path));
    },
    async folders(path) {
      const prefix = path === '' ? '' : `${path}/`;
      const inside = [...files.keys()]
        .filter((each) => each.startsWith(prefix))
        .map((each) => each.slice(prefix.length));
      return [...new Set(inside.filter((each) => each.includes('/')).map((each) => each.split('/')[0]!))].sort();
    },
    async remove(path) {
      for (const each of [...files.keys()]) if (each === path || each.startsWith(`${path}/`)) files.delete(each);
    },
    async lock(lock) {
      if (locked.has(lock)) return undefined;
      locked.add(lock);
      return async () => void locked.delete(lock);
    },
    isLocked: async (lock) => locked.has(lock),
  };
}

function asBody(content: FileContent): BodyInit {
  if (typeof content === 'string' || content instanceof Blob || content instanceof ReadableStream) return content;
  if (content instanceof Uint8Array) return new Blob([content as BlobPart]);
  const iterator = content[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

export function damaged(folder: DurableFolder, path: string, found: number | undefined, expected: number): LabError {
  return new LabError(
    'storage/damaged',
    `\`${path}\` in ${folder.name} ${found === undefined ? 'is gone' : `has ${found} bytes`}; ${expected} bytes were saved.`,
    'Take the folder of that run away; it will be run again.',
    { path, found: found ?? null, expected },
  );
}
