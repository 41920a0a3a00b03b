/** A model folder in memory with tensors renamed, left out or added, and files replaced: as other tools save them. */
import {
  copyOf,
  memoryTree,
  openSafetensors,
  readText,
  safetensorsFile,
  type FileTree,
  type TensorToWrite,
} from '../../../src/checkpoint/index';
import { bytesOf } from '../../checkpoint/writeBytes';

export interface SavedAs {
  /** The name in the file; undefined leaves the tensor out. */
  readonly name?: (name: string) => string | undefined;
  readonly more?: readonly TensorToWrite[];
  readonly config?: (config: Record<string, unknown>) => Record<string, unknown>;
  /** Replaced or added; undefined leaves the file out. */
  readonly files?: Readonly<Record<string, string | Uint8Array | undefined>>;
}

export async function savedAs(
  tree: FileTree,
  { name = (same) => same, more = [], config = (same) => same, files = {} }: SavedAs,
): Promise<FileTree> {
  const { tensors } = await openSafetensors(tree.open('model.safetensors')!);
  const kept = [...tensors.values()].flatMap((entry): TensorToWrite[] => {
    const saved = name(entry.name);
    return saved === undefined ? [] : [{ ...copyOf(entry), name: saved }];
  });
  const weights = await bytesOf(safetensorsFile([...kept, ...more]).stream());
  const whole: Record<string, string | Uint8Array | undefined> = {};
  for (const file of tree.list()) if (file !== 'model.safetensors') whole[file] = await readText(tree.open(file)!);
  const json = JSON.parse(whole['config.json'] as string) as Record<string, unknown>;
  Object.assign(whole, { 'config.json': JSON.stringify(config(json), null, 2), 'model.safetensors': weights }, files);
  const there = Object.entries(whole).filter((entry): entry is [string, string | Uint8Array] => entry[1] !== undefined);
  return memoryTree('saved', Object.fromEntries(there));
}
