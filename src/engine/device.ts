/**
 * The WebGPU device, with everything that can go wrong on it turned into a LabError: no adapter, memory that runs out,
 * validation errors, a device that is lost. The adapter is asked for all its limits; `shader-f16` and `subgroups` are
 * taken where offered and never needed. The first failure sticks: every later wait on this device rejects with it,
 * because a result computed after an uncaptured error cannot be trusted.
 */
import { LabError } from '../error';
import { optionalFeatures, type DeviceReport, type OptionalFeature } from './deviceReport';
import type { KernelTarget } from './op';
import { defaultVariant, type DroppedVariant } from './variants';

export interface OpenDeviceOptions {
  /** Pretend the adapter lacks these; used by tests and by the self-test after a variant failed. */
  readonly forbid?: readonly OptionalFeature[];
  /** Pretend the binding limit is this small, in bytes. */
  readonly maxBindingBytes?: number;
  readonly signal?: AbortSignal;
}

/** Throws `engine/no-adapter` where there is no WebGPU, with how to get it. */
export async function openDevice(gpu: GPU | undefined, options: OpenDeviceOptions = {}): Promise<Device> {
  options.signal?.throwIfAborted();
  const adapter =
    (await gpu?.requestAdapter({ powerPreference: 'high-performance' })) ?? (await gpu?.requestAdapter()) ?? null;
  if (!adapter) throw noAdapter(gpu === undefined);
  const forbidden = new Set<string>(options.forbid ?? []);
  const features = optionalFeatures.filter((name) => adapter.features.has(name) && !forbidden.has(name));
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({ requiredFeatures: features, requiredLimits: allLimits(adapter) });
  } catch (cause) {
    throw new LabError(
      'engine/no-device',
      `The adapter ${adapter.info.description || adapter.info.vendor} refused to open: ${String(cause)}`,
      'Close other pages that use the GPU, update the graphics driver, or restart the browser.',
      {},
      cause,
    );
  }
  options.signal?.throwIfAborted();
  return new Device(device, describe(adapter, device, options));
}

function noAdapter(hasNoWebGpu: boolean): LabError {
  return new LabError(
    'engine/no-adapter',
    hasNoWebGpu ? 'This browser has no WebGPU.' : 'WebGPU is there, but it offers no adapter.',
    'In a browser: use a current Chrome, Edge, Safari 26 or Firefox, allow hardware acceleration, and look at ' +
      'chrome://gpu for a blocked driver. In Node: install a Vulkan driver (on Debian `mesa-vulkan-drivers` has a ' +
      'software one) and point VK_ICD_FILENAMES at its .json file.',
  );
}

/** Every limit the adapter names; defaults are far below what most GPUs allow (128 MiB bindings). */
function allLimits(adapter: GPUAdapter): Record<string, number> {
  const limits: Record<string, number> = {};
  for (const name in adapter.limits) {
    const value = (adapter.limits as unknown as Record<string, unknown>)[name];
    if (typeof value === 'number') limits[name] = value;
  }
  return limits;
}

function describe(adapter: GPUAdapter, device: GPUDevice, options: OpenDeviceOptions): DeviceReport {
  const { info } = adapter;
  const hasSubgroups = device.features.has('subgroups');
  const sizes = [info.subgroupMinSize, info.subgroupMaxSize] as const;
  return {
    vendor: info.vendor,
    architecture: info.architecture,
    description: info.description || info.device || info.architecture || info.vendor,
    isFallback:
      info.isFallbackAdapter || /llvmpipe|swiftshader|software/i.test(`${info.architecture} ${info.description}`),
    features: [...device.features].map(String).sort(),
    limits: {
      maxBufferBytes: device.limits.maxBufferSize,
      maxBindingBytes: Math.min(device.limits.maxStorageBufferBindingSize, options.maxBindingBytes ?? Infinity),
      maxBindingsPerKernel: device.limits.maxStorageBuffersPerShaderStage,
      maxWorkgroupsPerDimension: device.limits.maxComputeWorkgroupsPerDimension,
      maxInvocationsPerWorkgroup: device.limits.maxComputeInvocationsPerWorkgroup,
      maxWorkgroupStorageBytes: device.limits.maxComputeWorkgroupStorageSize,
    },
    hasSubgroups,
    ...(hasSubgroups && sizes[1] ? { subgroupSizes: sizes } : {}),
    hasF16: device.features.has('shader-f16'),
  };
}

/** The kernels that an adapter starts with, untuned. */
export function targetFor(report: Pick<DeviceReport, 'features' | 'isFallback' | 'limits'>): KernelTarget {
  return {
    maxWorkgroupsPerDimension: report.limits.maxWorkgroupsPerDimension,
    maxInvocationsPerWorkgroup: report.limits.maxInvocationsPerWorkgroup,
    maxWorkgroupStorageBytes: report.limits.maxWorkgroupStorageBytes,
    maxBindingBytes: report.limits.maxBindingBytes,
    matmulVariant: defaultVariant(report),
  };
}

/** What an attempt gave, or why it failed. */
export type Attempt<T> =
  { readonly result: T; readonly failure?: undefined } | { readonly result?: undefined; readonly failure: LabError };

const attemptScopes = ['out-of-memory', 'internal', 'validation'] as const;

export class Device {
  readonly gpu: GPUDevice;
  readonly report: DeviceReport;
  /** Changed only by `applyTuning` and by the self-test when it drops a wrong variant. */
  target: KernelTarget;
  /** Matmul variants that were wrong in the self-test or did not run: nothing uses them. */
  dropped: readonly DroppedVariant[] = [];
  /** What is running, in words; named in the error when the device is lost. */
  running = 'nothing';
  /** Resolves when the device is lost, never rejects; stays open after `close()`. */
  readonly lost: Promise<LabError>;
  /** Compiled pipelines by expanded source; shared by all programs of this device. */
  readonly pipelines = new Map<string, Promise<GPUComputePipeline>>();
  private closed = false;
  private firstFailure: LabError | undefined;
  /** Rejections of the waits that are open now; a plain race against one promise would keep every wait alive. */
  private readonly waiting = new Set<(error: LabError) => void>();

