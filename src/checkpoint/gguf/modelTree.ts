/** A model folder however it was saved. What reads GGUF is loaded where there is such a file. */
import { LabError } from '../../error';
import type { ByteSource, FileTree } from '../byteSource';

/**
 * The folder's files as they are, or those of its one GGUF file where it has no safetensors. Throws
 * `checkpoint/gguf-several` where there is a choice of GGUF files.
 */
export async function modelTree(tree: FileTree, signal?: AbortSignal): Promise<FileTree> {
  const source = ggufOf(tree);
  if (!source) return tree;
  const { ggufTree } = await import('./tree');
  return ggufTree(source, signal);
}

/** Throws `checkpoint/gguf-several`. */
export function ggufOf(tree: FileTree): ByteSource | undefined {
  const names = tree.list();
  if (names.some((name) => /^[^/]*\.safetensors$/.test(name))) return undefined;
  const ggufs = names.filter((name) => /\.gguf$/i.test(name));
  if (ggufs.length < 2) return ggufs[0] === undefined ? undefined : tree.open(ggufs[0]);
  throw new LabError(
    'checkpoint/gguf-several',
    `\`${tree.name}\` has ${ggufs.length} GGUF files: ${ggufs.slice(0, 3).join(', ')}${ggufs.length > 3 ? ', ...' : ''}.`,
    'Choose one of the files instead of the folder.',
    { found: ggufs },
  );
}
