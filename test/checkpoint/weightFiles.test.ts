import { describe, expect, it } from 'vitest';
import { INDEX_FILE, memoryTree, openCheckpoint, tensorOf, weightFiles } from '../../src/checkpoint/index';
import { bytesOf } from './writeBytes';

const sizes = { a: 10, b: 30, c: 5, d: 6, e: 100, f: 1 };
const tensors = Object.entries(sizes).map(([name, bytes]) =>
  tensorOf(
    name,
    'U8',
    [bytes],
    Uint8Array.from({ length: bytes }, (_, i) => i + name.charCodeAt(0)),
  ),
);

async function writtenFolder(shardBytes?: number) {
  const weights = weightFiles(tensors, shardBytes);
  const files: Record<string, Uint8Array | string> = { 'config.json': '{}' };
  for (const { name, file } of weights.files) files[name] = await bytesOf(file.stream());
  if (weights.index !== undefined) files[INDEX_FILE] = weights.index;
  return { weights, files };
}

describe('weightFiles', () => {
  it('writes one file without an index where everything fits', async () => {
    const { weights } = await writtenFolder();
    expect(weights.files.map(({ name }) => name)).toEqual(['model.safetensors']);
    expect(weights.index).toBeUndefined();
  });

  it('fills shards in order, never splits a tensor, and gives a large one a file of its own', async () => {
    const { weights, files } = await writtenFolder(40);
    const name = (shard: number) => `model-0000${shard}-of-00004.safetensors`;
    expect(weights.files.map((each) => each.name)).toEqual([1, 2, 3, 4].map(name));
    expect(JSON.parse(weights.index!)).toEqual({
      metadata: { total_size: 152 },
      weight_map: { a: name(1), b: name(1), c: name(2), d: name(2), e: name(3), f: name(4) },
    });
    expect(weights.totalBytes).toBe(
      weights.files.reduce((sum, each) => sum + (files[each.name] as Uint8Array).length, 0),
    );
  });

  it.each([1, 11, 40, 152, 1e9])('reads back to the bit with shards of %i bytes', async (shardBytes) => {
    const { files } = await writtenFolder(shardBytes);
    const { tensors: found } = await openCheckpoint(memoryTree('shards', files));
    expect([...found.keys()].sort()).toEqual(Object.keys(sizes));
    for (const tensor of tensors) {
      expect(await found.get(tensor.name)!.read()).toEqual(
        await bytesOf(tensor.chunks() as Iterable<Uint8Array> & AsyncIterable<Uint8Array>),
      );
    }
  });
});
