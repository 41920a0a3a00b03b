/**
 * Tokengraft on the problem of bench/trainStep, in Node. The first argument names the engine: `gpu` (then perhaps a matmul
 * variant; without one it is the adapter's default), or `processor` and its threads.
 */
import { availableParallelism } from 'node:os';
import { GpuEngine, openDevice, type Engine } from '../../src/engine/index';
import { installGpu, serve, webgpuBackend } from './contestant.mjs';
import { ourStep } from './ourStep';

interface Contestant {
  readonly engine: Engine;
  readonly backend: string;
  readonly threads: number | null;
}

async function openEngine(kind: string, choice: string | undefined): Promise<Contestant> {
  if (kind === 'processor') {
    const { ProcessorEngine } = await import('../../src/processor/index');
    const ort = await import('onnxruntime-web');
    const threads = Number(choice ?? availableParallelism());
    ort.env.wasm.numThreads = threads;
    const engine = new ProcessorEngine({ ort, threads, version: ort.env.versions.web ?? '' });
    return { engine, backend: engine.report.description, threads };
  }
  const gpu = await installGpu();
  const device = await openDevice(gpu);
  if (choice) device.target = { ...device.target, matmulVariant: choice };
  return { engine: new GpuEngine(device), backend: await webgpuBackend(gpu), threads: null };
}

export async function main([kind = 'gpu', choice]: readonly string[]): Promise<number> {
  const { engine, ...where } = await openEngine(kind, choice);
  await serve({ product: 'Tokengraft', ...where }, await ourStep(engine));
  return 0;
}
