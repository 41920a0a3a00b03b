/** How large steps and evaluations are where nobody says otherwise, by what computes: each a matter of minutes there. */
import type { EngineKind } from '../../engine/index';

export interface Sizes {
  readonly batchRows: number;
  readonly rowLength: number;
  /** Of held-out text that one evaluation scores. Intervals over 4 KB say little, and are all that WGSL in software affords. */
  readonly evaluationBytes: number;
  /** Of general text, which is scored before and after a run only. */
  readonly generalBytes: number;
  /** Tokens of one micro-batch: enough to keep what computes busy, few enough that activations stay small. */
  readonly microBatchTokens: number;
  /** Fewer tokens than these no longer keep what computes busy: where memory is short, layers are computed twice before that. */
  readonly busyTokens: number;
  /** Whether computing layers again saves memory. In onnxruntime it saves none: wasm grew to the same size with and without. */
  readonly recomputes: boolean;
  /** Tokens of one pass of an evaluation, at least a window. */
  readonly evaluationTokens: number;
}

export const engineSizes: Readonly<Record<EngineKind, Sizes>> = {
  gpu: {
    batchRows: 16,
    rowLength: 256,
    evaluationBytes: 256 * 1024,
    generalBytes: 256 * 1024,
    microBatchTokens: 8192,
    busyTokens: 1024,
    recomputes: true,
    evaluationTokens: 4096,
  },
  processor: {
    batchRows: 2,
    rowLength: 128,
    evaluationBytes: 64 * 1024,
    generalBytes: 16 * 1024,
    microBatchTokens: 1024,
    busyTokens: 128,
    recomputes: false,
    evaluationTokens: 1024,
  },
  'software-gpu': {
    batchRows: 2,
    rowLength: 64,
    evaluationBytes: 4 * 1024,
    generalBytes: 4 * 1024,
    microBatchTokens: 1024,
    busyTokens: 64,
    recomputes: true,
    evaluationTokens: 512,
  },
};

/** Parameters up to which the processor scores all of its bytes in some seconds; a larger model scores fewer. */
const QUICK_PARAMETERS = 8e6;
const LEAST_BYTES = engineSizes['software-gpu'].evaluationBytes;

/** The same for a model of so many parameters. */
export function sizesFor(kind: EngineKind, parameters: number): Sizes {
  const sizes = engineSizes[kind];
  if (kind !== 'processor') return sizes;
  const share = Math.min(1, QUICK_PARAMETERS / Math.max(1, parameters));
  const scaled = (bytes: number): number => Math.max(LEAST_BYTES, Math.round((bytes * share) / 1024) * 1024);
  const { evaluationBytes, generalBytes } = sizes;
  return {
    ...sizes,
    evaluationBytes: scaled(evaluationBytes),
    generalBytes: scaled(generalBytes),
  };
}

/** Rows and length of a step that nobody chose, within the model's context where that is known. */
export function shapeFor(
  kind: EngineKind,
  { contextLength }: { readonly contextLength: number },
): Pick<Sizes, 'batchRows' | 'rowLength'> {
  const { batchRows, rowLength } = engineSizes[kind];
  return { batchRows, rowLength: Math.min(rowLength, contextLength || rowLength) };
}
