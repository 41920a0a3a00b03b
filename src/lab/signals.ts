/**
 * The diagnosis as formulas: signals from counts, and the verdict from signals. Pure, so that every number on the page
 * can be checked by hand. DESIGN section 5 has the formulas and where the marks come from.
 *
 * Verdict, in this order:
 * 1. no vocabulary is seen often enough (exposure under the floor at every size): "need more data" if the largest one
 *    would have compressed enough, else "do not expand";
 * 2. compression under its mark at the suggested size: "do not expand";
 * 3. the base cuts the domain much finer than general text (fragmentation under 0.85): "expand";
 * 4. else "expand for speed": shorter, but the base was not hurt by its own pieces.
 * The budget never vetoes by itself: it stands for exposure, which is measured here.
 */
import type { Reading, Signal, Verdict } from './results';
import { thresholds } from './thresholds';

export interface DiagnosisCounts {
  readonly newTokens: number;
  readonly exposureP10: number;
  readonly epochs: number;
  readonly trainBytes: number;
  readonly heldOut: { readonly bytes: number; readonly tokensBefore: number; readonly tokensAfter: number };
  readonly general: { readonly bytes: number; readonly tokens: number };
  readonly preTokens: { readonly bytes: number; readonly count: number };
  readonly parameters: number;
  readonly hiddenSize: number;
  readonly embeddingRows: number;
  readonly tied: boolean;
}

export function compressionOf({ heldOut }: Pick<DiagnosisCounts, 'heldOut'>): number {
  return 1 - heldOut.tokensAfter / Math.max(1, heldOut.tokensBefore);
}

/** Share of tokens that must be saved until a longer softmax costs no more compute: k d / (N + (V + k) d). */
export function computeBreakEven(newTokens: number, counts: DiagnosisCounts): number {
  const { parameters, hiddenSize, embeddingRows, tied } = counts;
  const body = parameters - embeddingRows * hiddenSize * (tied ? 1 : 2);
  return (newTokens * hiddenSize) / (body + (embeddingRows + newTokens) * hiddenSize);
}

export function compressionMark(counts: DiagnosisCounts): number {
  return Math.max(thresholds.compression, 2 * computeBreakEven(counts.newTokens, counts));
}

export function fragmentationOf({ heldOut, general }: DiagnosisCounts): number {
  const domain = heldOut.bytes / Math.max(1, heldOut.tokensBefore);
  const elsewhere = general.bytes / Math.max(1, general.tokens);
  return elsewhere === 0 ? 1 : domain / elsewhere;
}

export function signalsOf(counts: DiagnosisCounts): Signal[] {
  const { newTokens, heldOut, general, preTokens } = counts;
  const compression = compressionOf(counts);
  const mark = compressionMark(counts);
  const breakEven = computeBreakEven(newTokens, counts);
  const fragmentation = fragmentationOf(counts);
  const exposure = counts.exposureP10 * counts.epochs;
  const budget = counts.trainBytes / Math.max(1, newTokens);
  const matrices = counts.tied ? 1 : 2;
  const vocabulary = (counts.embeddingRows + newTokens) * counts.hiddenSize * matrices;
  const share = vocabulary / (counts.parameters + newTokens * counts.hiddenSize * matrices);
  const [floor, good, best] = thresholds.exposure;
  const [smallBudget, largeBudget] = thresholds.budget;
  return [
    {
      name: 'compression',
      value: compression,
      unit: 'ratio',
      thresholds: [mark, 2 * mark],
      better: 'higher',
      reading: higher(compression, breakEven, mark, 2 * mark),
      inputs: {
        newTokens,
        tokensBefore: heldOut.tokensBefore,
        tokensAfter: heldOut.tokensAfter,
        heldOutBytes: heldOut.bytes,
        breakEven,
      },
    },
    {
      name: 'fragmentation',
      value: fragmentation,
      unit: 'ratio',
      thresholds: [thresholds.fragmentationStrong, thresholds.fragmentationNone],
      better: 'lower',
      reading:
        fragmentation < thresholds.fragmentationStrong
          ? 'strong'
          : fragmentation <= thresholds.fragmentationNone
            ? 'good'
            : 'poor',
      inputs: {
        domainBytesPerToken: heldOut.bytes / Math.max(1, heldOut.tokensBefore),
        generalBytesPerToken: general.bytes / Math.max(1, general.tokens),
      },
    },
    {
      name: 'exposure',
      value: exposure,
      unit: 'count',
      thresholds: [...thresholds.exposure],
      better: 'higher',
      reading: higher(exposure, floor, good, best),
      inputs: { exposureP10: counts.exposureP10, epochs: counts.epochs, newTokens },
    },
    {
      name: 'budget',
      value: budget,
      unit: 'bytes',
      thresholds: [...thresholds.budget],
      better: 'higher',
      reading: budget < smallBudget ? 'watch' : budget < largeBudget ? 'good' : 'strong',
      inputs: { trainBytes: counts.trainBytes, newTokens },
    },
    {
      name: 'vocabularyShare',
      value: share,
      unit: 'ratio',
      thresholds: [thresholds.vocabularyShare],
      better: 'lower',
      reading: share <= thresholds.vocabularyShare ? 'good' : 'watch',
      inputs: { vocabularyParameters: vocabulary, parameters: counts.parameters, newTokens },
    },
    {
      name: 'ceiling',
      value: preTokens.bytes / Math.max(1, preTokens.count),
      unit: 'bytes',
      thresholds: [],
      better: 'neither',
      reading: 'shown',
      inputs: { bytes: preTokens.bytes, preTokens: preTokens.count },
    },
  ];
}

function higher(value: number, watch: number, good: number, strong: number): Reading {
  return value >= strong ? 'strong' : value >= good ? 'good' : value >= watch ? 'watch' : 'poor';
}

export interface SizedPoint {
  readonly newTokens: number;
  readonly tokens: number;
  readonly exposureP10: number;
}

/**
 * The largest size whose rare tokens are still seen often enough, unless the last doubling before it saved less than
 * 1 % of the tokens. 0 if none is. `points` ascend.
 */
export function suggestSize(points: readonly SizedPoint[], epochs: number): number {
  const base = points[0]?.tokens ?? 0;
  const holding = points.filter((p) => p.newTokens > 0 && p.exposureP10 * epochs >= thresholds.exposure[0]);
  let chosen = holding.at(-1);
  while (chosen) {
    const half: SizedPoint | undefined = holding.filter((p) => p.newTokens <= chosen!.newTokens / 2).at(-1);
    if (!half || (half.tokens - chosen.tokens) / base >= thresholds.worthwhileGain) break;
    chosen = half;
  }
  return chosen?.newTokens ?? 0;
}

export function verdictOf(counts: DiagnosisCounts, anySizeHolds: boolean): Verdict {
  const compresses = compressionOf(counts) >= compressionMark(counts);
  if (!anySizeHolds) return compresses ? 'need-more-data' : 'do-not-expand';
  if (!compresses) return 'do-not-expand';
  return fragmentationOf(counts) <= thresholds.fragmentationNone ? 'expand' : 'expand-for-speed';
}
