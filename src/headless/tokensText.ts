/** Evidence for new tokens in the command line's words: a row a token, and what all of them say together. */
import {
  cheaperFrom,
  type AdvantageCourse,
  type Crossing,
  type EvidenceSummary,
  type PlaceEvidence,
  type TokenEvidence,
  type TokenNeighbours,
  type TokensEvidence,
} from '../lab/index';
import { table } from './reportText';

export function tokensText(of: string, evidence: TokensEvidence): string {
  const { control, tokens, summary, text, window, placesEach, course } = evidence;
  const rows = [...tokens].sort((a, b) => (b.exposures ?? -1) - (a.exposures ?? -1) || a.id - b.id);
  return [
    `${of}: ${tokens.length} new tokens, looked for in ${text.bytes} bytes of held-out text (${text.documents} documents), at most ${placesEach} places each, ${window} tokens of context`,
    control === null
      ? 'Old pieces are priced by the same model, which training no longer shows them: nearly every token is cheaper than that.'
      : `Old pieces are priced by ${control}, trained on the same text with the old vocabulary.`,
    '',
    ...table(
      ['token', 'exposures', 'loss', 'rank', 'p(right)', 'leakage', 'advantage', 'norm', ''],
      rows.map((token) => [visible(token.text), ...figures(token), remarks(token, summary.floor)]),
    ),
    '',
    ...summaryLines(summary),
    ...(course ? courseLines(course) : []),
  ].join('\n');
}

function figures({ exposures, measured, norm }: TokenEvidence): string[] {
  const { input, output } = norm;
  return [
    exposures === null ? '' : String(exposures),
    measured?.loss.toFixed(2) ?? '',
    measured ? String(measured.rank) : '',
    measured?.probability.toFixed(3) ?? '',
    measured ? `${Math.round(measured.leakage * 100)} %` : '',
    signed(measured?.advantage ?? null),
    output === undefined ? input.toFixed(2) : `${input.toFixed(2)} ${output.toFixed(2)}`,
  ];
}

function remarks({ exposures, isLink, measured, indicators }: TokenEvidence, floor: number): string {
  return [
    ...(isLink ? ['link'] : exposures !== null && exposures < floor ? ['starved'] : []),
    ...(measured ? ((measured.advantage ?? 1) <= 0 ? ['cheaper as pieces'] : []) : ['not in held-out text']),
    ...indicators.map((indicator) => indicator.replaceAll('-', ' ')),
  ].join(', ');
}

function summaryLines(summary: EvidenceSummary): string[] {
  const { priced, cheaper, medianAdvantage, starved, counted, floor, effectiveRank, underTrained, tokens } = summary;
  return [
    medianAdvantage === null
      ? 'No new token was priced: none occurs in the held-out text as its old pieces.'
      : `${cheaper} of ${priced} tokens are cheaper than their old pieces; median advantage ${signed(medianAdvantage)} nats`,
    ...(starved === null ? [] : [crossingText(summary.crossing)]),
    starved === null
      ? 'How often training showed them is not recorded here.'
      : `${starved} of ${counted} tokens that stand alone were seen fewer than ${floor} times`,
    ...(effectiveRank
      ? [`effective rank of the new rows: ${effectiveRank.rank.toFixed(1)} of at most ${effectiveRank.most}`]
      : []),
    `${underTrained} of ${tokens} look under-trained by their rows`,
  ];
}

const uncrossed: Readonly<Record<Exclude<Crossing['kind'], 'at'>, string>> = {
  always: 'Their running median is above zero at all exposures that occur.',
  never: 'Their running median does not stay above zero: for the tokens seen most often it is at or below zero.',
  'too-few-tokens': 'Too few tokens to tell from how many exposures on they are cheaper.',
};

function crossingText(crossing: Crossing): string {
  if (crossing.kind !== 'at') return uncrossed[crossing.kind];
  const [low, high] = crossing.interval;
  const ends = `${low === null ? 'below what was seen' : Math.round(low)} to ${high === null ? 'above what was seen' : Math.round(high)}`;
  return `cheaper from about ${Math.round(crossing.exposures)} exposures on (95 %: ${ends})`;
}

/** A row a point of the training. */
function courseLines({ bytes, median, cheaper, priced, from }: AdvantageCourse): string[] {
  return [
    '',
    from === null
      ? 'Over the training, at the places in the text that it was watched by:'
      : `Over the training, at the places in the text that it was watched by, the median advantage stays above zero from ${Math.round(from)} bytes of text on:`,
    ...table(
      ['bytes of text', 'cheaper', 'median advantage'],
      bytes.map((read, point) => [String(read), `${cheaper[point]} of ${priced}`, signed(median[point]!)]),
    ),
  ];
}

const shownPlaces = 3;

export function tokenText(
  token: TokenEvidence,
  neighbours: readonly TokenNeighbours[],
  over: AdvantageCourse | null,
): string {
  const { text, pieces, places, occurrences } = token;
  const [exposures, loss, rank, probability, leakage, advantage, norm] = figures(token);
  const most = places.slice(0, shownPlaces);
  const least = places.slice(shownPlaces).slice(-shownPlaces);
  return [
    `${visible(text)}, instead of ${pieces.map((piece) => visible(piece.text)).join(' ')}`,
    ...(exposures === '' ? [] : [`exposures ${exposures}`]),
    `norm ${norm} of the median old row`,
    ...(token.measured
      ? [`loss ${loss}, rank ${rank}, p(right) ${probability}, leakage ${leakage}, span advantage ${advantage} nats`]
      : []),
    ...(over && token.course ? [courseLine(token.course, over.bytes)] : []),
    `${occurrences} occurrences in held-out text, ${places.length} measured`,
    ...(most.length > 0 ? ['helped most:', ...most.map((place) => placeLine(place, text))] : []),
    ...(least.length > 0 ? ['helped least:', ...least.map((place) => placeLine(place, text))] : []),
    ...neighbours.flatMap(({ side, start, now }) => [
      ...(start ? [`nearest at the start (${side}): ${namesOf(start)}`] : []),
      `nearest now (${side}): ${namesOf(now)}`,
    ]),
  ].join('\n');
}

function courseLine(course: readonly number[], bytes: readonly number[]): string {
  const from = cheaperFrom(bytes, course);
  const since = from === null ? '' : `; above zero from ${Math.round(from)} bytes of text on`;
  return `span advantage over the training ${course.map(signed).join(' ')}${since}`;
}

function placeLine({ before, after, advantage, rank, leak }: PlaceEvidence, text: string): string {
  const first = leak === null ? '' : `; ${visible(leak)} ranks first`;
  return `  ${signed(advantage).padStart(6)}  ${visible(before)}[${visible(text)}]${visible(after)}  (rank ${rank}${first})`;
}

const namesOf = (neighbours: TokenNeighbours['now']): string =>
  neighbours.map(({ text, cosine }) => `${visible(text)} ${cosine.toFixed(2)}`).join(', ');

const signed = (value: number | null): string =>
  value === null ? '' : `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(2)}`;

/** On one line, with ends that can be seen. */
const visible = (text: string): string => {
  const quoted = JSON.stringify(text).slice(1, -1);
  return /^\s|\s$/u.test(text) || text === '' ? `"${quoted}"` : quoted;
};
