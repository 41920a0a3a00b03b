import { describe, expect, it } from 'vitest';
import { fromF32, memoryTree, safetensorsFile, subtree, tensorOf } from '../../../src/checkpoint/index';
import { openModel, verifyWeights, writeModel, type ModelToExport } from '../../../src/lab/index';
import { bytesOf, labErrorOf } from '../../checkpoint/writeBytes';
import { tinyLlama } from '../vocabulary/letters';
import { memorySink } from './memorySink';

async function plainExport(options: { tied?: boolean; bf16?: boolean } = {}): Promise<ModelToExport> {
  const model = await openModel(await tinyLlama(options), 'folder');
  return { model, card: '# A card\n', newTokens: [], extras: {} };
}

describe('a model written in a chosen type and in shards', () => {
  it.each(['F32', 'F16', 'BF16'] as const)(
    'has every tensor in %s, rounded once, and says so in its config',
    async (dtype) => {
      const exported = { ...(await plainExport({ bf16: false, tied: false })), dtype, shardBytes: 900 };
      const folder = memorySink();
      await writeModel(folder.sink, exported);
      expect([...folder.files.keys()].filter((name) => name.endsWith('.safetensors')).length).toBeGreaterThan(3);
      const written = await openModel(folder.tree(), 'folder');
      const torchNames = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' };
      expect(written.checkpoint.config).toEqual({
        ...exported.model.checkpoint.config,
        torch_dtype: torchNames[dtype],
      });
      for (const [name, { shape, readF32 }] of exported.model.checkpoint.tensors) {
        const found = written.checkpoint.tensors.get(name)!;
        expect(found, name).toMatchObject({ dtype, shape });
        expect(await found.read(), name).toEqual(fromF32(await readF32(), dtype));
      }
      expect(await verifyWeights(folder.tree(), exported)).toEqual({
        tensors: written.checkpoint.tensors.size,
        bytes: written.checkpoint.totalBytes,
      });
    },
  );

  it('is the source to the bit, config text included, where nothing is chosen', async () => {
    const exported = await plainExport();
    const folder = memorySink();
    await writeModel(folder.sink, exported);
    const source = await tinyLlama();
    for (const name of ['config.json', 'tokenizer.json', 'generation_config.json']) {
      expect(new TextDecoder().decode(folder.files.get(name)), name).toBe(
        new TextDecoder().decode(await source.open(name)!.read(0, source.open(name)!.size)),
      );
    }
    const written = await openModel(folder.tree(), 'folder');
    expect(written.checkpoint.tensors.has('lm_head.weight')).toBe(false);
    for (const [name, entry] of exported.model.checkpoint.tensors) {
      expect(await written.checkpoint.tensors.get(name)!.read(), name).toEqual(await entry.read());
    }
  });

  it('refuses F16 where a weight would become infinity, naming tensor and number', async () => {
    const exported = await plainExport({ bf16: false });
    const name = 'model.norm.weight';
    const values = new Float32Array(16).fill(70_000);
    const replaced = { ...exported.model.checkpoint.tensors.get(name)!, readF32: () => Promise.resolve(values) };
    const tensors = new Map(exported.model.checkpoint.tensors).set(name, replaced);
    const model = { ...exported.model, checkpoint: { ...exported.model.checkpoint, tensors } };
    const error = await labErrorOf(writeModel(memorySink().sink, { ...exported, model, dtype: 'F16' }));
    expect(error).toMatchObject({ code: 'graft/f16-overflow', details: { tensor: name, value: 70_000 } });
    await writeModel(memorySink().sink, { ...exported, model, dtype: 'BF16' });
  });

  it('takes away the weights of an earlier writing that a reader would prefer', async () => {
    const exported = await plainExport();
    const folder = memorySink();
    await writeModel(folder.sink, exported);
    await writeModel(folder.sink, { ...exported, shardBytes: 500 });
    expect(folder.files.has('model.safetensors')).toBe(false);
    await writeModel(folder.sink, exported);
    expect(folder.files.has('model.safetensors.index.json')).toBe(false);
    await verifyWeights(folder.tree(), exported);
  });
});

describe('verifyWeights', () => {
  it('finds one changed bit and names the tensor', async () => {
    const exported = await plainExport();
    const folder = memorySink();
    await writeModel(folder.sink, exported);
    const weights = folder.files.get('model.safetensors')!;
    weights[weights.length - 1]! ^= 1;
    expect(await labErrorOf(verifyWeights(folder.tree(), exported))).toMatchObject({
      code: 'lab/verification-failed',
    });
  });

  it('finds a tensor too many', async () => {
    const exported = await plainExport();
    const folder = memorySink();
    await writeModel(folder.sink, exported);
    const tensors = await Promise.all(
      [...exported.model.checkpoint.tensors.values()].map(async (entry) =>
        tensorOf(entry.name, entry.dtype, entry.shape, await entry.read()),
      ),
    );
    const more = [...tensors, tensorOf('more', 'U8', [1], Uint8Array.of(1))];
    folder.files.set('model.safetensors', await bytesOf(safetensorsFile(more).stream()));
    expect(await labErrorOf(verifyWeights(folder.tree(), exported))).toMatchObject({ code: 'lab/verification-failed' });
  });
});

describe('folders in folders', () => {
  it('are read by their own names', () => {
    const deep = memoryTree('all', { 'model/config.json': '{}', 'model/deep/a': '', 'modelx/b': '', c: '' });
    expect(subtree(deep, 'model').list()).toEqual(['config.json', 'deep/a']);
  });
});
