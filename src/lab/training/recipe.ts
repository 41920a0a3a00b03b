/** How one arm is trained: where new rows start, its adapters, and stages one after the other. */
import type { SidedStart } from '../../graft/index';
import type { AdapterSettings } from '../../model/index';
import type { ObjectiveName } from './objectives/index';
import type { OptimizerSettings, Rates } from './moves';

export interface Recipe {
  readonly start: SidedStart;
  /** Beside matrices of the body, in all stages; absent: none. */
  readonly adapters?: AdapterSettings;
  /** None: scored as it starts. */
  readonly stages: readonly Stage[];
}

export interface Stage {
  readonly rates: Rates;
  readonly objective: ObjectiveName;
  /** Of the budget, beside the other stages. */
  readonly share: number;
  /** Share of its bytes that are general text, in place of the corpus's; absent: none. */
  readonly replay?: number;
  /** Probability that an occurrence of a new token is read as its old pieces; absent: none. */
  readonly resegment?: number;
  /** Of the objective `distillation`. */
  readonly distillation?: Distillation;
  readonly optimizer: OptimizerSettings;
  /** A line up to the peak, then a cosine down; as shares of the steps and of the peak. */
  readonly schedule: { readonly warmup: number; readonly final: number };
  /** Rows a step, and tokens a row. */
  readonly batch: { readonly rows: number; readonly length: number };
}

export interface Distillation {
  /** Hidden states behind so many layers are compared; absent: behind the last. */
  readonly layer?: number;
  /** Share of the loss that is next tokens', 0 to 1; the rest is the distance of the states. */
  readonly nextToken: number;
}

/** UTF-8 bytes of training text that is read, or FLOPs. */
export type Budget = { readonly bytes: number } | { readonly flops: number };
