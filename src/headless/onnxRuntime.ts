/** onnxruntime-web under Node: its wasm build on the processor. Loaded when first asked for. */
import type { OnnxRuntime } from '../lab/index';

export async function nodeOnnxRuntime(): Promise<OnnxRuntime> {
  const ort = await import('onnxruntime-web');
  // With more threads Node's worker threads would keep the process alive after the last session.
  ort.env.wasm.numThreads = 1;
  return { ort, executionProviders: ['wasm'], provider: 'wasm', threads: 1, version: ort.env.versions.web ?? '' };
}
