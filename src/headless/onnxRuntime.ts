/** onnxruntime-web under Node: its wasm build on the processor. Loaded when first asked for. */
import { availableParallelism } from 'node:os';
import type { OnnxRuntime } from '../lab/index';

/** More threads than this gain little: the products of small models are soon too small to be shared out. */
const MOST_THREADS = 8;

export async function nodeOnnxRuntime(): Promise<OnnxRuntime> {
  const ort = await import('onnxruntime-web');
  const threads = Math.min(MOST_THREADS, availableParallelism());
  ort.env.wasm.numThreads = threads;
  return { ort, executionProviders: ['wasm'], provider: 'wasm', threads, version: ort.env.versions.web ?? '' };
}
