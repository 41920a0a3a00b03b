/**
 * Intervals by resampling documents, the unit that is independent; tokens of one document are not. Bits per byte is a
 * ratio of sums, so each resample sums nats and bytes of the drawn documents. Two arms are compared on the same draws
 * (paired): what is hard about a document cancels. One document cannot be resampled, and of two there are three draws: neither has an
 * interval.
 *
 * Lost text has no price. An unknown token is cheap whatever it stands for, so that a model which cannot write a text would
 * look better than any that can: bits per byte, intervals and differences are null as soon as one byte is lost.
 */
import { seededRandom } from '../../random';

/** Nats, UTF-8 bytes, tokens, and bytes that the arm's tokenizer cannot write, of each document; the same order for every arm. */
export interface DocumentScores {
  readonly nats: readonly number[];
  readonly bytes: readonly number[];
  readonly tokens: readonly number[];
  readonly lostBytes: readonly number[];
}

/** Low and high end of 95 %; null under `leastDocuments` documents. */
export type Interval = readonly [low: number, high: number] | null;

/** An interval over fewer would be a guess. */
export const leastDocuments = 3;

export const resamples = 1000;
const bootstrapSeed = 20260101;

/** Null where text is lost. */
export function bitsPerByte(scores: DocumentScores): number | null {
  return losesText(scores) ? null : pricedBits(scores);
}

export function losesText({ lostBytes }: DocumentScores): boolean {
  return sum(lostBytes) > 0;
}

function pricedBits(scores: DocumentScores): number {
  return sum(scores.nats) / (Math.LN2 * Math.max(1, sum(scores.bytes)));
}

/** 95 % interval of bits per byte; null where text is lost. */
export function scoreInterval(scores: DocumentScores): Interval {
  if (losesText(scores)) return null;
  return percentiles(draws(scores.bytes, [scores.nats]).map(([bits]) => bits!));
}

export interface Difference {
  readonly bitsPerByte: number;
  readonly interval: Interval;
}

/**
 * Second minus first in bits per byte over the same documents, with its 95 % interval. Null where either loses text, also
 * where both lose the same: what they were scored on is not the text.
 */
export function pairedDifference(first: DocumentScores, second: DocumentScores): Difference | null {
  if (losesText(first) || losesText(second)) return null;
  const differences = draws(first.bytes, [first.nats, second.nats]).map(([a, b]) => b! - a!);
  return { bitsPerByte: pricedBits(second) - pricedBits(first), interval: percentiles(differences) };
}

function draws(bytes: readonly number[], arms: readonly (readonly number[])[]): number[][] {
  const random = seededRandom(bootstrapSeed);
  const results: number[][] = [];
  if (bytes.length < leastDocuments) return results;
  for (let draw = 0; draw < resamples; draw++) {
    let drawnBytes = 0;
    const nats = arms.map(() => 0);
    for (let n = 0; n < bytes.length; n++) {
      const document = Math.floor(random() * bytes.length);
      drawnBytes += bytes[document]!;
      for (let arm = 0; arm < arms.length; arm++) nats[arm]! += arms[arm]![document]!;
    }
    results.push(nats.map((total) => total / (Math.LN2 * Math.max(1, drawnBytes))));
  }
  return results;
}

/** 2.5th and 97.5th percentile of the draws, which are sorted in place; null of none. */
export function percentiles(values: number[] | Float64Array): Interval {
  if (values.length === 0) return null;
  values.sort((a, b) => a - b);
  return [values[Math.floor(0.025 * values.length)]!, values[Math.ceil(0.975 * values.length) - 1]!];
}

export function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Of the first documents, then of the rest. */
export function joinedScores(first: DocumentScores, rest: DocumentScores): DocumentScores {
  return {
    nats: [...first.nats, ...rest.nats],
    bytes: [...first.bytes, ...rest.bytes],
    tokens: [...first.tokens, ...rest.tokens],
    lostBytes: [...first.lostBytes, ...rest.lostBytes],
  };
}
