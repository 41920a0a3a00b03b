/** What a trained arm has lost, as plain values: on general text, behind its new tokens, and by what they take from other tokens. */
import type { Difference } from '../scoring/bootstrap';
import type { ScoreResult } from '../scoring/comparison';

/** `base`: the untouched model. `control`: the old vocabulary trained on the same text. */
export type ReferenceKind = 'base' | 'control';

/** A piece with its price in nats. */
export interface PricedPiece {
  readonly id: number;
  readonly text: string;
  readonly isNew: boolean;
  readonly nats: number;
  /** UTF-8 bytes of the text it covers. */
  readonly bytes: number;
}

/** A general text in both spellings. */
export interface WorseText {
  readonly bytes: number;
  /** Bits per byte of the whole text. */
  readonly arm: number;
  readonly base: number;
  /** Of its beginning, where it is long. */
  readonly armPieces: readonly PricedPiece[];
  readonly basePieces: readonly PricedPiece[];
  /** Characters that are not shown. */
  readonly hidden: number;
}

/** Text in places of one kind, by two models: the same characters, whatever the cut. Null figures where text is lost. */
export interface PlacesPrice {
  readonly places: number;
  readonly bytes: number;
  /** Bits per byte. */
  readonly arm: number | null;
  readonly reference: number | null;
  /** Arm minus reference, paired by document; null where nothing is there to compare. */
  readonly difference: Difference | null;
}

/** What comes just after a new token, and all else, on one text. */
export interface AfterNew {
  readonly text: 'general' | 'heldOut';
  readonly reference: ReferenceKind;
  readonly after: PlacesPrice;
  readonly elsewhere: PlacesPrice;
  /** Places after a new token that the old cut has no boundaries for. */
  readonly uncompared: number;
}

export interface MassPlace {
  readonly before: string;
  /** The token that follows in the text. */
  readonly token: string;
  readonly after: string;
  /** Probability of all new tokens together. */
  readonly mass: number;
  /** The likeliest of them, and its probability. */
  readonly likeliest: { readonly text: string; readonly probability: number };
}

export interface NewTokenMass {
  /** Of `ofPlaces` places of the general text, those that were looked at. */
  readonly places: number;
  readonly ofPlaces: number;
  readonly mean: number;
  /** Resampled over documents; null of fewer than three. */
  readonly interval: readonly [number, number] | null;
  /** Share of the tokens there that are new ones: mass on these is right. */
  readonly newTargets: number;
  /** Mean where an old token follows: mass that is lost. */
  readonly meanElsewhere: number | null;
  readonly highest: readonly MassPlace[];
}

export interface ReferenceScore {
  readonly kind: ReferenceKind;
  readonly name: string;
  readonly general: ScoreResult;
  /** Arm minus reference in bits per byte on general text, paired by document; null where either loses text. */
  readonly difference: Difference | null;
}

export interface HarmReport {
  /** What was read, of each text. */
  readonly text: { readonly general: TextSize; readonly heldOut: TextSize };
  readonly general: ScoreResult;
  readonly references: readonly ReferenceScore[];
  readonly afterNew: readonly AfterNew[];
  /** Null of an arm without new tokens. */
  readonly mass: NewTokenMass | null;
  /** Of `text.general.documents`, those that need more bits than with the untouched base. */
  readonly worseDocuments: number;
  /** Those that got worst, in bits per byte, first. */
  readonly worst: readonly WorseText[];
}

export interface TextSize {
  readonly documents: number;
  readonly bytes: number;
}
