// New tokens that are found in the text before the model sees it: frequent words, or the atoms of a notation. One id each,
// whatever their length, and no piece in between; but they cut the text around them, general text too.
import { LabError } from '../../error';
import type { Grammar } from '../grammar/grammar';
import { atomsOf } from '../grammar/grammar';
import type { AddedPiece } from '../model/model';
import type { Tokenizer } from '../Tokenizer';
import { visibleText } from '../visibleText';
import type { ContinueBpeOptions } from './continueBpe';
import { spelledTokensOf } from '../encoding';
import { Pause } from './pause';
import { batchesOf, type TrainingTexts } from './trainingTexts';
import { remedyText, TurnedDown, turnedDownText, type Refusal, type Shortfall } from './turnedDown';
import type { NewToken, VocabularyExtension } from './vocabularyExtension';

/** Documents that are encoded and decoded again. */
const CHECKED_DOCUMENTS = 200;

interface Candidate {
  readonly text: string;
  readonly count: number;
  /** Old ids. */
  readonly pieces: readonly number[];
  /** Tokens saved over all occurrences, or bytes written that were lost. */
  readonly gain: number;
}

/** Words (what the pre-tokenizer leaves whole, without the space before) that save the most tokens. */
export function addedWords(
  tokenizer: Tokenizer,
  texts: TrainingTexts,
  options: ContinueBpeOptions,
): Promise<VocabularyExtension> {
  const words = (text: string): string[] =>
    tokenizer
      .preTokenize(text)
      .filter(({ addedId }) => addedId === null)
      .map(({ start, end }) => text.slice(start, end).trim());
  return addedVocabulary(tokenizer, texts, options, words, false);
}

/** One token for each atom of the grammar that is several tokens now, the most frequent first. */
export function atomicAlphabet(
  tokenizer: Tokenizer,
  texts: TrainingTexts,
  grammar: Grammar,
  options: ContinueBpeOptions,
): Promise<VocabularyExtension> {
  const atoms = (text: string): string[] => atomsOf(grammar, text).map((atom) => atom.text);
  return addedVocabulary(tokenizer, texts, { forbidDigits: false, ...options }, atoms, grammar.singleWord);
}

async function addedVocabulary(
  tokenizer: Tokenizer,
  texts: TrainingTexts,
  options: ContinueBpeOptions,
  partsOf: (text: string) => string[],
  singleWord: boolean,
): Promise<VocabularyExtension> {
  const pause = new Pause(options.signal);
  const counts = new Map<string, { count: number; documents: number; last: number }>();
  let before = 0;
  let document = -1;
  for await (const text of eachOf(texts, pause)) {
    document++;
    before += spelledTokensOf(text, tokenizer.encode(text));
    for (const part of partsOf(text)) {
      if (part === '' || part.trim() !== part) continue;
      const known = counts.get(part);
      if (known === undefined) counts.set(part, { count: 1, documents: 1, last: document });
      else {
        known.count++;
        if (known.last !== document) known.documents++;
        known.last = document;
      }
    }
  }
  const refusalOf = rule(tokenizer, options);
  const turnedDown = new TurnedDown();
  const able = [...counts]
    .filter(([text, found]) => {
      const refusal = refusalOf(text, found);
      if (refusal !== null) turnedDown.add(text, refusal);
      return refusal === null;
    })
    .map(([text, { count }]): Candidate => {
      const encoding = tokenizer.encode(text);
      const saved = spelledTokensOf(text, encoding) - (encoding.lost.length > 0 ? 0 : 1);
      return { text, count, pieces: Array.from(encoding.ids), gain: count * saved };
    })
    .filter(({ text, gain }) => {
      if (gain === 0) turnedDown.add(text, 'known');
      return gain > 0;
    })
    .sort((a, b) => b.gain - a.gain || (a.text < b.text ? -1 : 1));
  const firstId = options.firstNewId ?? tokenizer.largestId + 1;
  const candidates = chosenOf(tokenizer, able, options.newTokens, firstId, turnedDown);
  const shortfall = turnedDown.shortfall(options.newTokens, candidates.length);
  if (candidates.length === 0) {
    const reasons = shortfall?.turnedDown ?? {};
    const why = turnedDownText(reasons);
    throw new LabError(
      'tokenizer/nothing-to-learn',
      `Of the words or symbols in ${document + 1} documents none may become a token${why === '' ? '' : `: ${why}`}.`,
      `${remedyText(reasons)} Or continue the merges instead.`.trim(),
      { documents: document + 1, turnedDown: reasons },
    );
  }
  const pieces = candidates.map(({ text }, index) => addedPiece(text, firstId + index, singleWord));
  return counted(tokenizer, texts, pieces, candidates, before, shortfall, pause);
}

