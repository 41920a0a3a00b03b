/** What is exported against what the engine computes, run by onnxruntime-web (wasm) from the very bytes that are written. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryTree, onnxFiles } from '../../src/checkpoint/index';
import { ForwardProgram, ParameterStore, type Device } from '../../src/engine/index';
import { nodeOnnxRuntime } from '../../src/headless/onnxRuntime';
import { OnnxSession, onnxFileName, type OnnxRuntime } from '../../src/lab/index';
import { rounded } from '../../src/lab/running/roundedLogits';
import { modelInputs, onnxModelOf, onnxRoundings, storedParameters, type OnnxDtype } from '../../src/model/index';
import { openTestDevice } from '../support/gpu';
import { families, golden, GoldenCase } from './goldenCase';

let device: Device;
let runtime: OnnxRuntime;
beforeAll(async () => {
  device = await openTestDevice();
  runtime = await nodeOnnxRuntime();
});

/** Longer than the windows of the tiny models. */
const ids = Uint32Array.from({ length: 20 }, (_, at) => (at * 7 + 3) % 29);

/** All that were made: those of every family too. */
const cases = [...Object.keys(golden.cases), ...Object.keys(families)];

describe.each(cases)('the ONNX export of the tiny model %s', (name) => {
  let model: GoldenCase;
  let engine: Engine;
  beforeAll(async () => {
    model = await GoldenCase.open(name);
    engine = await Engine.open(model);
  });
  afterAll(() => engine?.close());

  it.each([
    ['f32', 1e-3],
    ['f16', 0.1],
    ['q4', 1e-3],
  ] as const)('as %s gives the logits of the engine with the same weights to %d', async (dtype, allowed) => {
    const session = await open(model, dtype);
    const found = await session.logits(ids);
    expect(largestDifference(found, await engine.logits(dtype))).toBeLessThan(allowed);
    await session.close();
  });

  it('gives the same logits token by token through its cache', async () => {
    const session = await open(model, 'f32');
    const all = await session.logits(ids);
    const rows = session.embeddingRows;
    const text = session.begin();
    const start = 4;
    let next = await text.next(ids.subarray(0, start));
    for (let at = start; ; at++) {
      expect(largestDifference(next, all.subarray((at - 1) * rows, at * rows))).toBeLessThan(1e-4);
      if (at === ids.length) break;
      next = await text.next(ids.subarray(at, at + 1));
    }
    text.close();
    await session.close();
  });

  it('gives the same logits for each text of a batch padded on the left', async () => {
    const texts = [ids, ids.subarray(0, 4), ids.subarray(2, 9)];
    const session = await open(model, 'f32');
    const logits = await session.paddedLogits(texts);
    for (const [index, text] of texts.entries()) {
      expect(largestDifference(logits[index]!, await session.logits(text))).toBeLessThan(1e-4);
    }
    await session.close();
  });
});

describe('external data', () => {
  it('is split over files below the limit, and opens from them', async () => {
    const model = await GoldenCase.open('untied');
    const files = onnxFiles(onnxModel(model, 'f32'), 'model.onnx', 20_000);
    expect(files.map((file) => file.name).slice(0, 3)).toEqual(['model.onnx', 'model.onnx_data', 'model.onnx_data_1']);
    for (const file of files.slice(1)) expect(file.size).toBeLessThanOrEqual(20_000);
    const session = await OnnxSession.open(runtime, await treeOf(files), 'onnx/model.onnx');
    const whole = await open(model, 'f32');
    expect(await session.logits(ids)).toEqual(await whole.logits(ids));
    await whole.close();
    await session.close();
  });

  it('refuses a tensor that fits no file, by name', async () => {
    const model = await GoldenCase.open('tied');
    expect(() => onnxFiles(onnxModel(model, 'f32'), 'model.onnx', 1000)).toThrow(
      expect.objectContaining({ code: 'onnx/tensor-too-large', message: expect.stringContaining('embed_tokens') }),
    );
  });

  it('holds a tied vocabulary once', async () => {
    const model = await GoldenCase.open('tied');
    const { vocabSize, hiddenSize } = model.config;
    const holding = onnxModel(model, 'f32').tensors.filter(
      ({ shape }) => shape.includes(vocabSize) && shape.includes(hiddenSize),
    );
    expect(holding.map(({ name }) => name)).toEqual(['model.embed_tokens.weight']);
  });
});

function onnxModel(model: GoldenCase, dtype: OnnxDtype) {
  const weights = {
    async *rows(name: string) {
      const { shape } = model.file.tensors.get(name)!;
      // In pieces of three rows, as large matrices come in pieces.
      for (let start = 0; start < shape[0]!; start += 3) {
        yield await model.file.tensors.get(name)!.readF32({ start, end: Math.min(shape[0]!, start + 3) });
      }
    },
  };
  return onnxModelOf(model.config, { dtype, weights });
}

async function treeOf(files: ReturnType<typeof onnxFiles>) {
  const contents: Record<string, Uint8Array> = {};
  for (const file of files) {
    const bytes = new Uint8Array(file.size);
    let at = 0;
    for await (const chunk of file.stream()) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    expect(at).toBe(file.size);
    contents[`onnx/${file.name}`] = bytes;
  }
  return memoryTree('exported', contents);
}

async function open(model: GoldenCase, dtype: OnnxDtype): Promise<OnnxSession> {
  const file = onnxFileName(dtype);
  return OnnxSession.open(runtime, await treeOf(onnxFiles(onnxModel(model, dtype), file)), `onnx/${file}`);
}

/** One program a model: what a type rounds is written over the weights of the one before. */
class Engine {
  private constructor(
    private readonly model: GoldenCase,
    private readonly store: ParameterStore,
    private readonly program: ForwardProgram,
  ) {}

  static async open(model: GoldenCase): Promise<Engine> {
    const f32 = { parameterTypes: () => 'f32' as const, trainable: () => false };
    const options = { ...model.options('logits'), tokens: ids.length, ...f32 };
    const store = await ParameterStore.create(device, storedParameters(model.config, options));
    const { graph, outputs } = model.build(options);
    return new Engine(model, store, await ForwardProgram.compile(device, graph, store, [outputs.logits!]));
  }

  /** With the weights as an export of that type holds them. */
  async logits(dtype: OnnxDtype): Promise<Float32Array> {
    const roundings = onnxRoundings(this.model.config, dtype);
    for (const { name, shape, tensor = name, firstRow = 0 } of this.store.specs.values()) {
      const values = await this.model.file.tensors.get(tensor)!.readF32();
      const width = shape.at(-1)!;
      const rounding = roundings.get(tensor);
      const held = rounding ? rounded(values, width, rounding) : values;
      const rows = shape.length > 1 ? shape[0]! : 1;
      this.store.write(name, held.subarray(firstRow * width, (firstRow + rows) * width));
    }
    const inputs = modelInputs({ ids, rowLength: ids.length, documentLengths: [ids.length] });
    return (await this.program.run(inputs))[0]!;
  }

  close(): void {
    this.program.close();
    this.store.close();
  }
}

function largestDifference(found: Float32Array, wanted: Float32Array): number {
  if (found.length !== wanted.length) return Infinity;
  return found.reduce((most, value, at) => {
    const difference = Math.abs(value - wanted[at]!);
    return difference <= most ? most : Number.isNaN(difference) ? Infinity : difference;
  }, 0);
}
