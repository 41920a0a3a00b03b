/**
 * Bytes by range: the one way the lab reads files, wherever they lie. A model's weights are never read whole; a reader
 * asks for the header, then for tensors or rows. A FileTree is a flat folder of such files, as Hugging Face lays models
 * out. Sources never return fewer bytes than asked for: a short file is an error that names it.
 */
import { LabError } from '../error';

export interface ByteSource {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes [start, end). Throws `checkpoint/truncated` past the end, `checkpoint/unreadable` when the medium fails. */
  read(start: number, end: number, signal?: AbortSignal): Promise<Uint8Array>;
}

export interface FileTree {
  /** The folder's name, for titles and messages. */
  readonly name: string;
  list(): readonly string[];
  open(name: string): ByteSource | undefined;
}

export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return rangeChecked(name, bytes.byteLength, async (start, end) => bytes.slice(start, end));
}

/** A Blob or File; the browser reads from disk only what is asked for. */
export function blobSource(name: string, blob: Blob): ByteSource {
  return rangeChecked(name, blob.size, async (start, end) => {
    try {
      return new Uint8Array(await blob.slice(start, end).arrayBuffer());
    } catch (cause) {
      throw unreadable(name, cause, 'The file may have changed or moved since it was picked: pick it again.');
    }
  });
}

/** Wraps a range reader so that every source checks bounds, cancellation and short answers in the same way. */
export function rangeChecked(
  name: string,
  size: number,
  readRange: (start: number, end: number, signal?: AbortSignal) => Promise<Uint8Array>,
): ByteSource {
  return {
    name,
    size,
    async read(start, end, signal) {
      signal?.throwIfAborted();
      if (!(start >= 0 && start <= end && end <= size)) throw truncated(name, end, size);
      if (start === end) return new Uint8Array(0);
      const bytes = await readRange(start, end, signal);
      if (bytes.byteLength !== end - start) throw truncated(name, end, start + bytes.byteLength);
      return bytes;
    },
  };
}

export function memoryTree(name: string, files: Readonly<Record<string, Uint8Array | string>>): FileTree {
  const sources = new Map(
    Object.entries(files).map(([file, content]) => [
      file,
      bytesSource(file, typeof content === 'string' ? new TextEncoder().encode(content) : content),
    ]),
  );
  return treeOf(name, sources);
}

/** A file with its path inside the picked folder; `File.webkitRelativePath` does not survive postMessage. */
export interface PathedFile {
  readonly path: string;
  readonly file: Blob;
}

/** Files of a folder picker or a drop. Folders that all paths share are stripped; deeper files keep their path. */
export function filesTree(files: readonly (File | PathedFile)[]): FileTree {
  const pathed = files.map((item) =>
    'path' in item
      ? { path: item.path.replace(/^\/+/, ''), file: item.file }
      : { path: item.webkitRelativePath || item.name, file: item },
  );
  const split = pathed.map(({ path }) => path.split('/'));
  let depth = 0;
  while (split.length > 0 && split.every((parts) => parts.length > depth + 1 && parts[depth] === split[0]![depth]))
    depth++;
  const sources = new Map<string, ByteSource>();
  pathed.forEach(({ file }, index) => {
    const path = split[index]!.slice(depth).join('/');
    if (sources.has(path)) {
      throw new LabError(
        'checkpoint/duplicate-file',
        `Two of the chosen files are both called \`${path}\`.`,
        'Choose the files of one model folder, without its subfolders.',
        { file: path },
      );
    }
    sources.set(path, blobSource(path, file));
  });
  return treeOf(depth > 0 ? split[0]![depth - 1]! : 'chosen files', sources);
}

export function treeOf(name: string, sources: ReadonlyMap<string, ByteSource>): FileTree {
  return { name, list: () => [...sources.keys()].sort(), open: (file) => sources.get(file) };
}

/** The files of one folder of a deep tree, by their names within it. */
export function subtree(tree: FileTree, folder: string): FileTree {
  const prefix = `${folder}/`;
  const inside = tree.list().filter((name) => name.startsWith(prefix));
  return treeOf(folder, new Map(inside.map((name) => [name.slice(prefix.length), tree.open(name)!])));
}

const PIECE_BYTES = 4 * 2 ** 20;

/** A file from its beginning, about 4 MiB at a time. */
export async function* sourcePieces(source: ByteSource, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.size; at += PIECE_BYTES) {
    yield await source.read(at, Math.min(source.size, at + PIECE_BYTES), signal);
  }
}

/** Strict UTF-8 of a whole file, refused above `maxBytes` before anything is read. */
export async function readText(source: ByteSource, maxBytes = 256 * 2 ** 20, signal?: AbortSignal): Promise<string> {
  if (source.size > maxBytes) throw tooLarge(source, maxBytes);
  const bytes = await source.read(0, source.size, signal);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new LabError(
      'checkpoint/not-utf8',
      `\`${source.name}\` is not valid UTF-8.`,
      'Fetch the file again; it may be damaged.',
      { file: source.name },
      cause,
    );
  }
}

/** For files that are read whole. */
export function tooLarge({ name, size }: Pick<ByteSource, 'name' | 'size'>, maxBytes: number): LabError {
  return new LabError(
    'checkpoint/file-too-large',
    `\`${name}\` has ${size} bytes; at most ${maxBytes} are read.`,
    'This does not look like a file of a model folder.',
    { file: name, expected: maxBytes, found: size },
  );
}

export function truncated(file: string, expected: number, found: number): LabError {
  return new LabError(
    'checkpoint/truncated',
    `\`${file}\` ends early: ${expected} bytes expected, ${found} found.`,
    'The download or copy did not finish; fetch the file again.',
    { file, expected, found },
  );
}

export function unreadable(file: string, cause: unknown, hint = 'Check that the file can still be reached.'): unknown {
  if (cause instanceof LabError || (cause instanceof DOMException && cause.name === 'AbortError')) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new LabError('checkpoint/unreadable', `\`${file}\` could not be read: ${why}`, hint, { file }, cause);
}
