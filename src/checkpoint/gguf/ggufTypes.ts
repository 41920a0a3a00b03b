/** What a GGUF file is stored in, from its header alone. */
import type { FileTree } from '../byteSource';
import { readGgufHeader } from './header';
import { ggufOf } from './modelTree';

/** Types of the tensors in the one GGUF file of a folder, most bytes first; undefined where the folder is read otherwise. */
export async function ggufTypes(
  tree: FileTree,
  signal?: AbortSignal,
): Promise<readonly { readonly dtype: string; readonly tensors: number; readonly bytes: number }[] | undefined> {
  const source = ggufOf(tree);
  if (!source) return undefined;
  const found = new Map<string, { tensors: number; bytes: number }>();
  for (const { type, start, end } of (await readGgufHeader(source, signal)).tensors) {
    const sum = found.get(type.name) ?? { tensors: 0, bytes: 0 };
    found.set(type.name, { tensors: sum.tensors + 1, bytes: sum.bytes + end - start });
  }
  return [...found].map(([dtype, sum]) => ({ dtype, ...sum })).sort((a, b) => b.bytes - a.bytes);
}
