// New tokens that are found in the text before the model sees it: frequent words, or the atoms of a notation. One id each,
// whatever their length, and no piece in between; but they cut the text around them, general text too.
import { LabError } from '../../error';
import { type Grammar, atomsOf } from '../grammar/grammar';
import type { AddedPiece } from '../model/model';
import type { Tokenizer } from '../Tokenizer';
import { visibleText } from '../visibleText';
import type { ContinueBpeOptions } from './continueBpe';
import { spelledTokensOf } from '../encoding';
import { Pause } from './pause';
import { batchesOf, type TrainingTexts } from './trainingTexts';
import { remedyText, TurnedDown, turnedDownText, type Refusal, type Shortfall } from './turnedDown';
import type { NewToken, RefusedWord, VocabularyExtension } from './vocabularyExtension';

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
  return addedVocabulary(tokenizer, texts, options, words);
}

/**
 * One token for each atom of the grammar that is several tokens now, the most frequent first. They are found wherever they stand:
 * `single_word`, which would keep `\\in` out of `\\int`, is heeded by the Rust library alone.
 */
export function atomicAlphabet(
  tokenizer: Tokenizer,
  texts: TrainingTexts,
  grammar: Grammar,
  options: ContinueBpeOptions,
): Promise<VocabularyExtension> {
  const atoms = (text: string): string[] => atomsOf(grammar, text).map((atom) => atom.text);
  return addedVocabulary(tokenizer, texts, { forbidDigits: false, ...options }, atoms, grammar.withLonger);
}

async function addedVocabulary(
  tokenizer: Tokenizer,
  texts: TrainingTexts,
  options: ContinueBpeOptions,
  partsOf: (text: string) => string[],
  withLonger = false,
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
  const ranked = [...counts]
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
  const ordered = withLonger ? groups(ranked, turnedDown, options.newTokens) : ranked;
  const { candidates, refused } = readable(tokenizer, ordered, options.newTokens);
  for (const { text } of refused) turnedDown.add(text, 'undecodable');
  if (candidates.length === 0 && refused.length > 0) throw noneReadable(refused, tokenizer);
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
  let id = options.firstNewId ?? tokenizer.largestId + 1;
  const pieces = candidates.map(({ text }): AddedPiece => ({ kind: 'added', id: id++, piece: text }));
  return { ...(await counted(tokenizer, texts, pieces, candidates, before, shortfall, pause)), refused };
}

/**
 * Each candidate followed by those that begin with it, as long as they fit into `most` together: the longest token is found, so that
 * one without them would be found in their place. One that begins a token of the vocabulary is turned down.
 */
function groups(ranked: readonly Candidate[], turnedDown: TurnedDown, most: number): Candidate[] {
  const known = turnedDown.pieces('known');
  const ordered = new Set<Candidate>();
  for (const candidate of ranked) {
    if (ordered.has(candidate)) continue;
    const begins = (text: string): boolean => text.length > candidate.text.length && text.startsWith(candidate.text);
    const longer = ranked.filter((each) => begins(each.text) && !ordered.has(each));
    if (known.some(begins) || ordered.size + longer.length >= most) turnedDown.add(candidate.text, 'cuts-longer');
    else for (const each of [candidate, ...longer]) ordered.add(each);
  }
  return [...ordered];
}

/**
 * The first `most` that decode to themselves, and those passed over on the way. A byte-level decoder takes a token whose
 * letters are all letters of the byte alphabet for bytes: "ö" in an added token is then the byte F6, which is no text.
 */
function readable(
  tokenizer: Tokenizer,
  ranked: readonly Candidate[],
  most: number,
): { readonly candidates: Candidate[]; readonly refused: RefusedWord[] } {
  const candidates: Candidate[] = [];
  const refused: RefusedWord[] = [];
  for (const candidate of ranked) {
    if (candidates.length === most) break;
    const decoded = tokenizer.decodedAlone(candidate.text);
    if (decoded === candidate.text) candidates.push(candidate);
    else refused.push({ text: candidate.text, decoded });
  }
  return { candidates, refused };
}

function noneReadable(refused: readonly RefusedWord[], { family }: Tokenizer): LabError {
  const [{ text, decoded }] = refused as [RefusedWord];
  const whole = refused.length === 1 ? 'The only word' : `Each of the ${refused.length} words`;
  return new LabError(
    'tokenizer/not-readable-as-added',
    `${whole} that could be added would be decoded as another text: ${JSON.stringify(text)} as ${JSON.stringify(decoded)}.`,
    family === 'byte-level-bpe'
      ? 'All letters of such a word are letters of the byte-level alphabet, and the decoder takes them for bytes. Continue the merges instead: what they learn is spelled in bytes.'
      : 'The decoder takes its spelling for something else. Continue the merges instead.',
    { refused: refused.slice(0, 50).map((word) => word.text) },
  );
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
  let changed: VocabularyExtension['changed'] = null;
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
    if (document < CHECKED_DOCUMENTS) changed ??= difference(tokenizer, text, extended.decode(ids));
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
  const trainingTokens = { before, after };
  return { tokens, trainingTokens, bytes, documents: document + 1, dead, changed, refused: [], shortfall };
}

/** Where the text comes back as another one to the model; what its own normalizer makes alike is no difference. */
function difference(tokenizer: Tokenizer, text: string, decoded: string): VocabularyExtension['changed'] {
  const asRead = (some: string): string => tokenizer.decode(tokenizer.encode(some).ids);
  const expected = asRead(text);
  if (decoded === expected) return null;
  const found = asRead(decoded);
  if (found === expected) return null;
  let at = 0;
  while (expected[at] === found[at]) at++;
  const encoder = new TextEncoder();
  const excerpt = (some: string): string => visibleText(encoder.encode(some.slice(Math.max(0, at - 12), at + 12)));
  return {
    text: excerpt(expected),
    decoded: excerpt(found),
    addsSpaces: withoutSpaces(found) === withoutSpaces(expected),
  };
}

const withoutSpaces = (text: string): string => text.replaceAll(/\s/gu, '');

async function* eachOf(texts: TrainingTexts, pause: Pause): AsyncGenerator<string> {
  for await (const batch of batchesOf(texts)) {
    for (const text of batch) {
      yield text;
      if (pause.isDue) await pause.take();
    }
  }
}
