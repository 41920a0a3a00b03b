/** onnxruntime-web for the processor's engine in Node. */
import * as ort from 'onnxruntime-web';
import type { ProcessorRuntime } from '../../src/processor/index';

/** The first call in a process decides the threads. Test files run side by side, where threads that wait for each other halt. */
export function processorRuntime(threads = 1): ProcessorRuntime {
  ort.env.wasm.numThreads = threads;
  return { ort, threads, version: ort.env.versions.web ?? '' };
}
