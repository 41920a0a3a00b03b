// The other way to a domain vocabulary: train from the alphabet as if there were no model, then append what the model
// lacks. The model's own merges still come first, so that pieces which were learned on other boundaries are never reached:
// those are dropped as dead.
import type { NewPiece } from '../model/model';
import type { Tokenizer } from '../Tokenizer';
import type { ContinueBpeOptions } from './continueBpe';
import type { WordCounts } from './WordCounter';
import { MergeLearner } from './MergeLearner';
import { mergeRule } from './mergeRule';
import { numberedFrom } from './numbering';
import { Pause } from './pause';
import { replayMerges } from './replayMerges';
import { segmentWords } from './segmentWords';
import { TurnedDown } from './turnedDown';
import { unknownCharacters } from './unknownCharacters';
import { extensionOf, type TracedExtension } from './vocabularyExtension';

/** Share of a text's characters that SentencePiece takes into its alphabet. */
const CHARACTER_COVERAGE = 0.9995;

/** Asked-for tokens include the dead: that many ids the domain's vocabulary would have cost. */
export async function independentBpe(
  tokenizer: Tokenizer,
  words: WordCounts,
  options: ContinueBpeOptions,
): Promise<TracedExtension> {
  const dead = new Set<string>();
  const turnedDown = new TurnedDown();
  const learned = await learnFromAlphabet(tokenizer, words, options, dead, turnedDown);
  const pieces = reachable(tokenizer, learned, dead);
  for (const piece of dead) turnedDown.add(piece, 'never-reached');
  const shortfall = turnedDown.shortfall(options.newTokens, pieces.length);
  return extensionOf(tokenizer, words, { pieces, shortfall, ...replayMerges(tokenizer, words, pieces) }, dead);
}

async function learnFromAlphabet(
  tokenizer: Tokenizer,
  words: WordCounts,
  options: ContinueBpeOptions,
  dead: Set<string>,
  turnedDown: TurnedDown,
): Promise<NewPiece[]> {
  let id = options.firstNewId ?? tokenizer.largestId + 1;
  const pieces: NewPiece[] = newCharacters(tokenizer, words, options).map((piece) => ({
    kind: 'character',
    id: id++,
    piece,
  }));
  const made = new Set(pieces.map(({ piece }) => piece));
  const pieceOf = new Map(pieces.map((piece) => [piece.id, piece.piece]));
  const textOf = (of: number): string => pieceOf.get(of) ?? tokenizer.piece(of);
  const blank = tokenizer.withoutMerges();
  const learner = new MergeLearner(segmentWords(pieces.length > 0 ? blank.extended(pieces) : blank, words));
  const allowed = mergeRule(tokenizer, { ...options, mayRemake: true }, made, dead);
  const minFrequency = Math.max(1, options.minFrequency ?? 2);
  const pause = new Pause(options.signal);
  while (pieces.length < options.newTokens) {
    const best = learner.best();
    if (best === null || best.count < minFrequency) {
      turnedDown.addRare(learner.pairsUnder(minFrequency));
      break;
    }
    const [left, right] = [textOf(best.left), textOf(best.right)];
    const piece = left + right;
    const refusal = allowed(best.left, best.right, left, right);
    if (refusal !== null) {
      if (!made.has(piece)) turnedDown.add(piece, refusal);
      learner.skipBest();
    } else {
      turnedDown.remove(piece);
      const known = tokenizer.idOfPiece(piece);
      if (known === undefined) {
        pieces.push({ kind: 'merge', id, piece, left: best.left, right: best.right });
        pieceOf.set(id, piece);
        made.add(piece);
      }
      learner.mergeBest(known ?? id++);
    }
    if (pause.isDue) {
      options.onProgress?.({ newTokens: pieces.length, of: options.newTokens });
      await pause.take();
    }
  }
  return pieces;
}

function newCharacters(tokenizer: Tokenizer, words: WordCounts, { newTokens }: ContinueBpeOptions): string[] {
  const unknown = unknownCharacters(tokenizer, words).sort((a, b) => b.count - a.count);
  const total = words.words.reduce((sum, word, index) => sum + Array.from(word).length * words.counts[index]!, 0);
  let left = unknown.reduce((sum, { count }) => sum + count, 0);
  const chosen: string[] = [];
  for (const { character, count } of unknown) {
    if (chosen.length >= newTokens || left <= (1 - CHARACTER_COVERAGE) * total) break;
    chosen.push(character);
    left -= count;
  }
  return chosen;
}

/** Without the pieces that no text is cut into, nor those built on them, until every one that is left is reached. */
function reachable(tokenizer: Tokenizer, learned: readonly NewPiece[], dead: Set<string>): NewPiece[] {
  for (let kept = [...learned]; ;) {
    const extended = tokenizer.extended(kept);
    const gone = new Set(kept.filter((piece) => !extended.reaches(piece.id)).map((piece) => piece.id));
    if (gone.size === 0) return numberedFrom(kept, learned[0]?.id ?? 0);
    const left: NewPiece[] = [];
    for (const piece of kept) {
      if (piece.kind === 'merge' && (gone.has(piece.left) || gone.has(piece.right))) gone.add(piece.id);
      if (gone.has(piece.id)) dead.add(piece.piece);
      else left.push(piece);
    }
    kept = left;
  }
}
