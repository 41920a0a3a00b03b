// Continued BPE: more merges after the model's own, learned on a domain (DESIGN section 4). Text is cut as before and
// then only joined further, so that the boundaries after are a subset of those before, and general text stays as it was
// or gets coarser. Tokens that no text would ever give are not learned.
import { LabError } from '../../error';
import type { NewPiece } from '../model/model';
import type { Tokenizer } from '../Tokenizer';
import type { WordCounts } from './WordCounter';
import { DocumentIndex } from './documentFrequency';
import { MergeLearner, type PairCandidate } from './MergeLearner';
import { mergeRule, type MergeRule, type MergeRuleOptions } from './mergeRule';
import { Pause } from './pause';
import { segmentWords } from './segmentWords';
import type { TrainingProgress } from './trainBpe';
import { remedyText, TurnedDown, turnedDownText, type Shortfall } from './turnedDown';
import { gainOf, unknownCharacters, type UnknownCharacter } from './unknownCharacters';
import { extensionOf, type Learned, type TracedExtension } from './vocabularyExtension';

export interface ContinueBpeOptions extends MergeRuleOptions {
  /** How many tokens to learn; fewer come when no pair is left that the rules allow. */
  readonly newTokens: number;
  /** A pair below this count is not merged. Default 2. */
  readonly minFrequency?: number;
  /** A pair that stands in fewer documents is not merged. Default 1. */
  readonly minDocuments?: number;
  /** Default: the id after the tokenizer's largest, also where the model has more embedding rows than that. */
  readonly firstNewId?: number;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly signal?: AbortSignal;
}

/** @throws LabError tokenizer/nothing-to-learn when the words hold no pair that the rules allow. */
export async function continueBpe(
  tokenizer: Tokenizer,
  words: WordCounts,
  options: ContinueBpeOptions,
): Promise<TracedExtension> {
  const dead = new Set<string>();
  for (;;) {
    const learned = await new ContinuedLearning(tokenizer, words, options, dead).learn();
    // A merge that holds in one context may not in another; what the finished tokenizer cannot give is dropped, and the
    // merges after it are learned anew, because they may have been built on it.
    const extended = tokenizer.extended(learned.pieces);
    const unreachable = learned.pieces.filter((piece) => !extended.reaches(piece.id));
    if (unreachable.length === 0) return extensionOf(tokenizer, words, learned, dead);
    for (const { piece } of unreachable) dead.add(piece);
  }
}

/**
 * One pass of learning. Characters that the model spells in bytes or loses compete with pairs by what they gain: they stand
 * in the words as symbols of their own from the start, and pairs with one of them wait until it has become a token.
 */
class ContinuedLearning {
  private readonly pieces: NewPiece[] = [];
  private readonly occurrences: number[] = [];
  private readonly pairShares: number[] = [];
  private readonly pieceOf = new Map<number, string>();
  private readonly made = new Set<string>();
  private readonly learner: MergeLearner;
  private readonly characters: readonly UnknownCharacter[];
  private readonly minFrequency: number;
  private readonly minDocuments: number;
  private readonly allowed: MergeRule;
  private readonly documentIndex: DocumentIndex | null;
  /** Symbols that are no tokens yet, with the pairs that wait for them. */
  private readonly waiting = new Map<number, number[]>();
  /** Symbols of characters to the ids they became. */
  private readonly idOfSymbol = new Map<number, number>();
  private readonly firstSymbol: number;
  private spelledInBytes: number;
  private readonly turnedDown = new TurnedDown();
  private id: number;

  constructor(
    private readonly tokenizer: Tokenizer,
    private readonly words: WordCounts,
    private readonly options: ContinueBpeOptions,
    dead: Set<string>,
  ) {
    this.id = options.firstNewId ?? tokenizer.largestId + 1;
    this.minFrequency = Math.max(1, options.minFrequency ?? 2);
    this.minDocuments = options.minDocuments ?? 1;
    this.allowed = mergeRule(tokenizer, options, this.made, dead);
    this.documentIndex = this.minDocuments > 1 ? new DocumentIndex(words) : null;
    this.characters = unknownCharacters(tokenizer, words).filter((character) => this.mayStand(character));
    let spelledInBytes = 0;
    this.firstSymbol = Math.max(tokenizer.largestId + 1, this.id + options.newTokens);
    const symbols = this.characters.map(({ character, count, tokens }, index): NewPiece => {
      const id = this.firstSymbol + index;
      this.waiting.set(id, []);
      this.pieceOf.set(id, character);
      spelledInBytes += count * (tokens - 1);
      return { kind: 'character', id, piece: character };
    });
    const segmented = segmentWords(symbols.length > 0 ? tokenizer.extended(symbols) : tokenizer, words);
    this.spelledInBytes = spelledInBytes + segmented.lostSurplus;
    this.learner = new MergeLearner(segmented);
  }

