/** The name of an adapter, under which is kept what was measured on it: it changes with whatever a measurement depends on. */
import type { DeviceReport } from './deviceReport';
import { matmulVariantNames } from './variants';

export function tuningKey(report: DeviceReport): string {
  const { vendor, architecture, description, hasSubgroups, hasF16 } = report;
  return [vendor, architecture, description, hasSubgroups, hasF16, ...matmulVariantNames].join('|');
}
