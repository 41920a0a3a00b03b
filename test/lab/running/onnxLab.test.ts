/** The lab's own use of what it exports: the folder, its proof, and scores and texts that agree with the engine's. */
import { beforeAll, describe, expect, it } from 'vitest';
import { memoryTree, type FileTree, type FolderSink } from '../../../src/checkpoint/index';
import type { Engine } from '../../../src/engine/index';
import { nodeOnnxRuntime } from '../../../src/headless/onnxRuntime';
import {
  encodeDocuments,
  engineText,
  generateText,
  graftRows,
  ModelSession,
  onnxModelFiles,
  onnxScorer,
  OnnxSession,
  onnxText,
  openModel,
  proveOnnx,
  scoreDocuments,
  writeOnnxModel,
  type LoadedModel,
  type OnnxRuntime,
} from '../../../src/lab/index';
import { engineNames, openTestEngine } from '../../support/engines';
import { tinyLlama } from '../vocabulary/letters';

describe.each(engineNames)('%s', (engineName) => {
  let engine: Engine;
  let runtime: OnnxRuntime;
  let model: LoadedModel;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
    runtime = await nodeOnnxRuntime();
    model = await openModel(await tinyLlama({ tied: false }), 'folder');
  });

  const text = 'abc dea gab badge cab face head bead abba';

  it('an id past the rows is told with the ids there are', async () => {
    const session = await ModelSession.open(engine, model);
    const rows = session.graphs.config.vocabSize;
    await expect(session.logits(Uint32Array.of(1, rows))).rejects.toMatchObject({
      code: 'lab/unknown-id',
      hint: expect.stringContaining(`Give ids from 0 to ${rows - 1}`) as string,
    });
    session.close();
  });

  describe('a written ONNX folder', () => {
    it('holds what transformers.js asks for, beside configuration and tokenizer', async () => {
      const tree = await written(model, ['f16', 'f32']);
      expect(tree.list()).toEqual([
        'config.json',
        'generation_config.json',
        'onnx/model.onnx',
        'onnx/model.onnx_data',
        'onnx/model_fp16.onnx',
        'onnx/model_fp16.onnx_data',
        'tokenizer.json',
        'tokenizer_config.json',
      ]);
      const config = JSON.parse(await textOf(tree, 'config.json')) as Record<string, unknown>;
      expect(config['transformers.js_config']).toEqual({
        dtype: 'fp16',
        kv_cache_dtype: { fp16: 'float16' },
        use_external_data_format: { 'model.onnx': 1, 'model_fp16.onnx': 1 },
      });
      expect(config.vocab_size).toBe(10);
    });

    it.each(['f32', 'f16', 'q4'] as const)('as %s is proved from its bytes', async (dtype) => {
      const session = await ModelSession.open(engine, model);
      const proof = await proveOnnx(runtime, await written(model, [dtype]), {
        dtype,
        session,
        tokenizer: model.tokenizer,
        text,
      });
      expect(proof).toMatchObject({
        passed: true,
        tokensCompared: expect.any(Number),
        onnx: { dtype, provider: 'wasm' },
      });
      expect(proof.tokensCompared).toBeGreaterThan(20);
      expect(proof.largestLogitDifference).toBeLessThan(proof.allowed);
      session.close();
    });

    it('is not proved where a weight differs', async () => {
      const session = await ModelSession.open(engine, model);
      const tree = await written(model, ['f32']);
      const broken = await withByteChanged(tree, 'onnx/model.onnx_data', 3);
      const proof = await proveOnnx(runtime, broken, { dtype: 'f32', session, tokenizer: model.tokenizer, text });
      expect(proof.passed).toBe(false);
      session.close();
    });

    it('holds grafted rows, and its logits are those of the grafted session', async () => {
      const graft = await graftRows(
        model,
        [
          { id: 10, pieces: [0, 1] },
          { id: 11, pieces: [2, 3] },
        ],
        'subword-mean',
        1,
      );
      const session = await ModelSession.open(engine, model, { graft });
      const files = await onnxModelFiles({ model, graft }, 'f32');
      const onnx = await OnnxSession.openFiles(runtime, files);
      const ids = Uint32Array.of(8, 10, 0, 11, 3, 10, 2);
      const [found, wanted] = [await onnx.logits(ids), await session.logits(ids)];
      expect(onnx.embeddingRows).toBe(session.graphs.config.vocabSize);
      expect(Math.max(...found.map((value, at) => Math.abs(value - wanted[at]!)))).toBeLessThan(1e-3);
      await onnx.close();
      session.close();
    });

    it('that is no ONNX is refused by the name of its file', async () => {
      const tree = memoryTree('broken', { 'onnx/model.onnx': new Uint8Array(100).fill(7) });
      await expect(OnnxSession.open(runtime, tree, 'onnx/model.onnx')).rejects.toMatchObject({
        code: 'onnx/not-loaded',
      });
      await expect(OnnxSession.open(runtime, tree, 'onnx/model_q4.onnx')).rejects.toMatchObject({
        code: 'onnx/missing-file',
      });
    });
  });

  describe('without a GPU', () => {
    it('documents score as in the engine, windows and padding included', async () => {
      const session = await ModelSession.open(engine, model);
      const onnx = await OnnxSession.openFiles(runtime, await onnxModelFiles({ model }, 'f32'));
      const documents = encodeDocuments([text, 'abc', text.repeat(3), 'h'], (each) => model.tokenizer.encode(each));
      const wanted = await scoreDocuments(session.scorer(), documents);
      const found = await scoreDocuments(onnxScorer(onnx, model), documents);
      expect(found.nats).toHaveLength(4);
      for (const [at, nats] of found.nats.entries()) expect(nats).toBeCloseTo(wanted.nats[at]!, 3);
      await onnx.close();
      session.close();
    });

    it.each([
      ['greedy', { temperature: 0, topK: 0 }],
      ['sampled', { temperature: 1.2, topK: 6, topP: 0.9 }],
    ])('%s text of a seed is that of the engine', async (_, sampling) => {
      const session = await ModelSession.open(engine, model);
      const onnx = await OnnxSession.openFiles(runtime, await onnxModelFiles({ model }, 'f32'));
      const options = { prompt: 'abc de', maxTokens: 20, seed: 5, ...sampling };
      const wanted = await generateText(engineText(session), model.tokenizer, options);
      expect(await generateText(onnxText(onnx, model), model.tokenizer, options)).toEqual(wanted);
      expect(wanted.length).toBeGreaterThan(3);
      await onnx.close();
      session.close();
    });
  });

  async function written(source: LoadedModel, dtypes: readonly ('f32' | 'f16' | 'q4')[]): Promise<FileTree> {
    const files: Record<string, Uint8Array | string> = {};
    const sink: FolderSink = {
      async write(name, content) {
        if (typeof content === 'string' || content instanceof Uint8Array) files[name] = content;
        else {
          const chunks: Uint8Array[] = [];
          for await (const chunk of content as AsyncIterable<Uint8Array>) chunks.push(chunk.slice());
          files[name] = new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
        }
      },
      close: async () => undefined,
    };
    await writeOnnxModel(sink, { model: source, newTokens: [], extras: {} }, dtypes);
    return memoryTree('exported', files);
  }

  async function withByteChanged(tree: FileTree, file: string, at: number): Promise<FileTree> {
    const files: Record<string, Uint8Array> = {};
    for (const name of tree.list()) files[name] = await tree.open(name)!.read(0, tree.open(name)!.size);
    files[file]![at]! ^= 0x40;
    return memoryTree('changed', files);
  }

  async function textOf(tree: FileTree, name: string): Promise<string> {
    const source = tree.open(name)!;
    return new TextDecoder().decode(await source.read(0, source.size));
  }
});
