/**
 * A graphics card is timed and checked when it is first met, as the page does: a driver may compute wrong numbers, and the kernels
 * differ much in speed. What came out is kept by the adapter's name. Adapters that software imitates are not: they have one kernel for
 * products to choose from, which the tests run on both known ones.
 */
import { join } from 'node:path';
import { applyTuning, selfTest, tune, tuningKey, type Device, type SelfTestReport, type Tuning } from '../engine/index';
import { LabError } from '../error';
import { keep, readKept, settingsFolder } from './cacheFolder';

interface Checked {
  /** Changes with every change of a kernel or of a check. */
  readonly version: string;
  readonly tuning: Tuning;
  readonly selfTest: SelfTestReport;
}

const version = '1';

/** Leaves the device at the fastest kernels that are right. Throws `engine/self-test` where none are. */
export async function checkAdapter(device: Device): Promise<void> {
  if (device.report.isFallback) return;
  const file = join(settingsFolder(), 'adapters.json');
  const key = tuningKey(device.report);
  const known = readKept<Checked>(file)[key];
  if (known?.version === version && applyTuning(device, known.tuning)) {
    device.drop(known.selfTest.dropped);
    return;
  }
  const timed = await tune(device);
  applyTuning(device, timed);
  const report = await selfTest(device);
  if (!report.passed) throw wrongNumbers(report);
  const tuning = { ...timed, matmulVariant: report.variant };
  keep(file, { ...readKept<Checked>(file), [key]: { version, tuning, selfTest: report } });
}

function wrongNumbers({ kernels }: SelfTestReport): LabError {
  const failed = kernels.filter(({ passed }) => !passed).map(({ name }) => name);
  return new LabError(
    'engine/self-test',
    `The graphics card returns wrong numbers in ${failed.join(', ')}.`,
    'Use --device processor, or update the driver.',
    { failed },
  );
}
