/**
 * The one device of the worker. An adapter is timed and checked when it is first met; what came out is kept by the
 * adapter's name, because compiling every kernel for the check takes up to a minute on a software adapter. A lost device
 * is opened anew by the next call that needs one.
 */
import { privateDirectory, writeFile } from '../checkpoint/index';
import {
  applyTuning,
  openDevice,
  selfTest,
  tune,
  tuningKey,
  type Device,
  type SelfTestReport,
  type Tuning,
} from '../engine/index';
import { asLabError, LabError } from '../error';
import type { AdapterSummary } from '../lab/index';
import type { OnProgress } from './api';

interface KnownAdapter {
  /** Changes with every change of a kernel or of a check. */
  readonly version: string;
  readonly selfTest: SelfTestReport;
  readonly tuning: Tuning;
}

const version = '2';
const unavailable: AdapterSummary = {
  available: false,
  vendor: '',
  architecture: '',
  description: '',
  isSoftware: false,
  hasF16: false,
  largestBindingBytes: 0,
};

export class Adapter {
  private opened: Promise<{ device: Device; known: KnownAdapter }> | undefined;

  /** Never rejects for want of an adapter: the summary says why there is none. */
  async summary(onProgress: OnProgress): Promise<AdapterSummary> {
    try {
      const { device, known } = await this.open(onProgress);
      return summaryOf(device, known);
    } catch (thrown) {
      const error = asLabError(thrown);
      const reason = navigator.gpu ? 'no-adapter' : 'no-webgpu';
      return { ...unavailable, reason, description: error.message };
    }
  }

  /** The device for training. Throws `engine/self-test` when it computes wrongly, `engine/no-adapter` when there is none. */
  async device(): Promise<Device> {
    const { device, known } = await this.open(() => undefined);
    if (known.selfTest.passed) return device;
    const failed = known.selfTest.kernels.filter((kernel) => !kernel.passed).map((kernel) => kernel.name);
    throw new LabError(
      'engine/self-test',
      `This GPU returns wrong numbers in ${failed.join(', ')}.`,
      'Training is off to protect your result. Update the driver, or use another browser.',
      { failed },
    );
  }

  /** The device where one is open and well, without opening one. */
  async current(): Promise<Device | undefined> {
    return this.opened?.then(
      ({ device }) => device,
      () => undefined,
    );
  }

  private open(onProgress: OnProgress): Promise<{ device: Device; known: KnownAdapter }> {
    this.opened ??= this.openFresh(onProgress).catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }

  private async openFresh(onProgress: OnProgress) {
    if (!navigator.gpu) {
      throw new LabError(
        'engine/no-webgpu',
        'This browser offers no WebGPU.',
        'Try a current Chrome, Edge, Safari or Firefox.',
      );
    }
    const device = await openDevice(navigator.gpu);
    void device.lost.then(() => {
      this.opened = undefined;
    });
    const remembered = await recall(tuningKey(device.report));
    if (remembered) {
      applyTuning(device, remembered.tuning);
      return { device, known: remembered };
    }
    const timed = await tune(device);
    applyTuning(device, timed);
    const report = await selfTest(device, (done, total) => onProgress({ phase: 'checking', done, total }));
    // The self-test drops a fast variant that is wrong.
    const tuning: Tuning = { ...timed, matmulVariant: report.variant };
    const known = { version, selfTest: report, tuning };
    // A failure is looked at anew on the next visit: drivers are updated.
    if (report.passed) await remember(known);
    return { device, known };
  }
}

function summaryOf(device: Device, { selfTest: report, tuning }: KnownAdapter): AdapterSummary {
  const { vendor, architecture, description, isFallback, hasF16, limits, subgroupSizes } = device.report;
  const failed = report.kernels.filter((kernel) => !kernel.passed).map((kernel) => kernel.name);
  return {
    available: report.passed,
    ...(report.passed ? {} : { reason: 'self-test' }),
    vendor,
    architecture,
    description,
    isSoftware: isFallback,
    hasF16,
    ...(subgroupSizes ? { subgroupSize: subgroupSizes[1] } : {}),
    largestBindingBytes: limits.maxBindingBytes,
    gigaflopsPerSecond: tuning.gigaflopsPerSecond,
    selfTest: { passed: report.kernels.length - failed.length, total: report.kernels.length, failed },
  };
}

const file = 'adapters.json';

async function all(): Promise<Record<string, KnownAdapter>> {
  try {
    const directory = await privateDirectory('settings');
    return JSON.parse(await (await (await directory.getFileHandle(file)).getFile()).text()) as Record<
      string,
      KnownAdapter
    >;
  } catch {
    return {};
  }
}

async function recall(key: string): Promise<KnownAdapter | undefined> {
  const known = (await all())[key];
  return known?.version === version ? known : undefined;
}

/** Where nothing can be stored the adapter is checked again on the next visit. */
async function remember(known: KnownAdapter): Promise<void> {
  try {
    const text = JSON.stringify({ ...(await all()), [known.tuning.key]: known });
    await writeFile(await privateDirectory('settings'), file, text);
  } catch {
    return;
  }
}
