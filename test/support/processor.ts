/** onnxruntime-web for the processor's engine in Node. */
import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-web';
import type { ProcessorRuntime } from '../../src/processor/index';

/** The first call in a process decides the threads. */
export function processorRuntime(threads = Math.min(2, availableParallelism())): ProcessorRuntime {
  ort.env.wasm.numThreads = threads;
  return { ort, threads, version: ort.env.versions.web ?? '' };
}
