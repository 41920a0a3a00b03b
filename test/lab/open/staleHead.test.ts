// A tied checkpoint that holds its head a second time: dropped where it is a copy, refused where it is not.
import { describe, expect, it } from 'vitest';
import {
  copyOf,
  memoryTree,
  openCheckpoint,
  readText,
  safetensorsFile,
  tensorOf,
  type FileTree,
} from '../../../src/checkpoint/index';
import { openModel, writeModel } from '../../../src/lab/index';
import { families } from '../../model/goldenCase';
import { tinyModel } from '../vocabulary/letters';
import { memorySink } from '../export/memorySink';

/** The tree with one more tensor, a copy of the input matrix that `change` may alter. */
async function withHead(tree: FileTree, head: string, change: (rows: Float32Array) => void): Promise<FileTree> {
  const { tensors } = await openCheckpoint(tree);
  const [input] = tensors.values();
  const values = await input!.readF32();
  change(values);
  const file = safetensorsFile([...[...tensors.values()].map(copyOf), tensorOf(head, 'F32', input!.shape, values)]);
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.stream()) chunks.push(chunk.slice());
  const weights = new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
  const texts = ['config.json', 'tokenizer.json', 'tokenizer_config.json'].map(
    async (name) => [name, await readText(tree.open(name)!)] as const,
  );
  return memoryTree('two heads', { ...Object.fromEntries(await Promise.all(texts)), 'model.safetensors': weights });
}

describe.each([
  ['llama-tied', 'lm_head.weight'],
  ['gpt_neox-tied', 'embed_out.weight'],
  ['gpt_neox-tied', 'lm_head.weight'],
])('the second head of %s, `%s`', (name, head) => {
  const tree = () => tinyModel({ ...(families[name] as Record<string, unknown>), vocab_size: 10 }, 'F32');

  it('is not written again where it is a copy', async () => {
    const model = await openModel(await withHead(await tree(), head, () => undefined), 'folder');
    const plain = await openModel(await tree(), 'folder');
    const written = memorySink();
    await writeModel(written.sink, { model, newTokens: [], extras: {} });
    const { tensors } = await openCheckpoint(written.tree());
    expect([...tensors.keys()].sort()).toEqual([...plain.checkpoint.tensors.keys()].sort());
  });

  it('is refused by name where it differs in one value', async () => {
    const changed = await withHead(await tree(), head, (rows) => (rows[rows.length - 1]! += 1));
    await expect(openModel(changed, 'folder')).rejects.toMatchObject({
      code: 'checkpoint/two-heads',
      message: expect.stringContaining(head),
    });
  });
});
