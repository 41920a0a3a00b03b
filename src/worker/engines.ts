/**
 * What computes in the worker: a GPU, or the processor. A hardware GPU that computes rightly is taken; of a GPU that software
 * imitates and the processor, the one that was faster when both were timed; and what the visitor chose goes before both. What came
 * out of timing and checking is kept by the adapter's name, because it takes up to a minute. A lost device is opened anew by
 * the next call that needs one.
 */
import { privateDirectory, writeFile } from '../checkpoint/index';
import {
  applyTuning,
  GpuEngine,
  openDevice,
  tuningKey,
  type Device,
  type Engine,
  type KeptProbes,
  type KernelCheck,
  type MemoryProbe,
  type SelfTestReport,
  type Tuning,
} from '../engine/index';
import { asLabError, LabError } from '../error';
import type { EngineChoice, EngineSummary } from '../lab/index';
import { ProcessorEngine } from '../processor/index';
import type { OnProgress } from './api';
import { processorRuntime } from './onnxRuntime';

interface KnownAdapter {
  /** Changes with every change of a kernel or of a check. */
  readonly version: string;
  readonly selfTest: SelfTestReport;
  readonly tuning: Tuning;
}

interface KnownMemory {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly probe: MemoryProbe;
}

type TimedAdapter = Pick<KnownAdapter, 'version' | 'tuning'>;

interface KnownProcessor {
  readonly version: string;
  readonly kernels: readonly KernelCheck[];
  readonly gigaflopsPerSecond: number;
}

interface Opened {
  readonly engine: Engine;
  readonly summary: EngineSummary;
}

const version = '7';
const probeMilliseconds = 24 * 3600 * 1000;

export class Engines {
  private opened: Promise<Opened> | undefined;
  private choice: EngineChoice = 'auto';
  private readonly timedAgain = new WeakMap<Engine, Promise<number>>();

  /** Never rejects for want of an adapter: the summary says why there is none. */
  async summary(choice: EngineChoice, onProgress: OnProgress): Promise<EngineSummary> {
    if (choice !== this.choice) {
      this.choice = choice;
      this.opened = undefined;
    }
    return (await this.open(onProgress)).summary;
  }

  /** Throws `engine/self-test` where everything that was allowed computes wrongly. */
  async engine(): Promise<Engine> {
    const { engine, summary } = await this.open(() => undefined);
    if (summary.available) return engine;
    throw new LabError(
      'engine/self-test',
      `What computes here returns wrong numbers in ${summary.selfTest!.failed.join(', ')}.`,
      'Training is off to protect your result. Choose the processor, update the driver, or use another browser.',
      { failed: summary.selfTest!.failed },
    );
  }

  /** Of the engine that is open, or opened now. */
  async known(): Promise<EngineSummary> {
    return (await this.open(() => undefined)).summary;
  }

  /**
   * FLOP/s of plain matrix products, timed once more a visit by whoever asks when nothing else of the lab computes: while the page
   * opens, much does, and what was timed then is kept for ever.
   */
  async productSpeed(): Promise<number> {
    const { engine, summary } = await this.open(() => undefined);
    const timed = this.timedAgain.get(engine) ?? timeProducts(engine);
    this.timedAgain.set(engine, timed);
    return 1e9 * Math.max(summary.gigaflopsPerSecond ?? 0, await timed);
  }

  /** The engine where one is open and well, without opening one. */
  async current(): Promise<Engine | undefined> {
    return this.opened?.then(
      ({ engine }) => engine,
      () => undefined,
    );
  }

  /** The device of a hardware GPU, to share with other runtimes. */
  async device(): Promise<Device | undefined> {
    const engine = await this.engine().catch(() => undefined);
    return engine instanceof GpuEngine && engine.report.kind === 'gpu' ? engine.device : undefined;
  }

  private open(onProgress: OnProgress): Promise<Opened> {
    if (!this.opened) {
      const opening = this.openFresh(onProgress);
      this.opened = opening;
      const forget = (): void => {
        if (this.opened === opening) this.opened = undefined;
      };
      opening.then(({ engine }) => engine.lost.then(forget), forget);
    }
    return this.opened;
  }

  private async openFresh(onProgress: OnProgress): Promise<Opened> {
    const { choice } = this;
    if (choice === 'processor') return openProcessor(onProgress, {});
    let device: Device;
    try {
      if (!navigator.gpu) throw new LabError('engine/no-webgpu', 'This browser offers no WebGPU.');
      device = await openDevice(navigator.gpu);
    } catch (thrown) {
      const { code } = asLabError(thrown);
      return openProcessor(onProgress, { instead: code === 'engine/no-webgpu' ? 'no-webgpu' : 'no-adapter' });
    }
    const tuning = await tuningOf(device);
    if (choice === 'auto' && device.report.isFallback) {
      const processor = await openProcessor(onProgress, { instead: 'slower', gpu: tuning });
      if (processor.summary.available && processor.summary.gigaflopsPerSecond! > tuning.gigaflopsPerSecond) {
        device.close();
        return processor;
      }
    }
    const gpu = await openGpu(device, tuning, onProgress);
    if (gpu.summary.available || choice === 'gpu') return gpu;
    device.close();
    return openProcessor(onProgress, { instead: 'self-test' });
  }
}

/** GFLOP/s; 0 of an engine that fails at it. */
async function timeProducts(engine: Engine): Promise<number> {
  const { productSpeed } = await import('./adapterChecks');
  return productSpeed(engine).catch(() => 0);
}

