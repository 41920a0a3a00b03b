/// <reference lib="webworker" />
/** The lab's engines where the lab has them: first the name of one, then `step` for every step. */
import { GpuEngine, openDevice, type Engine } from '../../src/engine/index';
import { ProcessorEngine } from '../../src/processor/index';
import { processorRuntime } from '../../src/worker/onnxRuntime';
import type { About } from './contestant.mjs';
import { ourStep } from './ourStep';

export type FromWorker = { readonly done: unknown } | { readonly failed: string };

let step: (() => Promise<number>) | undefined;

self.onmessage = ({ data }: MessageEvent<'gpu' | 'processor' | 'step'>) => {
  const work = data === 'step' ? step!() : open(data);
  work.then(
    (done) => self.postMessage({ done } satisfies FromWorker),
    (thrown: unknown) => self.postMessage({ failed: String(thrown) } satisfies FromWorker),
  );
};

async function open(kind: 'gpu' | 'processor'): Promise<Omit<About, 'product'>> {
  const engine: Engine =
    kind === 'processor'
      ? new ProcessorEngine(await processorRuntime())
      : new GpuEngine(await openDevice(navigator.gpu));
  step = await ourStep(engine);
  const { description, threads } = engine.report;
  return { backend: kind === 'gpu' ? `WebGPU, ${description}` : description, threads: threads ?? null };
}
