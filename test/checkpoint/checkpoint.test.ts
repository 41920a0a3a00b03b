import { describe, expect, it } from 'vitest';
import { memoryTree, openCheckpoint, safetensorsFile, tensorOf, verifyTensors } from '../../src/checkpoint/index';
import { folderTree } from '../../src/checkpoint/node';
import { bytesOf, labErrorOf } from './writeBytes';

const weights = (names: readonly string[]) =>
  bytesOf(safetensorsFile(names.map((name, i) => tensorOf(name, 'F32', [2, 2], new Float32Array(4).fill(i)))).stream());
const index = (map: unknown) => JSON.stringify({ metadata: {}, weight_map: map });

describe('openCheckpoint', () => {
  it('opens shards through their index as one map', async () => {
    const checkpoint = await openCheckpoint(
      memoryTree('sharded', {
        'config.json': '{"model_type":"llama"}',
        'generation_config.json': '{"eos_token_id": 2}',
        'tokenizer.json': '{ }',
        'model-1.safetensors': await weights(['a', 'b']),
        'model-2.safetensors': await weights(['c']),
        'model.safetensors.index.json': index({
          c: 'model-2.safetensors',
          a: 'model-1.safetensors',
          b: 'model-1.safetensors',
        }),
      }),
    );
    expect([...checkpoint.tensors.keys()].sort()).toEqual(['a', 'b', 'c']);
    expect(checkpoint.tensors.get('c')!.file).toBe('model-2.safetensors');
    expect(await checkpoint.tensors.get('b')!.readF32()).toEqual(new Float32Array(4).fill(1));
    expect(checkpoint.totalBytes).toBe(48);
    expect([checkpoint.generationConfig, checkpoint.tokenizerFiles]).toEqual([
      '{"eos_token_id": 2}',
      { 'tokenizer.json': '{ }' },
    ]);
  });

  it('names what a folder lacks', async () => {
    const config = { 'config.json': '{}' };
    const cases: [Record<string, string | Uint8Array>, code: string, mention: string][] = [
      [{}, 'missing-file', '`config.json`'],
      [{ 'config.json': '[]' }, 'json-shape', '`config.json` holds a list'],
      [{ 'config.json': '<!doctype html>' }, 'json-syntax', '`config.json`'],
      [{ 'config.json': '['.repeat(1e6) }, 'json-depth', '`config.json`'],
      [{ 'config.json': '{"a":1,"a":2}' }, 'json-duplicate-key', '`a` twice'],
      [config, 'no-weights', '`model.safetensors`'],
      [{ ...config, 'model.safetensors.index.json': '{"weight_map":{"a":3}}' }, 'index-shape', 'weight_map'],
      [
        { ...config, 'model.safetensors.index.json': index({ a: 'model-1.safetensors' }) },
        'missing-file',
        '`model-1.safetensors`',
      ],
      [
        {
          ...config,
          'model.safetensors.index.json': index({ a: 'm-1.safetensors' }),
          'm-1.safetensors': await weights(['b']),
        },
        'missing-tensor',
        '`a` lies in `m-1.safetensors`',
      ],
    ];
    for (const [files, code, mention] of cases) {
      const error = await labErrorOf(openCheckpoint(memoryTree('folder', files)));
      expect([error.code, error.message]).toEqual([`checkpoint/${code}`, expect.stringContaining(mention)]);
    }
  });

  it('says that a pickle is not read, by its name', async () => {
    const error = await labErrorOf(openCheckpoint(memoryTree('old', { 'config.json': '{}', 'pytorch_model.bin': '' })));
    expect(error.hint).toContain('pytorch_model.bin');
  });

  it('checks tensors against what the model needs: missing, wrong shape, unread type, and what is left over', async () => {
    const file = safetensorsFile([
      tensorOf('a', 'F32', [2, 3], new Float32Array(6)),
      tensorOf('b', 'I8', [4], new Int8Array(4)),
      tensorOf('rotary', 'F32', [1], new Float32Array(1)),
    ]);
    const tree = memoryTree('folder', { 'config.json': '{}', 'model.safetensors': await bytesOf(file.stream()) });
    const checkpoint = await openCheckpoint(tree);
    const verify = (...expected: [string, number[]][]) =>
      labErrorOf(() =>
        verifyTensors(
          checkpoint,
          expected.map(([name, shape]) => ({ name, shape })),
        ),
      );
    expect(await verify(['c', [5]], ['a', [3, 2]])).toMatchObject({
      code: 'checkpoint/missing-tensor',
      message: '`folder` has no tensor `c` [5] (and 1 more like this).',
    });
    expect(await verify(['a', [3, 2]])).toMatchObject({
      code: 'checkpoint/wrong-shape',
      message: '`a` in `model.safetensors` has the shape [2, 3]; config.json asks for [3, 2].',
      details: { tensor: 'a', expected: [3, 2], found: [2, 3] },
    });
    expect((await verify(['b', [4]])).message).toContain('stored as I8');
    expect(verifyTensors(checkpoint, [{ name: 'a', shape: [2, 3] }]).unused.toSorted()).toEqual(['b', 'rotary']);
  });

  it('opens stories260K from its folder', async () => {
    const checkpoint = await openCheckpoint(await folderTree('test/fixtures/stories260K'));
    expect(checkpoint.config).toMatchObject({ model_type: 'llama', vocab_size: 512 });
    expect(checkpoint.totalBytes).toBe(4 * (512 * 64 + (3 * 64 * 172 + 2 * 64 * 64 + 2 * 32 * 64 + 2 * 64) + 64));
    expect(Object.keys(checkpoint.tokenizerFiles)).toContain('tokenizer.json');
    const rows = await checkpoint.tensors.get('model.embed_tokens.weight')!.readF32({ start: 510, end: 512 });
    expect(rows.length).toBe(128);
  });
});