async function tuningOf(device: Device): Promise<Tuning> {
  const known = await recall<KnownAdapter>(tuningKey(device.report));
  const tuning = known?.tuning ?? (await recall<TimedAdapter>(timedKey(device)))?.tuning;
  if (tuning && applyTuning(device, tuning)) return tuning;
  const { tune } = await import('./adapterChecks');
  const timed = await tune(device);
  applyTuning(device, timed);
  await remember(timedKey(device), { version, tuning: timed });
  return timed;
}

/** Timed, and perhaps not checked, because the processor was faster. */
function timedKey(device: Device): string {
  return `timed ${tuningKey(device.report)}`;
}

/** Other programs take memory and give it back: what an adapter granted is believed for a day. */
const probes: KeptProbes = {
  recall: async (key) => {
    const known = await recall<KnownMemory>(`memory ${key}`);
    return known && Date.now() - known.at < probeMilliseconds ? known.probe : undefined;
  },
  remember: async (probe) => remember(`memory ${probe.key}`, { version, at: Date.now(), probe }),
};

async function openGpu(device: Device, timed: Tuning, onProgress: OnProgress): Promise<Opened> {
  const engine = new GpuEngine(device, { probes });
  const remembered = await recall<KnownAdapter>(timed.key);
  if (remembered) {
    device.drop(remembered.selfTest.dropped);
    return { engine, summary: gpuSummary(device, remembered) };
  }
  const { selfTest } = await import('./adapterChecks');
  const report = await selfTest(device, (done, total) => onProgress({ phase: 'checking', done, total }));
  // The self-test drops a fast variant that is wrong.
  const known = { version, selfTest: report, tuning: { ...timed, matmulVariant: report.variant } };
  // A failure is looked at anew on the next visit: drivers are updated.
  if (report.passed) await remember(timed.key, known);
  return { engine, summary: gpuSummary(device, known) };
}

async function openProcessor(
  onProgress: OnProgress,
  why: { readonly instead?: EngineSummary['instead']; readonly gpu?: Tuning },
): Promise<Opened> {
  const engine = new ProcessorEngine(await processorRuntime());
  const { description, threads, limits } = engine.report;
  const key = `processor|${description}|${threads}`;
  let known = await recall<KnownProcessor>(key);
  if (!known) {
    const { checkEngine, productSpeed } = await import('./adapterChecks');
    const gigaflopsPerSecond = await productSpeed(engine);
    const kernels = await checkEngine(engine, {
      onProgress: (done, total) => onProgress({ phase: 'checking', done, total }),
    });
    known = { version, kernels, gigaflopsPerSecond };
    if (kernels.every(({ passed }) => passed)) await remember(key, known);
  }
  const summary: EngineSummary = {
    ...checked(known.kernels),
    kind: 'processor',
    vendor: '',
    architecture: '',
    description,
    ...(threads === undefined ? {} : { threads }),
    hasF16: false,
    largestBindingBytes: limits.maxBindingBytes,
    gigaflopsPerSecond: known.gigaflopsPerSecond,
    ...(why.instead ? { instead: why.instead } : {}),
    ...(why.gpu ? { gpuGigaflopsPerSecond: why.gpu.gigaflopsPerSecond } : {}),
  };
  return { engine, summary };
}

function gpuSummary(device: Device, { selfTest: report, tuning }: KnownAdapter): EngineSummary {
  const { vendor, architecture, description, isFallback, hasF16, limits, subgroupSizes } = device.report;
  const { passed } = report;
  return {
    ...checked(report.kernels.filter((kernel) => kernel.passed || !passed)),
    available: passed,
    kind: isFallback ? 'software-gpu' : 'gpu',
    vendor,
    architecture,
    description,
    hasF16,
    ...(subgroupSizes ? { subgroupSize: subgroupSizes[1] } : {}),
    largestBindingBytes: limits.maxBindingBytes,
    gigaflopsPerSecond: tuning.gigaflopsPerSecond,
    matmulVariant: device.target.matmulVariant,
    ...(device.dropped.length > 0 ? { dropped: device.dropped } : {}),
  };
}

function checked(kernels: readonly KernelCheck[]): Pick<EngineSummary, 'available' | 'selfTest'> {
  const failed = kernels.filter(({ passed }) => !passed).map(({ name }) => name);
  return {
    available: failed.length === 0,
    selfTest: { passed: kernels.length - failed.length, total: kernels.length, failed },
  };
}

const file = 'adapters.json';

type Remembered = KnownAdapter | KnownProcessor | KnownMemory | TimedAdapter;

async function all(): Promise<Record<string, { readonly version: string }>> {
  try {
    const directory = await privateDirectory('settings');
    return JSON.parse(await (await (await directory.getFileHandle(file)).getFile()).text()) as Record<
      string,
      { readonly version: string }
    >;
  } catch {
    return {};
  }
}

async function recall<T extends { readonly version: string }>(key: string): Promise<T | undefined> {
  const known = (await all())[key];
  return known?.version === version ? (known as T) : undefined;
}

/** Where nothing can be stored all is timed and checked again on the next visit. */
async function remember(key: string, known: Remembered): Promise<void> {
  try {
    const text = JSON.stringify({ ...(await all()), [key]: known });
    await writeFile(await privateDirectory('settings'), file, text);
  } catch {
    return;
  }
}
