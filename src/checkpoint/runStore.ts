/**
 * Named folders of small files in the private file system, saved as one: "the last finished run". Directories cannot be
 * renamed there, so each save writes a fresh generation and then swaps the one file that points to it. A crash at any
 * moment leaves the old save or the new one, never a mixture.
 *
 *     runs/<name>/manifest.json   {version, savedAt, generation, files: {name: bytes}}
 *     runs/<name>/<generation>/…  the files
 */
import { LabError } from '../error';
import { blobSource, treeOf, type ByteSource, type FileTree } from './byteSource';
import { privateDirectory, writeFile } from './directory';
import type { FileContent } from './sink';

export interface SavedFolder {
  readonly name: string;
  /** ISO 8601. */
  readonly savedAt: string;
  readonly bytes: number;
  readonly files: readonly string[];
}

export interface RunStore {
  /** All of the files or none; the save it replaces goes only when the new one is whole. Throws `storage/quota`. */
  save(name: string, files: Readonly<Record<string, FileContent>>): Promise<SavedFolder>;
  /** Undefined where nothing was saved. Throws `storage/damaged` when a file is missing or has another length. */
  load(name: string): Promise<FileTree | undefined>;
  /** Newest first. What cannot be read is left out. */
  list(): Promise<readonly SavedFolder[]>;
  remove(name: string): Promise<void>;
}

interface Manifest {
  readonly version: 1;
  readonly savedAt: string;
  readonly generation: string;
  readonly files: Readonly<Record<string, number>>;
}

const MANIFEST = 'manifest.json';

/** Over the private file system, or any directory given. */
export async function openRunStore(given?: FileSystemDirectoryHandle): Promise<RunStore> {
  const root = given ?? (await privateDirectory('runs'));
  return {
    save: (name, files) => exclusively(name, () => save(root, checkedName(name), files)),
    load: (name) => load(root, checkedName(name)),
    async list() {
      const found: SavedFolder[] = [];
      for await (const [name, handle] of root.entries()) {
        if (handle.kind !== 'directory') continue;
        const manifest = await readManifest(handle as FileSystemDirectoryHandle);
        if (manifest) found.push(summary(name, manifest));
      }
      return found.sort((a, b) => (a.savedAt < b.savedAt ? 1 : -1));
    },
    remove: (name) => exclusively(name, () => removeIfThere(root, checkedName(name))),
  };
}

async function save(
  root: FileSystemDirectoryHandle,
  name: string,
  files: Readonly<Record<string, FileContent>>,
): Promise<SavedFolder> {
  const folder = await root.getDirectoryHandle(name, { create: true });
  const generation = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
  let manifest: Manifest;
  try {
    const fresh = await folder.getDirectoryHandle(generation, { create: true });
    const sizes: Record<string, number> = {};
    for (const [file, content] of Object.entries(files)) {
      await writeFile(fresh, checkedName(file), content);
      sizes[file] = (await (await fresh.getFileHandle(file)).getFile()).size;
    }
    manifest = { version: 1, savedAt: new Date().toISOString(), generation, files: sizes };
    await writeFile(folder, MANIFEST, JSON.stringify(manifest));
  } catch (cause) {
    await removeIfThere(folder, generation);
    if (!(await readManifest(folder))) await removeIfThere(root, name);
    throw cause;
  }
  for await (const [other, handle] of folder.entries()) {
    if (handle.kind === 'directory' && other !== generation) await removeIfThere(folder, other);
  }
  return summary(name, manifest);
}

async function load(root: FileSystemDirectoryHandle, name: string): Promise<FileTree | undefined> {
  const folder = await root.getDirectoryHandle(name).catch(() => undefined);
  const manifest = folder && (await readManifest(folder));
  if (!folder || !manifest) return undefined;
  const sources = new Map<string, ByteSource>();
  for (const [file, expected] of Object.entries(manifest.files)) {
    const blob = await folder
      .getDirectoryHandle(manifest.generation)
      .then((directory) => directory.getFileHandle(file))
      .then((handle) => handle.getFile())
      .catch(() => undefined);
    if (blob?.size !== expected) {
      throw new LabError(
        'storage/damaged',
        `\`${file}\` of the saved run \`${name}\` has ${blob ? `${blob.size} bytes` : 'gone'}; ${expected} bytes were saved.`,
        'The browser may have cleared space. Forget this run.',
        { file, expected, found: blob?.size ?? null },
      );
    }
    sources.set(file, blobSource(file, blob));
  }
  return treeOf(name, sources);
}

async function readManifest(folder: FileSystemDirectoryHandle): Promise<Manifest | undefined> {
  try {
    const text = await (await (await folder.getFileHandle(MANIFEST)).getFile()).text();
    const manifest = JSON.parse(text) as Manifest;
    return manifest.version === 1 && typeof manifest.files === 'object' ? manifest : undefined;
  } catch {
    return undefined;
  }
}

function summary(name: string, { savedAt, files }: Manifest): SavedFolder {
  const bytes = Object.values(files).reduce((sum, size) => sum + size, 0);
  return { name, savedAt, bytes, files: Object.keys(files) };
}

async function removeIfThere(directory: FileSystemDirectoryHandle, name: string): Promise<void> {
  await directory.removeEntry(name, { recursive: true }).catch(() => undefined);
}

function checkedName(name: string): string {
  if (/^[\w-][\w.-]{0,99}$/.test(name)) return name;
  throw new LabError(
    'storage/name',
    `\`${name}\` cannot be the name of a saved file.`,
    'Letters, digits, - and _ can.',
    {
      name,
    },
  );
}

/** Two tabs must not save the same run at once. */
function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  return locks ? (locks.request(`tokengraft/runs/${name}`, work) as Promise<T>) : work();
}
