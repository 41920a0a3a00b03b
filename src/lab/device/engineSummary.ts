/** What computes here, as the page and the command line tell it. */
import type { EngineKind } from '../../engine/index';

/** What the visitor wants to compute with. */
export type EngineChoice = 'auto' | 'gpu' | 'processor';

/** What computes here. */
export interface EngineSummary {
  /** Whether its numbers are right. */
  readonly available: boolean;
  readonly kind: EngineKind;
  /** Of the processor. */
  readonly threads?: number;
  /** Of the processor: why it is not a GPU, where nobody chose it. `slower`: the GPU is imitated by software. */
  readonly instead?: 'no-webgpu' | 'no-adapter' | 'slower' | 'self-test';
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly hasF16: boolean;
  readonly subgroupSize?: number;
  readonly largestBindingBytes: number;
  /** Measured on the training matmul. */
  readonly gigaflopsPerSecond?: number;
  /** Of the imitated GPU that was slower. */
  readonly gpuGigaflopsPerSecond?: number;
  readonly selfTest?: { readonly passed: number; readonly total: number; readonly failed: readonly string[] };
}
