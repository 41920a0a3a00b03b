/** What an adapter is and offers, and what a kernel may ask of it. */
export interface DeviceLimits {
  readonly maxBufferBytes: number;
  readonly maxBindingBytes: number;
  readonly maxBindingsPerKernel: number;
  readonly maxWorkgroupsPerDimension: number;
  readonly maxInvocationsPerWorkgroup: number;
  readonly maxWorkgroupStorageBytes: number;
}

export interface DeviceReport {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** A software rasteriser: right, and slow. */
  readonly isFallback: boolean;
  readonly features: readonly string[];
  readonly limits: DeviceLimits;
  readonly hasSubgroups: boolean;
  readonly subgroupSizes?: readonly [smallest: number, largest: number];
  readonly hasF16: boolean;
}

export const optionalFeatures = ['subgroups', 'shader-f16', 'timestamp-query'] as const;
export type OptionalFeature = (typeof optionalFeatures)[number];

export interface AdapterNeeds {
  readonly features?: readonly OptionalFeature[];
  /** The least that each of these limits must be. */
  readonly limits?: Partial<DeviceLimits>;
}

/** In words, one for each need that is not met. */
export function lackingFor(
  { features = [], limits = {} }: AdapterNeeds,
  report: Pick<DeviceReport, 'features' | 'limits'>,
): readonly string[] {
  const names = Object.keys(limits) as (keyof DeviceLimits)[];
  return [
    ...features.filter((feature) => !report.features.includes(feature)),
    ...names
      .filter((name) => report.limits[name] < limits[name]!)
      .map((name) => `${name} of ${limits[name]} (${report.limits[name]} here)`),
  ];
}
