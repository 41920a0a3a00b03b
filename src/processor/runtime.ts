/** What the processor's engine needs of onnxruntime-web; the worker and Node load different builds of it and hand them in. */
import type * as Ort from 'onnxruntime-web';
import type { Provider } from './lowering';

export interface ProcessorRuntime {
  readonly ort: Pick<typeof Ort, 'InferenceSession' | 'Tensor'>;
  /** Which of its providers computes; absent: wasm. Benchmarks ask for the other. */
  readonly provider?: Provider;
  readonly threads: number;
  readonly version: string;
}
