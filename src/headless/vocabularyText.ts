/** A vocabulary in the command line's words: what it came to, why not to more, and what it gives back of lost text. */
import { remedyText, turnedDownText } from '../tokenizer/index';
import type { VocabularySummary } from '../lab/index';

export function vocabularyLines({ newTokens, shortfall, links, heldOut }: VocabularySummary): string[] {
  const { bytes, tokensBefore, tokensAfter, lostBefore, lostAfter } = heldOut;
  const length = `held-out text in ${tokensAfter} tokens instead of ${tokensBefore}`;
  return [
    shortfall
      ? `${newTokens.length} new tokens of the ${shortfall.asked} asked for; ${length}`
      : `${newTokens.length} new tokens; ${length}`,
    ...(shortfall ? whyFewer(shortfall.turnedDown) : []),
    ...(links > 0 ? [`${links} of them are links: longer tokens are built on them, and they hardly stand alone.`] : []),
    ...(lostBefore > 0
      ? [`Of ${bytes} held-out bytes ${lostAfter} are lost instead of ${lostBefore}; a lost byte counts as a token.`]
      : []),
  ];
}

function whyFewer(turnedDown: NonNullable<VocabularySummary['shortfall']>['turnedDown']): string[] {
  const why = turnedDownText(turnedDown);
  if (why === '') return ['The text holds no more candidates: every word of it is one token by then.'];
  return [`The text holds no more candidates: of the others ${why}. ${remedyText(turnedDown)}`.trimEnd()];
}
