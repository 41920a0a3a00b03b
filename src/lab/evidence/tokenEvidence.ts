/** What is known of each new token of a trained model, and of all of them together, as plain values. */
import type { AdvantageCourse } from './advantageCourse';
import type { Crossing, AdvantageOfToken } from './exposuresNeeded';
import type { EffectiveRank } from './effectiveRank';
import type { Indicator } from './rowFigures';

export interface PlaceEvidence {
  /** Held-out text around the token. */
  readonly before: string;
  readonly after: string;
  /** Nats of the token, its probability, and its rank among all ids (1: none has a larger logit). */
  readonly loss: number;
  readonly probability: number;
  readonly rank: number;
  /** The old piece that ranks first and is where the token's bytes begin; null where none does. */
  readonly leak: string | null;
  /** Nats of its old pieces minus its own, behind the same text: above 0 the token is cheaper. Null where the control cuts the text otherwise. */
  readonly advantage: number | null;
}

/** Over the places that were looked at. */
export interface MeasuredToken {
  /** Means, nats; `advantage` is null where no place has one. */
  readonly loss: number;
  readonly advantage: number | null;
  /** Medians. */
  readonly rank: number;
  readonly probability: number;
  /** Share of places where an old piece that begins the token ranks first. */
  readonly leakage: number;
}

export interface TokenEvidence {
  readonly id: number;
  readonly text: string;
  /** As tokenizer.json spells it, and `turnedDown` of a specification. */
  readonly piece: string;
  /** The old pieces it replaces. */
  readonly pieces: readonly { readonly id: number; readonly text: string }[];
  /** Hardly stands alone, because longer ones took its occurrences: it cannot go without them. */
  readonly isLink?: true;
  /** In training; null where no record tells. */
  readonly exposures: number | null;
  /** Smoothed training loss where it is the target, nats: at first and at last; null before it was seen. */
  readonly firstLoss: number | null;
  readonly loss: number | null;
  readonly curve: readonly number[];
  /** In the held-out text that was looked through. */
  readonly occurrences: number;
  /** Null where it does not occur there. */
  readonly measured: MeasuredToken | null;
  /** Where it helped most comes first. */
  readonly places: readonly PlaceEvidence[];
  /** Mean span advantage at each point of the training's course, in the text that it was watched by; null where that holds no place of it. */
  readonly course: readonly number[] | null;
  /** Over the median norm of the old rows; `output` of untied models. */
  readonly norm: { readonly input: number; readonly output?: number };
  /** By which it looks under-trained. */
  readonly indicators: readonly Indicator[];
}

export interface EvidenceSummary {
  readonly tokens: number;
  /** Of them, those that occur in the held-out text. */
  readonly measured: number;
  /** Of those, the ones with a span advantage, and with one above zero. */
  readonly priced: number;
  readonly cheaper: number;
  readonly medianAdvantage: number | null;
  readonly crossing: Crossing;
  readonly runningMedian: readonly AdvantageOfToken[];
  /** Seen fewer than `floor` times in training, of `counted` that stand alone; null where no record tells. */
  readonly starved: number | null;
  readonly counted: number;
  readonly floor: number;
  /** Of the input side's new rows. */
  readonly effectiveRank: EffectiveRank | null;
  readonly underTrained: number;
}

export interface TokensEvidence {
  /** Null without a control, and where the runs kept no prices. */
  readonly course: AdvantageCourse | null;
  /** The arm on the old vocabulary that prices the old pieces; null: the same model does, which no training shows them any more. */
  readonly control: string | null;
  /** Held-out text that was looked through. */
  readonly text: { readonly documents: number; readonly bytes: number };
  /** Tokens of the model that each place was read in, and most places of a token. */
  readonly window: number;
  readonly placesEach: number;
  readonly tokens: readonly TokenEvidence[];
  readonly summary: EvidenceSummary;
}

export interface TokenNeighbour {
  readonly id: number;
  readonly text: string;
  readonly cosine: number;
  readonly isNew: boolean;
}

/** Of one token, nearest first; `start` is null where it is not known how its row began. */
export interface TokenNeighbours {
  readonly id: number;
  readonly side: 'input' | 'output';
  readonly start: readonly TokenNeighbour[] | null;
  readonly now: readonly TokenNeighbour[];
}

/** Tokens that could be pruned: starved ones that stand alone. Links stay, since longer tokens are built on them. */
export function isStarved({ exposures, isLink }: Pick<TokenEvidence, 'exposures' | 'isLink'>, floor: number): boolean {
  return exposures !== null && exposures < floor && !isLink;
}
