/** Both engines for tests that must hold on each: WGSL on this run's adapter, and the processor. */
import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-web';
import { GpuEngine, type Engine } from '../../src/engine/index';
import { ProcessorEngine, type ProcessorRuntime } from '../../src/processor/index';
import { openTestDevice } from './gpu';

export const engineNames = ['gpu', 'processor'] as const;
export type EngineName = (typeof engineNames)[number];

/** The first call in a process decides the threads. */
export function processorRuntime(threads = Math.min(2, availableParallelism())): ProcessorRuntime {
  ort.env.wasm.numThreads = threads;
  return { ort, threads, version: ort.env.versions.web ?? '' };
}

export async function openTestEngine(name: EngineName): Promise<Engine> {
  return name === 'gpu' ? new GpuEngine(await openTestDevice()) : new ProcessorEngine(processorRuntime());
}
