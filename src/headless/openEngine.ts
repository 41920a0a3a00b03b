/**
 * What computes in a run: a GPU, or the processor. `--device auto` takes a hardware GPU where there is one; where there is none,
 * or one that software imitates, it takes what was faster when both were timed once on this machine.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GpuEngine, openDevice, productSpeed, tuningKey, type Device, type Engine } from '../engine/index';
import { asLabError } from '../error';
import { ProcessorEngine } from '../processor/index';
import { nodeGpu } from './adapter';
import { settingsFolder } from './cacheFolder';
import { nodeOnnxRuntime } from './onnxRuntime';

export async function openEngine(choice: string): Promise<Engine> {
  if (choice === 'processor') return processor();
  if (choice === 'gpu') return new GpuEngine(await openDevice(await nodeGpu()));
  let device: Device;
  try {
    device = await openDevice(await nodeGpu());
  } catch (thrown) {
    if (asLabError(thrown).code !== 'engine/no-adapter') throw thrown;
    return processor();
  }
  const gpu = new GpuEngine(device);
  if (gpu.report.kind === 'gpu') return gpu;
  const faster = await fasterOf(gpu, tuningKey(device.report));
  if (faster !== gpu) gpu.close();
  return faster;
}

async function processor(): Promise<Engine> {
  return new ProcessorEngine(await nodeOnnxRuntime());
}

interface Timed {
  readonly gpu: number;
  readonly processor: number;
}

/** GFLOP/s of both, timed once for each adapter and number of threads. */
async function fasterOf(gpu: GpuEngine, adapter: string): Promise<Engine> {
  const other = await processor();
  const key = `${adapter}|${other.report.description}|${other.report.threads}`;
  const file = join(settingsFolder(), 'engines.json');
  const known = readTimed(file);
  const timed = known[key] ?? { gpu: await productSpeed(gpu), processor: await productSpeed(other) };
  if (!known[key]) keepTimed(file, { ...known, [key]: timed });
  return timed.gpu > timed.processor ? gpu : other;
}

function readTimed(file: string): Readonly<Record<string, Timed>> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, Timed>;
  } catch {
    return {};
  }
}

/** Where nothing can be kept, both are timed again the next time. */
function keepTimed(file: string, timed: Readonly<Record<string, Timed>>): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(timed));
  } catch {
    return;
  }
}
