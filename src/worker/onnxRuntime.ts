/**
 * onnxruntime-web in the worker, served by the page itself. It is loaded when something is first asked of it: the wasm build
 * for the processor (14 MB), the WebGPU build (27 MB) where the engine's own device can be shared. On software adapters
 * the processor is faster. Its script and its wasm are files of their own: rolled into this worker it hangs with threads.
 */
import type { Device } from '../engine/index';
import { LabError, missingFileHint } from '../error';
import type { OnnxRuntime } from '../lab/index';
import { startThreadsOnPage } from './pageThreads';

/** More gain little: the products of small models are soon too small to be shared out. */
const mostThreads = 8;
/** Every thread but one is a worker that the runtime makes from within this one. */
const hangsInWorkers = navigator.userAgent.includes('Firefox/');

/**
 * @param device of a hardware GPU, where the engine has one; shared.
 * Throws `onnx/no-runtime` when the runtime's files cannot be loaded.
 */
export async function onnxRuntime(device: Device | undefined): Promise<OnnxRuntime> {
  try {
    return await (device ? onGpu(device) : onProcessor());
  } catch (cause) {
    throw notLoaded(cause);
  }
}

/** The same build for the processor's engine. Throws `onnx/no-runtime`. */
export async function processorRuntime(): Promise<OnnxRuntime> {
  try {
    return await onProcessor();
  } catch (cause) {
    throw notLoaded(cause);
  }
}

function notLoaded(cause: unknown): LabError {
  return new LabError(
    'onnx/no-runtime',
    `onnxruntime-web could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
    `${missingFileHint()} The page's policy must allow 'wasm-unsafe-eval'.`,
    {},
    cause,
  );
}

async function onProcessor(): Promise<OnnxRuntime> {
  const [ort, { default: wasm }, { default: mjs }] = await Promise.all([
    import('onnxruntime-web/wasm'),
    import('onnxruntime-web/ort-wasm-simd-threaded.wasm?url'),
    import('onnxruntime-web/ort-wasm-simd-threaded.mjs?url'),
  ]);
  const threads = crossOriginIsolated ? Math.min(mostThreads, navigator.hardwareConcurrency || 1) : 1;
  if (threads > 1 && hangsInWorkers) startThreadsOnPage();
  ort.env.wasm.wasmPaths = { wasm: absolute(wasm), mjs: absolute(mjs) };
  ort.env.wasm.numThreads = threads;
  return { ort, executionProviders: ['wasm'], provider: 'wasm', threads, version: ort.env.versions.web ?? '' };
}

/** For `onnxRuntime`, and for the test of the shared device, which has only a software adapter. */
export async function onGpu(device: Device): Promise<OnnxRuntime> {
  const [ort, { default: wasm }, { default: mjs }] = await Promise.all([
    import('onnxruntime-web/webgpu'),
    import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'),
    import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url'),
  ]);
  ort.env.wasm.wasmPaths = { wasm: absolute(wasm), mjs: absolute(mjs) };
  ort.env.wasm.numThreads = 1;
  // In 1.30 a device is shared through the provider's own option only; `env.webgpu.device` does nothing.
  const executionProviders = [{ name: 'webgpu', device: device.gpu }];
  return { ort, executionProviders, provider: 'webgpu', threads: 1, version: ort.env.versions.web ?? '' };
}

/** The runtime resolves relative addresses against its own script, which lies elsewhere. */
function absolute(url: string): string {
  return new URL(url, self.location.href).href;
}
