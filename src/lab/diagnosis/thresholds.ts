/**
 * The marks that signals are read against, in one place, with where each comes from (DESIGN section 5; published
 * results on vocabulary expansion of 0.1 to 8 B models). They are rules of thumb: the pilot and the comparison measure.
 */
import { exposureFloor } from '../../exposureFloor';

export interface Thresholds {
  readonly lostText: readonly [coverage: number, decides: number];
  readonly compression: number;
  readonly fragmentationStrong: number;
  readonly fragmentationNone: number;
  readonly exposure: readonly [floor: number, good: number, best: number];
  readonly boundaries: number;
  readonly budget: readonly [pilot: number, go: number];
  readonly vocabularyShare: number;
  readonly naturalness: number;
  readonly boundPair: { readonly share: number; readonly documents: number };
  readonly worthwhileGain: number;
}

export const thresholds: Thresholds = {
  /**
   * Share of the held-out bytes that the base cannot write. SentencePiece takes 99.95 % of a text's characters into a
   * vocabulary (`character_coverage`); from 1 % on, the old vocabulary is no choice for these texts.
   */
  lostText: [0.0005, 0.01],
  /** Least share of tokens saved that is worth a new vocabulary; or twice the compute break-even, if that is more. */
  compression: 0.1,
  /** Bytes per token in the domain over bytes per token in general text. */
  fragmentationStrong: 0.6,
  fragmentationNone: 0.85,
  /** Occurrences of a new token in training (10th percentile): floor, good, best published. */
  exposure: [exposureFloor, 1000, 6000],
  /** Share of base tokens that cross or split an atom of the grammar the texts are written in: over it, try the atoms. */
  boundaries: 0.05,
  /** Raw bytes of corpus per new token: below the first no, below the second a pilot, above it go. */
  budget: [20_000, 500_000],
  /** Share of the new vocabulary matrix in all parameters: warn. */
  vocabularyShare: 0.3,
  /** Share of new tokens that are bound pairs (below) from which the corpus is repetitive rather than rich. */
  naturalness: 0.1,
  /** A new token is a bound pair when its halves occur apart in less than a tenth of cases, in fewer documents than this. */
  boundPair: { share: 0.9, documents: 5 },
  /** A further merge that saves less than this share of the tokens is noise in the suggestion. */
  worthwhileGain: 0.01,
};

/** Largest vocabulary that a diagnosis trains: one token per KB of corpus, at most 4,096. */
export function largestNewTokens(trainBytes: number): number {
  return Math.max(16, Math.min(4096, Math.floor(trainBytes / 1000)));
}