  async learn(): Promise<Learned> {
    const { learner, options, pieces } = this;
    const tokensAfter = [this.tokens];
    const pause = new Pause(options.signal);
    let nextCharacter = 0;
    while (pieces.length < options.newTokens) {
      const best = learner.best();
      const pairCount = best === null || best.count < this.minFrequency ? 0 : best.count;
      const character = this.characters[nextCharacter];
      const saved = character ? gainOf(character) : 0;
      if (pairCount === 0 && saved === 0) {
        this.turnedDown.addRare(learner.pairsUnder(this.minFrequency));
        break;
      }
      if (character && saved >= pairCount) {
        this.take(character, this.firstSymbol + nextCharacter++);
        tokensAfter.push(this.tokens);
      } else if (this.mergeOrSkip(best!)) {
        tokensAfter.push(this.tokens);
      }
      if (pause.isDue) {
        options.onProgress?.({ newTokens: pieces.length, of: options.newTokens });
        await pause.take();
      }
    }
    const shortfall = this.turnedDown.shortfall(options.newTokens, pieces.length);
    if (pieces.length === 0) throw nothingToLearn(this.words, shortfall);
    return {
      pieces,
      occurrences: this.occurrences,
      pairShares: this.pairShares,
      tokensAfter,
      shortfall,
      segmentation: (word) => Array.from(learner.segmentation(word), (symbol) => this.idOfSymbol.get(symbol) ?? symbol),
    };
  }

  private get tokens(): number {
    return this.learner.tokens + this.spelledInBytes;
  }

  private take({ character, count, tokens }: UnknownCharacter, symbol: number): void {
    this.spelledInBytes -= count * (tokens - 1);
    this.idOfSymbol.set(symbol, this.id);
    this.push({ kind: 'character', id: this.newId(), piece: character }, count);
    for (const pair of this.waiting.get(symbol)!) this.learner.restore(pair);
    this.waiting.delete(symbol);
  }

  private mergeOrSkip({ left, right, count }: PairCandidate): boolean {
    const waitsFor = this.waiting.get(left) ?? this.waiting.get(right);
    if (waitsFor) {
      waitsFor.push(this.learner.setBestAside());
      return false;
    }
    const [leftPiece, rightPiece] = [this.textOf(left), this.textOf(right)];
    const piece = leftPiece + rightPiece;
    const refusal =
      this.allowed(left, right, leftPiece, rightPiece) ?? (this.isInEnoughDocuments() ? null : 'too-few-documents');
    if (refusal !== null) {
      // A piece that was made on another way is no candidate that was lost.
      if (!this.made.has(piece)) this.turnedDown.add(piece, refusal);
      this.learner.skipBest();
      return false;
    }
    this.turnedDown.remove(piece);
    const id = this.newId();
    const idOf = (symbol: number): number => this.idOfSymbol.get(symbol) ?? symbol;
    this.pieceOf.set(id, piece);
    this.made.add(piece);
    this.pairShares[this.pieces.length] = count / Math.min(this.learner.countOf(left), this.learner.countOf(right));
    // Pairs in a run ("aaa") count each place, merges do not.
    const merged = this.learner.mergeBest(id);
    this.push({ kind: 'merge', id, piece, left: idOf(left), right: idOf(right) }, merged);
    return true;
  }

  private push(piece: NewPiece, occurrences: number): void {
    this.pieces.push(piece);
    this.occurrences.push(occurrences);
  }

  private newId(): number {
    if (this.tokenizer.hasId(this.id)) throw takenId(this.id, this.tokenizer);
    return this.id++;
  }

  private textOf(id: number): string {
    return this.pieceOf.get(id) ?? this.tokenizer.piece(id);
  }

  private isInEnoughDocuments(): boolean {
    return (
      this.documentIndex === null || this.documentIndex.holdsAtLeast(this.learner.wordsOfBest(), this.minDocuments)
    );
  }

  /** A digit that is lost is given a token: what is forbidden is to merge it. */
  private mayStand({ character, count, isLost }: UnknownCharacter): boolean {
    const { neverMerge, forbidDigits } = this.options;
    const refusal =
      count < this.minFrequency
        ? 'too-rare'
        : !isLost && (forbidDigits ?? true) && /\p{N}/u.test(character)
          ? 'digit'
          : neverMerge !== undefined && character.search(neverMerge) >= 0
            ? 'never-merge'
            : null;
    if (refusal !== null) this.turnedDown.add(character, refusal);
    return refusal === null;
  }
}

function nothingToLearn(words: WordCounts, shortfall: Shortfall | null): LabError {
  const turnedDown = shortfall?.turnedDown ?? {};
  const why = turnedDownText(turnedDown);
  const { documents, bytes } = words;
  return new LabError(
    'tokenizer/nothing-to-learn',
    why === ''
      ? `In ${documents} documents (${bytes} bytes) no two tokens stand side by side: every word is one token already.`
      : `Of the pairs of tokens in ${documents} documents (${bytes} bytes) none may become a token: ${why}.`,
    why === '' ? 'Keep the vocabulary, or give other text.' : remedyText(turnedDown),
    { documents, bytes, turnedDown },
  );
}

function takenId(id: number, tokenizer: Tokenizer): LabError {
  return new LabError(
    'tokenizer/taken-id',
    `Id ${id} for a new token belongs to ${JSON.stringify(tokenizer.tokenText(id))} already.`,
    `New ids begin at ${tokenizer.largestId + 1}.`,
    { id, largestId: tokenizer.largestId },
  );
}
