/**
 * What computes in a run: a GPU, or the processor. `--device auto` takes a hardware GPU that computes rightly where there is one; where
 * there is none, or one that software imitates, it takes what was faster when both were timed once on this machine.
 */
import { join } from 'node:path';
import {
  GpuEngine,
  openDevice,
  productSpeed,
  tuningKey,
  type Device,
  type Engine,
  type KeptProbes,
  type MemoryProbe,
} from '../engine/index';
import { asLabError } from '../error';
import { ProcessorEngine } from '../processor/index';
import { nodeGpu } from './adapter';
import { keep, readKept, settingsFolder } from './cacheFolder';
import { checkAdapter } from './checkedAdapter';
import { nodeOnnxRuntime } from './onnxRuntime';

/** @param memoryBytes that programs may use in all; without it what a hardware GPU grants, and what wasm addresses. */
export async function openEngine(choice: string, memoryBytes?: number): Promise<Engine> {
  const memory = memoryBytes === undefined ? { probes } : { bytes: memoryBytes };
  if (choice === 'processor') return processor(memoryBytes);
  if (choice === 'gpu') {
    const chosen = await openDevice(await nodeGpu());
    await checkAdapter(chosen);
    return new GpuEngine(chosen, memory);
  }
  let device: Device;
  try {
    device = await openDevice(await nodeGpu());
  } catch (thrown) {
    if (asLabError(thrown).code !== 'engine/no-adapter') throw thrown;
    return processor(memoryBytes);
  }
  try {
    await checkAdapter(device);
  } catch (thrown) {
    device.close();
    if (asLabError(thrown).code !== 'engine/self-test') throw thrown;
    return processor(memoryBytes);
  }
  const gpu = new GpuEngine(device, memory);
  if (gpu.report.kind === 'gpu') return gpu;
  const faster = await fasterOf(gpu, tuningKey(device.report), memoryBytes);
  if (faster !== gpu) gpu.close();
  return faster;
}

async function processor(memoryBytes: number | undefined): Promise<Engine> {
  return new ProcessorEngine(await nodeOnnxRuntime(), memoryBytes);
}

interface Probed {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly probe: MemoryProbe;
}

/** Other programs take memory and give it back: what an adapter granted is believed for a day. */
const probeMilliseconds = 24 * 3600 * 1000;

const probes: KeptProbes = {
  recall: async (key) => {
    const known = readKept<Probed>(memoryFile())[key];
    return known && Date.now() - known.at < probeMilliseconds ? known.probe : undefined;
  },
  remember: async (probe) => keep(memoryFile(), { ...readKept(memoryFile()), [probe.key]: { at: Date.now(), probe } }),
};

function memoryFile(): string {
  return join(settingsFolder(), 'memory.json');
}

interface Timed {
  readonly gpu: number;
  readonly processor: number;
}

/** GFLOP/s of both, timed once for each adapter and number of threads. */
async function fasterOf(gpu: GpuEngine, adapter: string, memoryBytes: number | undefined): Promise<Engine> {
  const other = await processor(memoryBytes);
  const key = `${adapter}|${other.report.description}|${other.report.threads}`;
  const file = join(settingsFolder(), 'engines.json');
  const known = readKept<Timed>(file);
  const timed = known[key] ?? { gpu: await productSpeed(gpu), processor: await productSpeed(other) };
  if (!known[key]) keep(file, { ...known, [key]: timed });
  return timed.gpu > timed.processor ? gpu : other;
}
