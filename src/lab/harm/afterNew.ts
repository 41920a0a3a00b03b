/**
 * What comes just after a new token: the body of the model has read an unwonted row there, so that harm shows first. The characters
 * of each such token are priced by the other model too, wherever its cut has a boundary before and behind them; new tokens
 * that are merged from old ones always do.
 */
import { pairedDifference, type DocumentScores } from '../scoring/bootstrap';
import { scoreResult } from '../scoring/compare';
import type { AfterNew, PlacesPrice } from './harmReport';
import type { PricedDocument } from './pricedText';
import { utf8Bytes } from '../scoring/evaluate';

type Sums = { armNats: number; otherNats: number; bytes: number; places: number };

/** @param own and @param theirs the same documents, cut and priced by the arm and by the other model. */
export function afterNewTokens(
  own: readonly PricedDocument[],
  theirs: readonly PricedDocument[],
  isNew: ReadonlySet<number>,
): Omit<AfterNew, 'text' | 'reference'> {
  let uncompared = 0;
  const after: Sums[] = [];
  const elsewhere: Sums[] = [];
  for (const [index, document] of own.entries()) {
    const other = theirs[index]!;
    const priceOf = spanPrices(other);
    const sums: Sums[] = [nothing(), nothing()];
    const { ids, starts, ends, nats, text } = document;
    // Tokens that share a character are one span, which begins with the first of them.
    for (let at = 0; at < ids.length;) {
      let behind = at + 1;
      while (behind < ids.length && starts[behind]! < ends[behind - 1]!) behind++;
      const isAfter = at > 0 && isNew.has(ids[at - 1]!);
      const price = priceOf(starts[at]!, ends[behind - 1]!);
      if (price === undefined) {
        if (isAfter) uncompared++;
      } else {
        const sum = sums[isAfter ? 0 : 1]!;
        for (let token = at; token < behind; token++) sum.armNats += nats[token]!;
        sum.otherNats += price;
        sum.bytes += utf8Bytes(text.slice(starts[at]!, ends[behind - 1]!));
        sum.places++;
      }
      at = behind;
    }
    after.push(sums[0]!);
    elsewhere.push(sums[1]!);
  }
  const lost = (documents: readonly PricedDocument[]) => documents.map(({ lostBytes }) => lostBytes);
  const price = (sums: readonly Sums[]) => placesPrice(sums, lost(own), lost(theirs));
  return { after: price(after), elsewhere: price(elsewhere), uncompared };
}

const nothing = (): Sums => ({ armNats: 0, otherNats: 0, bytes: 0, places: 0 });

/** Nats of the tokens that cover exactly these UTF-16 units; undefined where the cut is elsewhere. */
function spanPrices({ starts, ends, nats }: PricedDocument): (start: number, end: number) => number | undefined {
  const upTo = new Map<number, number>([[0, 0]]);
  let sum = 0;
  for (let at = 0; at < starts.length; at++) {
    sum += nats[at]!;
    // A boundary is where the next token begins behind all of this one.
    if (at + 1 === starts.length || starts[at + 1]! >= ends[at]!) upTo.set(ends[at]!, sum);
  }
  return (start, end) => {
    const [before, until] = [upTo.get(start), upTo.get(end)];
    return before === undefined || until === undefined ? undefined : until - before;
  };
}

/** Documents without such a place are in neither side's sums. */
function placesPrice(sums: readonly Sums[], ownLost: readonly number[], theirLost: readonly number[]): PlacesPrice {
  const kept = sums.flatMap(({ places }, index) => (places > 0 ? [index] : []));
  const scores = (nats: (sum: Sums) => number, lost: readonly number[]): DocumentScores => ({
    nats: kept.map((index) => nats(sums[index]!)),
    bytes: kept.map((index) => sums[index]!.bytes),
    tokens: kept.map((index) => sums[index]!.places),
    lostBytes: kept.map((index) => lost[index]!),
  });
  const [arm, other] = [scores(({ armNats }) => armNats, ownLost), scores(({ otherNats }) => otherNats, theirLost)];
  const isNone = kept.length === 0;
  return {
    places: arm.tokens.reduce((sum, each) => sum + each, 0),
    bytes: arm.bytes.reduce((sum, each) => sum + each, 0),
    arm: isNone ? null : scoreResult(arm).bitsPerByte,
    reference: isNone ? null : scoreResult(other).bitsPerByte,
    difference: isNone ? null : pairedDifference(other, arm),
  };
}
