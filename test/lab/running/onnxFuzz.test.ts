/**
 * Damaged ONNX files. Nothing of ours parses ONNX: the bytes go to onnxruntime, whose answer must reach the caller as an
 * error with a code, and which must go on working for the next file.
 */
import { expect, it } from 'vitest';
import { memoryTree, onnxFiles } from '../../../src/checkpoint/index';
import { LabError } from '../../../src/error';
import { nodeOnnxRuntime } from '../../../src/headless/onnxRuntime';
import { OnnxSession } from '../../../src/lab/index';
import { seededRandom } from '../../../src/random';
import { onnxModelOf, parameterSpecs, parseConfig } from '../../../src/model/index';

const mutations = 10_000;

const config = parseConfig({
  model_type: 'llama',
  vocab_size: 8,
  hidden_size: 4,
  intermediate_size: 4,
  num_hidden_layers: 1,
  num_attention_heads: 1,
  tie_word_embeddings: true,
});

it(`${mutations} damaged files end in an error with a code, and the runtime opens the next one`, async () => {
  const runtime = await nodeOnnxRuntime();
  const random = seededRandom(11);
  const shapes = new Map(parameterSpecs(config).map(({ name, shape }) => [name, shape]));
  const weights = {
    async *rows(name: string) {
      const count = shapes.get(name)!.reduce((product, size) => product * size, 1);
      yield Float32Array.from({ length: count }, (_, at) => Math.sin(at + name.length));
    },
  };
  const [model, data] = await Promise.all(
    onnxFiles(onnxModelOf(config, { dtype: 'f32', weights }), 'model.onnx').map(async ({ size, stream }) => {
      const bytes = new Uint8Array(size);
      let at = 0;
      for await (const chunk of stream()) {
        bytes.set(chunk, at);
        at += chunk.length;
      }
      return bytes;
    }),
  );
  const logitsOf = async (bytes: Uint8Array) => {
    const tree = memoryTree('damaged', { 'model.onnx': bytes, 'model.onnx_data': data! });
    const session = await OnnxSession.open(runtime, tree, 'model.onnx');
    try {
      return await session.logits(Uint32Array.of(1, 5, 2));
    } finally {
      await session.close();
    }
  };
  const intact = await logitsOf(model!);
  const before = process.memoryUsage().rss;
  let refused = 0;
  for (let i = 0; i < mutations; i++) {
    const below = (limit: number) => Math.floor(random() * limit);
    const damaged = mutated(model!, below);
    await logitsOf(damaged).catch((error: unknown) => {
      expect(error).toBeInstanceOf(LabError);
      expect((error as LabError).code).toMatch(/^onnx\//);
      refused++;
    });
  }
  expect(refused).toBeGreaterThan(mutations / 2);
  expect(process.memoryUsage().rss - before).toBeLessThan(500e6);
  expect(await logitsOf(model!)).toEqual(intact);
});

function mutated(bytes: Uint8Array, below: (limit: number) => number): Uint8Array {
  const kind = below(4);
  if (kind === 0) return bytes.slice(0, below(bytes.length));
  if (kind === 1) {
    // A piece of the file over another one: fields in the wrong places.
    const copy = bytes.slice();
    const from = below(bytes.length);
    copy.copyWithin(below(bytes.length), from, from + 1 + below(64));
    return copy;
  }
  const copy = bytes.slice();
  for (let i = 1 + below(4); i > 0; i--) copy[below(copy.length)] = kind === 2 ? below(256) : 0xff;
  return copy;
}