  constructor(gpu: GPUDevice, report: DeviceReport) {
    this.gpu = gpu;
    this.report = report;
    this.target = targetFor(report);
    gpu.addEventListener('uncapturederror', (event) => this.fail(this.asUncaptured(event.error)));
    this.lost = new Promise<LabError>((resolve) => {
      void gpu.lost.then((info) => {
        if (this.closed) return;
        const error = new LabError(
          'engine/device-lost',
          `The GPU was lost while running ${this.running}: ${info.message || info.reason}`,
          'Reload the page and resume from the last checkpoint. If it happens again, lower the batch or the sequence ' +
            'length: the operating system resets a GPU that is busy for too long or out of memory.',
          { reason: info.reason, running: this.running },
        );
        this.fail(error);
        resolve(error);
      });
    });
  }

  /** The first failure on this device, if any. */
  get failure(): LabError | undefined {
    return this.firstFailure;
  }

  /** Throws the first failure. Programs call it before they submit. */
  check(): void {
    if (this.firstFailure) throw this.firstFailure;
    if (this.closed) throw new LabError('engine/closed', 'The GPU device was closed.', 'Open it again.');
  }

  /** Waits for `work`, or rejects as soon as the device fails: work on a lost device may never settle. */
  async orFail<T>(work: Promise<T>): Promise<T> {
    if (this.firstFailure) {
      work.catch(() => undefined);
      throw this.firstFailure;
    }
    let abandon!: (error: LabError) => void;
    try {
      return await new Promise<T>((resolve, reject) => {
        abandon = reject;
        this.waiting.add(abandon);
        work.then(resolve, reject);
      });
    } catch (thrown) {
      // A rejected mapAsync is a symptom; the loss that caused it is reported one turn later.
      if (!this.firstFailure) await Promise.race([this.lost, new Promise((resolve) => setTimeout(resolve, 50))]);
      throw this.firstFailure ?? thrown;
    } finally {
      this.waiting.delete(abandon);
    }
  }

  /**
   * Runs `allocate` inside out-of-memory and validation error scopes. Without the scopes a failed allocation is silent
   * and shows as garbage. Throws `engine/out-of-memory` or `engine/validation`.
   */
  async guarded<T>(label: string, allocate: () => T): Promise<T> {
    this.check();
    this.gpu.pushErrorScope('validation');
    this.gpu.pushErrorScope('out-of-memory');
    let result: T;
    let memory: Promise<GPUError | null>;
    let validation: Promise<GPUError | null>;
    try {
      result = allocate();
    } finally {
      memory = this.gpu.popErrorScope();
      validation = this.gpu.popErrorScope();
    }
    const [memoryError, validationError] = await this.orFail(Promise.all([memory, validation]));
    if (memoryError) {
      throw new LabError(
        'engine/out-of-memory',
        `GPU memory ran out while allocating ${label}: ${memoryError.message}`,
        'Lower the batch or the sequence length, train fewer parameters, or close other pages that use the GPU.',
        { label },
      );
    }
    if (validationError) throw this.defect(`${label}: ${validationError.message}`);
    return result;
  }

  /**
   * Runs what may fail on this adapter without failing the device: compiler and validation errors, and memory that runs out,
   * come back as `failure`. Nothing else may run on the device meanwhile. Throws where the device is lost or closed.
   */
  async attempt<T>(label: string, work: () => Promise<T>): Promise<Attempt<T>> {
    this.check();
    const running = this.running;
    for (const scope of attemptScopes) this.gpu.pushErrorScope(scope);
    const [outcome] = await Promise.allSettled([work()]);
    const errors = attemptScopes.map(() => this.gpu.popErrorScope());
    const refused = (await this.orFail(Promise.all(errors))).find((error) => error !== null);
    this.check();
    this.running = running;
    if (outcome.status === 'rejected' && outcome.reason instanceof LabError) return { failure: outcome.reason };
    if (refused) return { failure: this.defect(`while running ${label}: ${refused.message}`) };
    if (outcome.status === 'rejected') throw outcome.reason;
    return { result: outcome.value };
  }

  drop(variants: readonly DroppedVariant[]): void {
    const isNew = ({ variant }: DroppedVariant) => !this.dropped.some((known) => known.variant === variant);
    this.dropped = [...this.dropped, ...variants.filter(isNew)];
  }

  /** Marks the device as failed; waits on it reject from now on. */
  fail(error: LabError): void {
    if (this.firstFailure || this.closed) return;
    this.firstFailure = error;
    for (const reject of this.waiting) reject(error);
  }

  /** Frees all memory of the device. Waits that are still open stay open. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.pipelines.clear();
    this.gpu.destroy();
  }

  private asUncaptured(error: GPUError): LabError {
    if (typeof GPUOutOfMemoryError !== 'undefined' && error instanceof GPUOutOfMemoryError) {
      return new LabError(
        'engine/out-of-memory',
        `GPU memory ran out while running ${this.running}: ${error.message}`,
        'Lower the batch or the sequence length.',
      );
    }
    return this.defect(`while running ${this.running}: ${error.message}`);
  }

  private defect(message: string): LabError {
    return new LabError(
      'engine/validation',
      `The GPU refused a command, ${message}`,
      'This is a defect of Tokengraft; please report it with the name of the adapter.',
      { adapter: this.report.description },
    );
  }
}
