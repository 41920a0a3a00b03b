/**
 * The diagnosis as formulas: signals from counts, and the verdict from signals. Pure, so that every number on the page
 * can be checked by hand. DESIGN section 5 has the formulas and where the marks come from.
 *
 * Verdict, in this order:
 * 1. no vocabulary is seen often enough (exposure under the floor at every size): "need more data" if the largest one
 *    would have compressed enough, or if text is lost, else "do not expand"; the signals are those of the largest size;
 * 2. the base cannot write a hundredth of the text or more: "expand", whatever else is measured, since no training
 *    teaches a model what its tokenizer drops;
 * 3. the base's tokens violate the atoms of the notation the texts are written in, one token an atom would be worth it,
 *    and learned merges save hardly more: "atomic only";
 * 4. compression under its mark at the suggested size: "do not expand";
 * 5. the base cuts the domain much finer than general text (fragmentation under 0.85): "expand";
 * 6. else "expand for speed": shorter, but the base was not hurt by its own pieces.
 * The budget never vetoes by itself: it stands for exposure, which is measured here. Lost text counts everywhere as byte
 * fallback would spell it, one token a byte, so that no unknown token passes for compression. Exposure leaves out links of
 * merge chains: tokens that others are built on and that stand alone in under 5 % of what they were merged for.
 */
import { computeBreakEven, type ModelSizes } from './cost';
import type { Reading, Signal, Verdict } from './diagnosis';
import { thresholds, type Thresholds } from './thresholds';

export interface DiagnosisCounts extends ModelSizes {
  readonly newTokens: number;
  readonly exposureP10: number;
  /** Of the new tokens: links of merge chains, which exposure leaves out. */
  readonly links: number;
  readonly epochs: number;
  readonly trainBytes: number;
  readonly heldOut: HeldOutCounts;
  /** Different characters of the training text that the base cannot write. */
  readonly lostCharacters: number;
  readonly general: { readonly bytes: number; readonly tokens: number };
  readonly preTokens: { readonly bytes: number; readonly count: number };
  /** Held-out text against the grammar it is written in; null where no grammar fits. */
  readonly boundaries: BoundaryCounts | null;
  /** Of the new tokens: pairs of pieces that hardly occur apart, in few documents. */
  readonly boundPairs: number;
}

export interface HeldOutCounts {
  readonly bytes: number;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  /** Bytes that the base cannot write, and that it cannot with the new tokens. */
  readonly lostBefore: number;
  readonly lostAfter: number;
}

export interface BoundaryCounts {
  readonly grammar: string;
  /** Base tokens of the text, and those of them that cross or split an atom. */
  readonly tokens: number;
  readonly violations: number;
  /** Tokens of the text if every atom were one. */
  readonly atomicTokens: number;
}

type Compressed = Pick<DiagnosisCounts, 'heldOut'>;

export function compressionOf({ heldOut }: Compressed): number {
  return 1 - heldOut.tokensAfter / Math.max(1, heldOut.tokensBefore);
}

export function compressionMark(counts: DiagnosisCounts, marks: Thresholds = thresholds): number {
  return Math.max(marks.compression, 2 * computeBreakEven(counts.newTokens, counts));
}

export function fragmentationOf({ heldOut, general }: Pick<DiagnosisCounts, 'heldOut' | 'general'>): number {
  const domain = heldOut.bytes / Math.max(1, heldOut.tokensBefore);
  const elsewhere = general.bytes / Math.max(1, general.tokens);
  return elsewhere === 0 ? 1 : domain / elsewhere;
}

export function lostShare({ heldOut }: Compressed): number {
  return heldOut.lostBefore / Math.max(1, heldOut.bytes);
}

