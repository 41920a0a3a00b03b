/** What a number may be, in the page's language. */
import { msg, str } from '@lit/localize';
import { isWithin, type Bounds } from '../../bounds';
import { count, fixed } from '../format';

export function boundsWords({ least, most, isWhole, isAbove }: Bounds): string {
  const shown = (value: number) => (Number.isInteger(value) ? count(value) : fixed(value, 2));
  if (isAbove) return msg(str`above ${shown(least)}, at most ${shown(most)}`);
  return isWhole
    ? msg(str`a whole number from ${shown(least)} to ${shown(most)}`)
    : msg(str`a number from ${shown(least)} to ${shown(most)}`);
}

/** Null where it is one that can be. @param why `most` is what it is. */
export function wrongNumber(text: string, bounds: Bounds, why?: string): string | null {
  const value = Number(text);
  if (text.trim() !== '' && isWithin(value, bounds)) return null;
  return why !== undefined && value > bounds.most
    ? msg(str`at most ${count(bounds.most)}, ${why}`)
    : boundsWords(bounds);
}
