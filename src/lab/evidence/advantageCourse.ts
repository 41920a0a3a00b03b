/**
 * Span advantage over the course of a training: what a new token costs at its places in the watched held-out text, and what the
 * control, having read as much of the same text, asks there for its old pieces. Both runs keep these prices at every evaluation
 * (`EvaluationRecord.idNats`), so that nothing is computed again. The control's are taken between its own evaluations on a straight line.
 */
import type { Encoding } from '../../tokenizer/index';
import { sum } from '../scoring/bootstrap';
import type { EvaluationRecord, RunRecord } from '../training/records';
import { median } from './exposuresNeeded';
import { lastRise } from './lastRise';
import { findPlaces } from './places';
import { placeOfPieces } from './placeWindows';

export interface AdvantageCourse {
  /** UTF-8 bytes of training text read, ascending; the first point is before the first step. */
  readonly bytes: readonly number[];
  /** Of the tokens' advantages, nats, at each point. */
  readonly median: readonly number[];
  /** Tokens that are cheaper than their old pieces at each point, of `priced`. */
  readonly cheaper: readonly number[];
  readonly priced: number;
  /** From which on the median stays above zero; null where it was never below, or ends there. */
  readonly from: number | null;
}

/** One run, and how it cuts the documents that it was watched by, in their order. */
export interface PricedRun {
  readonly records: readonly RunRecord[];
  readonly encoded: readonly Encoding[];
}

export interface CoursedToken {
  readonly id: number;
  /** As the control numbers them. */
  readonly pieces: readonly number[];
}

/** By token id, at each point of the course; undefined where the runs did not keep prices. */
export function advantageCourse(
  arm: PricedRun,
  control: PricedRun,
  tokens: readonly CoursedToken[],
): { readonly course: AdvantageCourse; readonly byToken: ReadonlyMap<number, readonly number[]> } | undefined {
  const [own, old] = [pricedEvaluations(arm), pricedEvaluations(control)];
  if (own.length < 2 || old.length < 2) return undefined;
  const bytes = own.map((evaluation) => evaluation.bytes);
  const byToken = new Map<number, readonly number[]>();
  for (const [id, places] of placesInBoth(arm, control, tokens, own[0]!.nats.length, old[0]!.nats.length)) {
    const oldPrices = old.map(
      (evaluation) =>
        [evaluation.bytes, mean(places.map(({ from, to }) => sum(evaluation.nats.slice(from, to))))] as const,
    );
    byToken.set(
      id,
      own.map(({ nats }, point) => valueAt(oldPrices, bytes[point]!) - mean(places.map(({ at }) => nats[at]!))),
    );
  }
  if (byToken.size === 0) return undefined;
  const all = [...byToken.values()];
  const medians = own.map((_, point) => median(all.map((advantages) => advantages[point]!))!);
  const cheaper = own.map((_, point) => all.filter((advantages) => advantages[point]! > 0).length);
  const course = { bytes, median: medians, cheaper, priced: byToken.size, from: cheaperFrom(bytes, medians) };
  return { course, byToken };
}

/** A place in the kept prices of both runs: the token's own, and its old pieces' from `from` to before `to`. */
interface SharedPlace {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** @param armIds, controlIds how many prices each run kept. */
function placesInBoth(
  arm: PricedRun,
  control: PricedRun,
  tokens: readonly CoursedToken[],
  armIds: number,
  controlIds: number,
): Map<number, SharedPlace[]> {
  const pieces = new Map(tokens.map((token) => [token.id, token.pieces]));
  const [armFirst, controlFirst] = [firstIds(arm.encoded), firstIds(control.encoded)];
  const found = findPlaces(
    arm.encoded.map(({ ids }) => ids),
    new Set(pieces.keys()),
    Infinity,
    0,
  );
  const shared = new Map<number, SharedPlace[]>();
  for (const [id, { places }] of found) {
    const own = pieces.get(id)!;
    const both = places.flatMap(({ document, at }): SharedPlace[] => {
      const old = placeOfPieces(control.encoded[document]!, arm.encoded[document]!.starts[at]!, own);
      if (old === undefined) return [];
      const place = { at: armFirst[document]! + at, from: controlFirst[document]! + old };
      const to = place.from + own.length;
      return place.at < armIds && to <= controlIds ? [{ ...place, to }] : [];
    });
    if (both.length > 0) shared.set(id, both);
  }
  return shared;
}

/** Bytes of text from which on an advantage stays above zero; null where it was never below, or ends there. */
export function cheaperFrom(bytes: readonly number[], advantages: readonly number[]): number | null {
  const at = lastRise(bytes.map((x, point) => [x, advantages[point]!] as const));
  return Number.isFinite(at) ? at : null;
}

interface PricedEvaluation {
  readonly bytes: number;
  readonly nats: readonly number[];
}

/** One a step, the later one where a run that went on recorded a step twice. */
function pricedEvaluations({ records }: PricedRun): PricedEvaluation[] {
  const byStep = new Map<number, EvaluationRecord>();
  for (const record of records) if (record.type === 'evaluation') byStep.set(record.step, record);
  return [...byStep.values()]
    .sort((a, b) => a.step - b.step)
    .flatMap(({ bytesRead, idNats }) =>
      bytesRead === undefined || idNats === undefined ? [] : [{ bytes: bytesRead, nats: idNats }],
    );
}

/** Where each document's ids begin among all. */
function firstIds(encoded: readonly Encoding[]): number[] {
  let next = 0;
  return encoded.map(({ ids }) => (next += ids.length) - ids.length);
}

/** On straight lines between points ascending in x, and level beyond them. */
function valueAt(points: readonly (readonly [x: number, y: number])[], x: number): number {
  const after = points.findIndex(([at]) => at >= x);
  if (after <= 0) return points.at(after)![1];
  const [[x0, y0], [x1, y1]] = [points[after - 1]!, points[after]!];
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}

const mean = (values: readonly number[]): number => sum(values) / values.length;
