/** What the diagnosis says: signals, the frontier of sizes, the verdict and what was predicted. Texts are data, never sentences: wording belongs to the page. */
import type { Piece } from '../open/piece';

export type Reading = 'strong' | 'good' | 'watch' | 'poor' | 'shown';

/** Its part in the verdict: `decides` it, `warns` beside it, or is `shown` for information. */
export type SignalWeight = 'decides' | 'warns' | 'shown';

/** One line of the diagnosis. The page words it from `name`, `reading` and `inputs`. */
export interface Signal {
  readonly name:
    | 'lostText'
    | 'compression'
    | 'fragmentation'
    | 'exposure'
    | 'boundaries'
    | 'budget'
    | 'vocabularyShare'
    | 'naturalness'
    | 'ceiling';
  readonly weight: SignalWeight;
  readonly value: number;
  readonly unit: 'ratio' | 'count' | 'bytes';
  /** Marks on the gauge, ascending, in the value's unit. */
  readonly thresholds: readonly number[];
  readonly better: 'higher' | 'lower' | 'neither';
  readonly reading: Reading;
  /** The numbers the formula was fed, for the popover. */
  readonly inputs: Readonly<Record<string, number>>;
  /** Of `boundaries`: the grammar the texts were found to be written in. */
  readonly grammar?: string;
}

export type Verdict = 'expand' | 'expand-for-speed' | 'atomic-only' | 'do-not-expand' | 'need-more-data';

/** What the new rows cost and what the shorter text gives back, at the suggested size. */
export interface ExpansionCost {
  readonly newParameters: number;
  /** Weights, gradients and both moments of the new rows in f32. */
  readonly trainingBytes: number;
  /** Multiply-adds of a forward pass for one byte of the domain's text (attention over the context left out). */
  readonly multiplyAddsPerByte: { readonly before: number; readonly after: number };
}

export interface Diagnosis {
  readonly verdict: Verdict;
  /** Share of redrawn held-out documents and moved marks under which the verdict stays the same, 0 to 1; less of few documents. */
  readonly confidence: number;
  /** Share of the resamplings with the same verdict, and the one that most of the others come to. `confidence` is less of few documents. */
  readonly resampled: { readonly same: number; readonly otherwise: Verdict | null };
  readonly cost: ExpansionCost;
  readonly signals: readonly Signal[];
  /** Points of the frontier, ascending in newTokens; [0] is the untouched vocabulary. Lost text counts as a token a byte. */
  readonly frontier: readonly {
    readonly newTokens: number;
    readonly bytesPerToken: number;
    /** Without `links`, the tokens that hardly stand alone. */
    readonly exposureP10: number;
    readonly links: number;
  }[];
  readonly suggestedNewTokens: number;
  /** The size whose signals and cost are given: the suggested one, or the largest where no size is seen often enough. */
  readonly readAtNewTokens: number;
  readonly bytesPerPreToken: number;
  readonly mostFragmented: readonly {
    readonly text: string;
    readonly pieces: readonly Piece[];
    readonly occurrences: number;
  }[];
  readonly heldOutExcerpt: string;
  /** Share of all word occurrences that the merges were learned without, because the table of words was full; mostly 0. */
  readonly droppedShare: number;
  readonly milliseconds: number;
}

/** What the diagnosis said before anything was trained, to be scored after the run. */
export interface Prediction {
  readonly verdict: Verdict;
  readonly confidence: number;
  readonly suggestedNewTokens: number;
  /** Share of held-out tokens that the suggested size saves. */
  readonly shorterBy: number;
  readonly at: string;
}
