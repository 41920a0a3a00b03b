/** Why a vocabulary has fewer tokens than were asked for, in words: what was turned down, the most frequent reason first. */
import { msg, str } from '@lit/localize';
import type { Refusal, Shortfall } from '../../worker/index';
import { count, joinSentences } from '../format';

const reasons: Readonly<Record<Refusal, (candidates: string) => string>> = {
  'too-rare': (n) => msg(str`${n} are seen too seldom`),
  'too-few-documents': (n) => msg(str`${n} stand in too few documents`),
  digit: (n) => msg(str`${n} hold a digit`),
  'too-long': (n) => msg(str`${n} are too long`),
  'never-merge': (n) => msg(str`${n} match what is never merged`),
  'never-reached': (n) => msg(str`${n} would never be reached, since the text is cut elsewhere before`),
  'cuts-longer': (n) => msg(str`${n} begin a longer symbol that is no new token`),
  known: (n) => msg(str`${n} are tokens already`),
  unmergeable: (n) => msg(str`${n} join what merges with nothing`),
  undecodable: (n) => msg(str`${n} would be decoded as other text`),
  'turned-down': (n) => msg(str`${n} were turned down`),
};

export function shortfallText({ asked, learned, turnedDown }: Shortfall): string {
  const sorted = (Object.entries(turnedDown) as [Refusal, number][]).sort((a, b) => b[1] - a[1]);
  const why = sorted.map(([reason, candidates]) => reasons[reason](count(candidates))).join('; ');
  return joinSentences(
    msg(str`${count(asked)} were asked for; there are ${count(learned)}.`),
    why === '' ? msg('By then every word of the texts is one token.') : msg(str`Of the other candidates ${why}.`),
  );
}
