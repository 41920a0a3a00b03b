/** What computes here, as the page and the command line tell it. */
import type { DroppedVariant, EngineKind } from '../../engine/index';

export type { DroppedVariant };

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
  /** Of a GPU: the kernel for matrix products in use, and those that are wrong here or do not run. */
  readonly matmulVariant?: string;
  readonly dropped?: readonly DroppedVariant[];
  /** Of what is in use: what was dropped fails nothing. */
  readonly selfTest?: { readonly passed: number; readonly total: number; readonly failed: readonly string[] };
}