const addedPiece = (piece: string, id: number, singleWord: boolean): AddedPiece => ({
  kind: 'added',
  id,
  piece,
  singleWord,
});

/**
 * The first so many that are decoded as themselves. A decoder knows no added tokens: that of byte-level models reads one
 * whose letters all belong to the byte alphabet (`Größe`) as bytes.
 */
function chosenOf(
  tokenizer: Tokenizer,
  able: readonly Candidate[],
  newTokens: number,
  firstId: number,
  turnedDown: TurnedDown,
): Candidate[] {
  const chosen: Candidate[] = [];
  for (let from = 0; from < able.length && chosen.length < newTokens;) {
    const some = able.slice(from, from + newTokens - chosen.length);
    from += some.length;
    const extended = tokenizer.extended(some.map(({ text }, index) => addedPiece(text, firstId + index, false)));
    some.forEach((candidate, index) => {
      if (extended.decode([firstId + index]) === candidate.text) chosen.push(candidate);
      else turnedDown.add(candidate.text, 'undecodable');
    });
  }
  return chosen;
}

type Rule = (text: string, found: { readonly count: number; readonly documents: number }) => Refusal | null;

function rule(tokenizer: Tokenizer, options: ContinueBpeOptions): Rule {
  const { neverMerge, minFrequency = 2, minDocuments = 1, maxPieceLength = Infinity, forbidDigits = true } = options;
  return (text, { count, documents }) => {
    if (tokenizer.idOfPiece(text) !== undefined) return 'known';
    if (count < minFrequency) return 'too-rare';
    if (documents < minDocuments) return 'too-few-documents';
    if (Array.from(text).length > maxPieceLength) return 'too-long';
    if (forbidDigits && /\p{N}/u.test(text)) return 'digit';
    return neverMerge !== undefined && text.search(neverMerge) >= 0 ? 'never-merge' : null;
  };
}

async function counted(
  tokenizer: Tokenizer,
  texts: TrainingTexts,
  pieces: readonly AddedPiece[],
  candidates: readonly Candidate[],
  before: number,
  shortfall: Shortfall | null,
  pause: Pause,
): Promise<VocabularyExtension> {
  const extended = tokenizer.extended(pieces);
  const first = pieces[0]!.id;
  const occurrences = new Float64Array(pieces.length);
  const inDocuments = new Float64Array(pieces.length);
  const lastDocument = new Int32Array(pieces.length).fill(-1);
  const encoder = new TextEncoder();
  let after = 0;
  let bytes = 0;
  let document = -1;
  let changedText: VocabularyExtension['changedText'] = null;
  for await (const text of eachOf(texts, pause)) {
    document++;
    const encoding = extended.encode(text);
    const { ids } = encoding;
    after += spelledTokensOf(text, encoding);
    bytes += encoder.encode(text).length;
    for (const id of ids) {
      const index = id - first;
      if (index < 0) continue;
      occurrences[index]!++;
      if (lastDocument[index] !== document) inDocuments[index]!++;
      lastDocument[index] = document;
    }
    if (document < CHECKED_DOCUMENTS)
      changedText ??= difference(tokenizer.decode(tokenizer.encode(text).ids), extended.decode(ids));
  }
  const tokens = pieces.map((piece, index): NewToken => {
    const text = encoder.encode(piece.piece);
    return {
      ...piece,
      text: visibleText(text),
      bytes: text,
      pieces: candidates[index]!.pieces,
      occurrencesAtMerge: candidates[index]!.count,
      occurrences: occurrences[index]!,
      documents: inDocuments[index]!,
    };
  });
  const dead = tokens.filter((token) => token.occurrences === 0).map((token) => token.piece);
  return { tokens, trainingTokens: { before, after }, bytes, documents: document + 1, dead, changedText, shortfall };
}

async function* eachOf(texts: TrainingTexts, pause: Pause): AsyncGenerator<string> {
  for await (const batch of batchesOf(texts)) {
    for (const text of batch) {
      yield text;
      if (pause.isDue) await pause.take();
    }
  }
}

const EXCERPT = 24;

/** What stands on either side where two texts begin to differ; null where they do not. */
function difference(before: string, after: string): VocabularyExtension['changedText'] {
  if (before === after) return null;
  let at = 0;
  while (before[at] === after[at]) at++;
  const excerpt = (text: string) => text.slice(Math.max(0, at - EXCERPT), at + EXCERPT);
  return { before: excerpt(before), after: excerpt(after) };
}
