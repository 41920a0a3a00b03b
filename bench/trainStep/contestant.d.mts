export interface About {
  readonly product: string;
  readonly backend: string;
  /** On the processor; null where an adapter decides. */
  readonly threads: number | null;
}

export function serve(about: About, step: () => Promise<number>): Promise<void>;
export function installGpu(): Promise<GPU>;
export function webgpuBackend(gpu: GPU): Promise<string>;
