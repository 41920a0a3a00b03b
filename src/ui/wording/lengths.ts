/** How long a useful run is, in words: where curves end, and how often the new tokens are seen. */
import { msg, str } from '@lit/localize';
import type { EndSlope, Exposure } from '../../worker/index';
import { count, fileSize, fixed, plain } from '../format';
import type { Explanation } from '../parts/number';
import { rangeText, signedBits } from './experiment';

/** Bits of which a doubling of the text is not worth speaking. */
const leastChange = 0.005;

export type Trend = 'falls' | 'may-fall' | 'level' | 'rises';

/** `may-fall` where the interval of the slope holds zero, or there are too few readings for one. */
export function trendOf({ perDoubling, interval }: EndSlope): Trend {
  const isTold = interval !== null && (interval[0] > 0 || interval[1] < 0);
  if (perDoubling > leastChange && isTold) return 'rises';
  if (perDoubling > -leastChange) return 'level';
  return isTold ? 'falls' : 'may-fall';
}

export const fallsStill = (slope: EndSlope): boolean => ['falls', 'may-fall'].includes(trendOf(slope));

export function slopeText(slope: EndSlope): string {
  const bits = fixed(Math.abs(slope.perDoubling), 2);
  const texts: Record<Trend, () => string> = {
    falls: () => msg(str`At its end the curve still falls by ${bits} bits per byte each time the text doubles.`),
    'may-fall': () =>
      msg(
        str`At its end the curve falls by about ${bits} bits per byte each time the text doubles; from so few readings it could be level.`,
      ),
    level: () => msg('At its end the curve is level, as far as its readings tell.'),
    rises: () => msg(str`At its end the curve rises by ${bits} bits per byte each time the text doubles.`),
  };
  return texts[trendOf(slope)]();
}

/** Where the sentence comes from, and how little it promises. */
export function slopeOrigin({ perDoubling, interval, points, fromBytes, nextDoubling }: EndSlope): Explanation {
  const next = msg(
    str`If it went on so, ${plain(fileSize(nextDoubling.bytes))} of text would end at ${fixed(nextDoubling.bitsPerByte, 2)}; curves flatten, and a falling rate flattens them.`,
  );
  return {
    name: msg(str`${signedBits(perDoubling)} bits per byte for each doubling`),
    formula: msg(
      str`a line through ${count(points)} readings from ${plain(fileSize(fromBytes))} on, over log₂ of the text`,
    ),
    meaning: interval ? msg(str`95\u00a0% interval of the slope ${rangeText(interval)}. ${next}`) : next,
  };
}

/** Of a run that is planned. */
export function plannedText({ fed, tokens, floor, bytes }: Exposure): string {
  const text = plain(fileSize(bytes));
  return msg(
    str`${count(fed)} of ${count(tokens)} new tokens would be seen ${count(floor)} times or more in ${text} of text.`,
  );
}

/** Of one that is over. */
export function seenText({ fed, tokens, floor }: Exposure): string {
  return msg(str`${count(fed)} of ${count(tokens)} new tokens were seen ${count(floor)} times or more.`);
}

export const isFed = ({ bytes, bytesUntilFed }: Exposure): boolean => bytesUntilFed !== null && bytesUntilFed <= bytes;

/** How much text would do. */
export function neededText(exposure: Exposure): string {
  if (isFed(exposure)) return msg('Nine of ten are: the text is long enough for them.');
  if (exposure.bytesUntilFed === null) return msg('One of ten is never seen: take fewer tokens, or more text.');
  return msg(str`Until nine of ten are, it takes ${plain(fileSize(exposure.bytesUntilFed))}, or fewer tokens.`);
}

export function exposureOrigin({ exposureP10, bytes, tokens, floor }: Exposure): Explanation {
  return {
    name: msg(str`Exposure P10: ${count(exposureP10)}`),
    formula: msg(str`${count(floor)} ÷ ${count(exposureP10)} × ${plain(fileSize(bytes))}`),
    meaning: msg(
      str`Nine of ten of the ${count(tokens)} new tokens that stand alone are seen at least so often. Under ${count(floor)} times a token has hardly learned.`,
    ),
  };
}