export function violationShare({ boundaries }: Pick<DiagnosisCounts, 'boundaries'>): number {
  return boundaries ? boundaries.violations / Math.max(1, boundaries.tokens) : 0;
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
    ...(heldOut.lostBefore > 0 || counts.lostCharacters > 0 ? [lostSignal(counts)] : []),
    {
      name: 'compression',
      weight: 'decides',
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
      weight: 'decides',
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
      weight: 'decides',
      value: exposure,
      unit: 'count',
      thresholds: [...thresholds.exposure],
      better: 'higher',
      reading: higher(exposure, floor, good, best),
      inputs: { exposureP10: counts.exposureP10, epochs: counts.epochs, newTokens, links: counts.links },
    },
    ...(counts.boundaries ? [boundarySignal(counts, counts.boundaries)] : []),
    {
      name: 'budget',
      weight: 'warns',
      value: budget,
      unit: 'bytes',
      thresholds: [...thresholds.budget],
      better: 'higher',
      reading: budget < smallBudget ? 'watch' : budget < largeBudget ? 'good' : 'strong',
      inputs: { trainBytes: counts.trainBytes, newTokens },
    },
    {
      name: 'vocabularyShare',
      weight: 'warns',
      value: share,
      unit: 'ratio',
      thresholds: [thresholds.vocabularyShare],
      better: 'lower',
      reading: share <= thresholds.vocabularyShare ? 'good' : 'watch',
      inputs: { vocabularyParameters: vocabulary, parameters: counts.parameters, newTokens },
    },
    {
      name: 'naturalness',
      weight: 'warns',
      value: counts.boundPairs / Math.max(1, newTokens),
      unit: 'ratio',
      thresholds: [thresholds.naturalness],
      better: 'lower',
      reading: counts.boundPairs / Math.max(1, newTokens) <= thresholds.naturalness ? 'good' : 'watch',
      inputs: { boundPairs: counts.boundPairs, newTokens },
    },
    {
      name: 'ceiling',
      weight: 'shown',
      value: preTokens.bytes / Math.max(1, preTokens.count),
      unit: 'bytes',
      thresholds: [],
      better: 'neither',
      reading: 'shown',
      inputs: { bytes: preTokens.bytes, preTokens: preTokens.count },
    },
  ];
}

/** There only where something is lost: most models can write everything. */
function lostSignal(counts: DiagnosisCounts): Signal {
  const { heldOut, lostCharacters, newTokens } = counts;
  const value = lostShare(counts);
  const [coverage, decides] = thresholds.lostText;
  return {
    name: 'lostText',
    weight: value >= decides ? 'decides' : 'warns',
    value,
    unit: 'ratio',
    thresholds: [decides],
    better: 'higher',
    reading: value >= decides ? 'strong' : value >= coverage ? 'good' : 'watch',
    inputs: {
      lostBytes: heldOut.lostBefore,
      heldOutBytes: heldOut.bytes,
      lostBytesAfter: heldOut.lostAfter,
      newTokens,
      lostCharacters,
    },
  };
}

function boundarySignal(counts: DiagnosisCounts, found: BoundaryCounts): Signal {
  const value = violationShare(counts);
  const { grammar, violations, tokens, atomicTokens } = found;
  return {
    name: 'boundaries',
    weight: 'decides',
    value,
    unit: 'ratio',
    thresholds: [thresholds.boundaries],
    better: 'lower',
    reading: value <= thresholds.boundaries ? 'good' : 'watch',
    inputs: { violations, tokens, atomicTokens },
    grammar,
  };
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

export function verdictOf(counts: DiagnosisCounts, anySizeHolds: boolean, marks: Thresholds = thresholds): Verdict {
  const mark = compressionMark(counts, marks);
  const compresses = compressionOf(counts) >= mark;
  const isLost = lostShare(counts) >= marks.lostText[1];
  if (!anySizeHolds) return compresses || isLost ? 'need-more-data' : 'do-not-expand';
  if (isLost) return 'expand';
  const { boundaries, heldOut } = counts;
  if (boundaries && violationShare(counts) > marks.boundaries) {
    const saved = (tokens: number) => 1 - tokens / Math.max(1, heldOut.tokensBefore);
    const [byAtoms, byMerges] = [saved(boundaries.atomicTokens), saved(heldOut.tokensAfter)];
    if (byAtoms >= mark && byMerges - byAtoms < mark) return 'atomic-only';
  }
  if (!compresses) return 'do-not-expand';
  return fragmentationOf(counts) <= marks.fragmentationNone ? 'expand' : 'expand-for-speed';
}
