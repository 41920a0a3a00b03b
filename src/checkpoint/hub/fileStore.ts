/**
 * A flat folder of files that grow while they are downloaded and keep what they have when that breaks off: the private
 * file system in a worker, a cache directory under Node (node.ts), memory in tests.
 */
import { type ByteSource, blobSource, bytesSource } from '../byteSource';
import { privateDirectory, writeFile } from '../directory';
import { storageError } from '../sink';

export interface Appender {
  /** Throws `storage/quota` where there is no room; then nothing of the chunk was kept. */
  write(chunk: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface FileStore {
  list(): Promise<readonly string[]>;
  /** Bytes there now; 0 where there is no such file. */
  size(name: string): Promise<number>;
  /** At the end of what is there. */
  append(name: string): Promise<Appender>;
  /** The file as it is now, called `shown` in messages. */
  open(name: string, shown: string): Promise<ByteSource | undefined>;
  /** All or nothing. */
  writeText(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** In a dedicated worker only: nowhere else may a file of the private file system be written in place. */
export async function privateFileStore(...path: readonly string[]): Promise<FileStore> {
  const directory = await privateDirectory(...path);
  const handle = (name: string): Promise<FileSystemFileHandle | undefined> =>
    directory.getFileHandle(name).catch(() => undefined);
  const file = async (name: string): Promise<File | undefined> => (await handle(name))?.getFile();
  return {
    async list() {
      const names: string[] = [];
      for await (const [name, entry] of directory.entries()) if (entry.kind === 'file') names.push(name);
      return names;
    },
    size: async (name) => (await file(name))?.size ?? 0,
    async append(name) {
      try {
        const access = await (await directory.getFileHandle(name, { create: true })).createSyncAccessHandle();
        return syncAppender(access, name);
      } catch (cause) {
        throw await storageError(cause, name);
      }
    },
    async open(name, shown) {
      const found = await file(name);
      return found && blobSource(shown, found);
    },
    writeText: (name, text) => writeFile(directory, name, text),
    remove: async (name) => directory.removeEntry(name).catch(() => undefined),
  };
}

function syncAppender(access: FileSystemSyncAccessHandle, name: string): Appender {
  let at = access.getSize();
  return {
    async write(chunk) {
      try {
        let done = 0;
        while (done < chunk.byteLength) {
          const written = access.write(chunk.subarray(done) as Uint8Array<ArrayBuffer>, { at: at + done });
          if (written === 0) throw new DOMException('Nothing more could be written.', 'QuotaExceededError');
          done += written;
        }
        at += done;
      } catch (cause) {
        access.truncate(at);
        throw await storageError(cause, name);
      }
    },
    async close() {
      access.flush();
      access.close();
    },
  };
}

/** `room`: bytes that may be held, for tests of what happens when there are no more. */
export function memoryFileStore(room = Infinity): FileStore {
  const files = new Map<string, Uint8Array>();
  const held = (): number => [...files.values()].reduce((sum, bytes) => sum + bytes.byteLength, 0);
  return {
    list: async () => [...files.keys()],
    size: async (name) => files.get(name)?.byteLength ?? 0,
    append: async (name) => ({
      async write(chunk) {
        if (held() + chunk.byteLength > room) {
          throw await storageError(new DOMException('No room.', 'QuotaExceededError'), name);
        }
        const before = files.get(name) ?? new Uint8Array(0);
        const bytes = new Uint8Array(before.byteLength + chunk.byteLength);
        bytes.set(before);
        bytes.set(chunk, before.byteLength);
        files.set(name, bytes);
      },
      close: async () => undefined,
    }),
    async open(name, shown) {
      const bytes = files.get(name);
      return bytes && bytesSource(shown, bytes);
    },
    writeText: async (name, text) => void files.set(name, new TextEncoder().encode(text)),
    remove: async (name) => void files.delete(name),
  };
}
