/**
 * Weights as one safetensors file or as shards with an index, named as Hugging Face names them. Tensors fill shards in
 * the order given and are never split: one larger than a shard gets a file of its own, as `save_pretrained` does it.
 */
import { INDEX_FILE, SINGLE_FILE } from './checkpoint';
import { safetensorsFile, type SafetensorsFile, type TensorToWrite } from './safetensors';
import { tensorBytes } from './safetensorsHeader';

/** Bytes of tensors in a shard. Below 2 GiB, which some hosts and 32-bit readers stop at. */
export const SHARD_BYTES = 2_000_000_000;

export interface WeightFiles {
  readonly files: readonly { readonly name: string; readonly file: SafetensorsFile }[];
  /** Text of model.safetensors.index.json; absent where one file holds everything. */
  readonly index?: string;
  /** Bytes of the files together. */
  readonly totalBytes: number;
}

export function weightFiles(tensors: readonly TensorToWrite[], shardBytes = SHARD_BYTES): WeightFiles {
  const shards: TensorToWrite[][] = [];
  let filled = Infinity;
  for (const tensor of tensors) {
    const bytes = tensorBytes(tensor);
    if (filled + bytes > shardBytes) {
      shards.push([]);
      filled = 0;
    }
    shards.at(-1)!.push(tensor);
    filled += bytes;
  }
  if (shards.length <= 1) {
    const file = safetensorsFile(tensors);
    return { files: [{ name: SINGLE_FILE, file }], totalBytes: file.size };
  }
  const name = (index: number) => `model-${padded(index + 1)}-of-${padded(shards.length)}.safetensors`;
  const files = shards.map((shard, index) => ({ name: name(index), file: safetensorsFile(shard) }));
  const places = shards.flatMap((shard, index) => shard.map((tensor) => [tensor.name, name(index)] as const));
  return {
    files,
    index: indexText(places, tensors),
    totalBytes: files.reduce((sum, { file }) => sum + file.size, 0),
  };
}

/** Names of weight files that a folder may still hold from an earlier writing, and that readers would prefer or mix in. */
export function staleWeightFiles({ index }: Pick<WeightFiles, 'index'>): readonly string[] {
  return index === undefined ? [INDEX_FILE] : [SINGLE_FILE];
}

function indexText(places: readonly (readonly [string, string])[], tensors: readonly TensorToWrite[]): string {
  const sorted = [...places].sort(([a], [b]) => (a < b ? -1 : 1));
  const totalSize = tensors.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  return `${JSON.stringify({ metadata: { total_size: totalSize }, weight_map: Object.fromEntries(sorted) }, null, 2)}\n`;
}

function padded(count: number): string {
  return String(count).padStart(5, '0');
}
