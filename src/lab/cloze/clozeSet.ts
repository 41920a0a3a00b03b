/**
 * Questions made from a text of one's own: a passage of held-out prose with a word left out, and four words to choose from. The
 * wrong ones are words of the training text that occur there about as often, so that a model that only counts words has nothing
 * to choose by. Words are those of Unicode's rules (UAX 29), in Chinese and Japanese those of the platform's dictionary.
 */
import { LabError } from '../../error';
import { epochRandom, shuffledIndices } from '../../random';
import { wholeCharacters } from '../wholeCharacters';
import { clozeChoices } from './defaults';

export interface ClozeQuestion {
  readonly before: string;
  readonly after: string;
  /** The right one among the wrong ones. */
  readonly choices: readonly string[];
  /** Its place. */
  readonly right: number;
}

export interface ClozeTexts {
  readonly train: readonly string[];
  readonly heldOut: readonly string[];
}

/** UTF-16 units around a gap, at most. */
const passage = { before: 200, after: 40 } as const;
/** Of text before a gap, at least: with less there is nothing to choose by. */
const leastBefore = 32;
/** Of a word: occurrences in the training text, and questions about it. */
const leastCount = 3;
const mostQuestions = 2;
/** Words that occur about as often: so many before and after in the order of their counts. */
const neighbours = 24;
/** UTF-16 units of training text whose words are counted. */
const mostCounted = 4_000_000;

interface Gap {
  readonly document: number;
  readonly at: number;
  readonly word: string;
}

/**
 * The same for the same texts and seed, on every platform with the same dictionary.
 * @throws `lab/no-questions` where the text has too few words.
 */
export function clozeQuestions({ train, heldOut }: ClozeTexts, questions: number, seed: number): ClozeQuestion[] {
  const counts = wordCounts(train);
  const common = [...counts].filter(([word, count]) => count >= leastCount && isAsked(word));
  // By count, then by the word itself: an order that no platform changes.
  common.sort(([a, one], [b, other]) => one - other || (a < b ? -1 : 1));
  const places = new Map(common.map(([word], place) => [word, place]));
  const found: ClozeQuestion[] = [];
  const asked = new Map<string, number>();
  for (const { document, at, word } of gapsInTurn(heldOut, (each) => places.has(each), seed)) {
    if (found.length === questions) break;
    if ((asked.get(word) ?? 0) === mostQuestions) continue;
    const text = heldOut[document]!;
    const before = wholeCharacters(text.slice(Math.max(0, at - passage.before), at));
    const after = wholeCharacters(text.slice(at + word.length, at + word.length + passage.after));
    const random = epochRandom(seed, found.length + 1);
    const wrong = wrongWords(common, places.get(word)!, word, `${before}${after}`, random);
    if (wrong.length < clozeChoices - 1) continue;
    const right = Math.floor(random() * clozeChoices);
    found.push({ before, after, choices: wrong.toSpliced(right, 0, word), right });
    asked.set(word, (asked.get(word) ?? 0) + 1);
  }
  if (found.length > 0) return found;
  throw new LabError(
    'lab/no-questions',
    'No question can be made from the held-out text: it has no word with text before it that the training text has at least three times.',
    'Give more text, or text in words.',
    { heldOut: heldOut.length, words: common.length },
  );
}

const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

/** Lines by pieces, at white space where there is any: the platform takes the square of the length of what it is given. */
const pieces = /[^\n]{1,400}(?=\s)|[^\n]{1,400}/gu;

function* wordsOf(text: string): Generator<{ readonly at: number; readonly word: string }> {
  for (const piece of text.matchAll(pieces)) {
    for (const { segment, index, isWordLike } of segmenter.segment(piece[0])) {
      if (isWordLike) yield { at: piece.index + index, word: segment };
    }
  }
}

function wordCounts(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  let read = 0;
  for (const text of texts) {
    if (read >= mostCounted) break;
    read += text.length;
    for (const { word } of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** Four letters, or two of a script that writes words with so few; no numbers. */
function isAsked(word: string): boolean {
  return /^[\p{L}\p{M}]+$/u.test(word) && [...word].length >= (isShortScript(word) ? 2 : 4);
}

const isShortScript = (word: string): boolean =>
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(word);

/** One of each document in turn, documents and gaps in seeded orders. */
function* gapsInTurn(documents: readonly string[], isKnown: (word: string) => boolean, seed: number): Generator<Gap> {
  const order = shuffledIndices(documents.length, epochRandom(seed, 0));
  const left = new Map<number, Gap[]>();
  for (let turn = 0; ; turn++) {
    let any = false;
    for (const document of order) {
      const gaps = left.get(document) ?? gapsOf(documents[document]!, document, isKnown, seed);
      left.set(document, gaps);
      if (turn >= gaps.length) continue;
      any = true;
      yield gaps[turn]!;
    }
    if (!any) return;
  }
}

function gapsOf(text: string, document: number, isKnown: (word: string) => boolean, seed: number): Gap[] {
  const gaps = [...wordsOf(text)].filter(({ at, word }) => at >= leastBefore && isKnown(word));
  const order = shuffledIndices(gaps.length, epochRandom(seed, -1 - document));
  return Array.from(order, (index) => ({ document, ...gaps[index]! }));
}

/** Of about the same count, written alike (script, capitals), and not in the passage, where they would not be wrong for certain. */
function wrongWords(
  common: readonly (readonly [word: string, count: number])[],
  place: number,
  word: string,
  around: string,
  random: () => number,
): string[] {
  const near = common
    .slice(Math.max(0, place - neighbours), place + neighbours + 1)
    .map(([other]) => other)
    .filter((other) => other !== word && isAlike(other, word) && !around.includes(other));
  return Array.from(shuffledIndices(near.length, random).subarray(0, clozeChoices - 1), (index) => near[index]!);
}

const isAlike = (one: string, other: string): boolean =>
  shapeOf(one) === shapeOf(other) && isShortScript(one) === isShortScript(other);

type Shape = 'CAPITALS' | 'Capital' | 'small';

const shapeOf = (word: string): Shape =>
  /^\p{Lu}+$/u.test(word) ? 'CAPITALS' : /^\p{Lu}/u.test(word) ? 'Capital' : 'small';
