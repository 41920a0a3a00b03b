/** onnxruntime-web as the worker loads it: on the processor, and on the engine's own device. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkEngine, GpuEngine, openDevice, type Device } from '../../src/engine/index';
import { ModelSession, onnxModelFiles, OnnxSession, openModel, type LoadedModel } from '../../src/lab/index';
import { ProcessorEngine } from '../../src/processor/index';
import { onGpu, onnxRuntime, processorRuntime } from '../../src/worker/onnxRuntime';
import { tinyLlama } from '../lab/vocabulary/letters';

let device: Device;
let model: LoadedModel;
let wanted: Float32Array;
const ids = Uint32Array.of(8, 0, 3, 1, 6, 2, 2, 7);

beforeAll(async () => {
  device = await openDevice(navigator.gpu);
  model = await openModel(await tinyLlama(), 'folder');
  const session = await ModelSession.open(new GpuEngine(device), model);
  wanted = await session.logits(ids);
  session.close();
});
afterAll(() => device?.close());

const largest = (found: Float32Array) => Math.max(...found.map((value, at) => Math.abs(value - wanted[at]!)));

describe('onnxruntime-web in the browser', () => {
  it('is the engine of the processor, which computes what the GPU does', async () => {
    const engine = new ProcessorEngine(await processorRuntime());
    const session = await ModelSession.open(engine, model);
    expect(largest(await session.logits(ids))).toBeLessThan(1e-4);
    session.close();
    expect((await checkEngine(engine)).filter(({ passed }) => !passed)).toEqual([]);
  });

  it('computes on the processor where no device is given', async () => {
    const runtime = await onnxRuntime(undefined);
    expect(runtime.provider).toBe('wasm');
    const onnx = await OnnxSession.openFiles(runtime, await onnxModelFiles({ model }, 'f32'));
    expect(largest(await onnx.logits(ids))).toBeLessThan(1e-3);
    await onnx.close();
  });

  it("computes on the engine's own device, and leaves it alive", async () => {
    const runtime = await onGpu(device);
    const onnx = await OnnxSession.openFiles(runtime, await onnxModelFiles({ model }, 'f32'));
    expect(largest(await onnx.logits(ids))).toBeLessThan(1e-3);
    const text = onnx.begin();
    await text.next(ids.subarray(0, 5));
    const next = await text.next(ids.subarray(5));
    expect(Math.max(...next.map((value, at) => Math.abs(value - wanted.at(at - next.length)!)))).toBeLessThan(1e-3);
    text.close();
    await onnx.close();
    const session = await ModelSession.open(new GpuEngine(device), model);
    expect(largest(await session.logits(ids))).toBe(0);
    session.close();
  });
});
