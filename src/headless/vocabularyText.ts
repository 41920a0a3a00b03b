/** A vocabulary in the command line's words: what it came to, why not to more, and what it gives back of lost text. */
import { remedyText, turnedDownText } from '../tokenizer/index';
import type { RemovalPrice, RemovalSummary, VocabularySummary } from '../lab/index';

export function vocabularyLines(summary: VocabularySummary): string[] {
  const { newTokens, removal } = summary;
  return [...(newTokens.length > 0 ? newTokenLines(summary) : []), ...(removal ? removalLines(removal, summary) : [])];
}

function removalLines(removal: RemovalSummary, { embeddingRowsAfter }: VocabularySummary): string[] {
  const { kind, removed, free, leastCount, heldOut, general, tokens } = removal;
  const went = kind === 'replace' ? 'gave their rows to them' : 'went';
  const rows = kind === 'replace' ? 'the embedding keeps' : 'the embedding has';
  const seen = leastCount === 1 ? 'not at all' : `fewer than ${leastCount} times`;
  const used = tokens.filter(({ times }) => times > 0).slice(0, usedNamed);
  return [
    `${removed} old tokens ${went}, of ${free} that training and general text hold ${seen}; ${rows} ${embeddingRowsAfter} rows`,
    `without them ${priceText('held-out', heldOut)}; ${priceText('general', general)}`,
    ...used.map(
      ({ text, times, example }) => `  ${JSON.stringify(text)} ${times} times, as in ${JSON.stringify(example)}`,
    ),
  ];
}

const usedNamed = 10;

function priceText(name: string, { bytes, finerBytes, tokensBefore, tokensAfter }: RemovalPrice): string {
  const share = bytes === 0 ? 0 : (100 * finerBytes) / bytes;
  return `${share.toFixed(2)} % of ${name} text is cut finer, ${tokensAfter} tokens instead of ${tokensBefore}`;
}

function newTokenLines({ newTokens, shortfall, links, heldOut }: VocabularySummary): string[] {
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
