/**
 * The candidates of one way to a vocabulary, and what a choice among them gives. Candidates are in the order they were
 * learned; a choice is a size, those turned down, and texts added by hand. What was built on a candidate that is turned
 * down goes with it.
 */
import { LabError } from '../../error';
import {
  bytesOfPiece,
  countWords,
  Exposures,
  LINK_SHARE,
  handMadePieces,
  isText,
  numberedFrom,
  oldPieces,
  pruneLeaves,
  replayMerges,
  standingOccurrences,
  tenthPercentile,
  type Tokenizer,
  visibleText,
  type NewPiece,
  type NewToken,
  type VocabularyExtension,
  type WordCounts,
} from '../../tokenizer/index';
import { countedBytes, type CorpusText } from '../open/corpusText';
import { countText } from './counting';
import { isBoundPair } from '../diagnosis/diagnose';
import { countedDocuments } from '../scoring/evaluate';
import { piecesShown } from '../open/pieces';
import type { Candidate, CandidateCounts, CandidateFlag, LearnWay, VocabularyChoice } from './choice';
import type { TokenizerModel } from '../open/tokenizerModel';

const fewDocuments = 5;

export class CandidateTable {
  private constructor(
    private readonly model: TokenizerModel,
    readonly way: LearnWay,
    readonly extension: VocabularyExtension,
    private readonly corpus: CorpusText,
    private readonly words: WordCounts,
    private readonly heldOutWords: WordCounts,
    private readonly heldOut: { readonly bytes: number; readonly tokens: number },
  ) {}

  static async open(
    model: TokenizerModel,
    corpus: CorpusText,
    way: LearnWay,
    extension: VocabularyExtension,
    words: WordCounts,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<CandidateTable> {
    const counted = countedDocuments(corpus.heldOut, countedBytes);
    const heldOutWords = await countWords(model.tokenizer, counted, options);
    const heldOut = await countText(model.tokenizer, counted, countedBytes, options);
    return new CandidateTable(model, way, extension, corpus, words, heldOutWords, heldOut);
  }

  list(): Candidate[] {
    const { tokenizer } = this.model;
    const spelled = new Map<string, number>();
    return this.extension.tokens.map((token) => {
      const plain = token.text.trim().toLowerCase();
      const twins = spelled.get(plain) ?? 0;
      spelled.set(plain, twins + 1);
      return {
        piece: token.piece,
        text: token.text,
        pieces: piecesShown(tokenizer, token.pieces),
        documents: token.documents,
        occurrences: token.occurrencesAtMerge,
        flags: flagsOf(token, twins > 0),
      };
    });
  }

  /** What a choice gives, without writing anything. */
  async count(choice: VocabularyChoice): Promise<CandidateCounts> {
    const { tokens, accepted } = this.chosen(choice);
    const exposures = new Float64Array(this.extension.tokens.length);
    accepted.forEach((candidate, index) => (exposures[candidate] = tokens[index]!.occurrences));
    const byHand = tokens.slice(accepted.length);
    const tokensAfter = await this.heldOutTokens(tokens);
    return {
      accepted: Uint32Array.from(accepted),
      exposures,
      byHand: byHand.map(({ text, occurrences }) => ({ text, occurrences })),
      newTokens: tokens.length,
      exposureP10: tenthPercentile(standingOccurrences(tokens)),
      heldOut: { bytes: this.heldOut.bytes, tokensBefore: this.heldOut.tokens, tokensAfter },
    };
  }

  /** How often the chosen tokens that stand alone occur in the training text. */
  standing(choice: VocabularyChoice, leastExposure = 0): Float64Array {
    const asked = leastExposure > 0 ? this.pruned(choice, leastExposure) : choice;
    return standingOccurrences(this.chosen(asked).tokens);
  }

  /**
   * The choice without its rare tokens: of those that nothing else is built on the rarest goes, and its occurrences return to its pieces,
   * until every such token is seen `leastExposure` times. What was added by hand stays.
   */
  pruned(choice: VocabularyChoice, leastExposure: number): VocabularyChoice {
    const { tokens } = this.chosen({ ...choice, added: [] });
    const kept = new Set(pruneLeaves(tokens, leastExposure).map(({ piece }) => piece));
    const gone = tokens.map(({ piece }) => piece).filter((piece) => !kept.has(piece));
    return { ...choice, newTokens: kept.size, rejected: [...choice.rejected, ...gone] };
  }

  /** The chosen tokens as an extension, numbered without gaps. @throws LabError lab/not-one-token for a text added by hand. */
  extensionOf(choice: VocabularyChoice): VocabularyExtension {
    return { ...this.extension, tokens: this.chosen(choice).tokens };
  }

  private chosen(choice: VocabularyChoice): { tokens: NewToken[]; accepted: number[] } {
    const all = this.extension.tokens;
    const accepted = acceptedIndices(all, choice);
    const firstId = all[0]?.id ?? this.model.tokenizer.largestId + 1;
    const learned = numberedFrom(
      accepted.map((index) => all[index]!),
      firstId,
    );
    const pieces: NewPiece[] = [...learned];
    for (const text of choice.added) pieces.push(...this.handMade(pieces, text, firstId));
    const isPrefix = choice.added.length === 0 && accepted.length === accepted.at(-1)! + 1;
    if (isPrefix && accepted.length === all.length) return { tokens: learned, accepted };
    if (learned.some((token) => token.kind === 'added')) return { tokens: learned, accepted };
    if (isPrefix && 'tokensAfter' in this.extension) {
      const exposures = new Exposures(learned).of(learned.length);
      return { tokens: learned.map((token, index) => ({ ...token, occurrences: exposures[index]! })), accepted };
    }
    return { tokens: this.recounted(pieces, learned), accepted };
  }

  private handMade(before: readonly NewPiece[], text: string, firstId: number): NewPiece[] {
    const made = handMadePieces(this.model.tokenizer.extended(before), text, firstId + before.length);
    if (made !== null) return made;
    throw new LabError(
      'lab/not-one-token',
      `${JSON.stringify(text)} cannot become one token: ${whyNotOne(this.model.tokenizer.extended(before), text)}.`,
      'Try it without spaces, digits or punctuation inside, or with the space before it.',
      { text },
    );
  }

  /** Exactly, by replaying the merges on the training words. */
  private recounted(pieces: readonly NewPiece[], learned: readonly NewToken[]): NewToken[] {
    const { tokenizer } = this.model;
    const { occurrences: atMerge } = replayMerges(tokenizer, this.words, pieces);
    const traced = pieces.map((piece, index) => ({ ...piece, occurrencesAtMerge: atMerge[index]! }));
    const exposures = new Exposures(traced).of(traced.length);
    const old = oldPieces(tokenizer, pieces);
    return traced.map((piece, index) => {
      const known = learned[index];
      const bytes = bytesOfPiece(piece, tokenizer);
      const rest = known ?? { text: visibleText(bytes), bytes, pieces: old.get(piece.id)!, documents: 0 };
      return { ...rest, ...piece, occurrences: exposures[index]! };
    });
  }

  private async heldOutTokens(tokens: readonly NewToken[]): Promise<number> {
    const { tokenizer } = this.model;
    if (tokens.some((token) => token.kind === 'added')) {
      const { tokens: after } = await countText(tokenizer.extended(tokens), this.corpus.heldOut, countedBytes);
      return after;
    }
    const { tokensAfter } = replayMerges(tokenizer, this.heldOutWords, tokens);
    return this.heldOut.tokens - (tokensAfter[0]! - tokensAfter.at(-1)!);
  }
}

function whyNotOne(tokenizer: Tokenizer, text: string): string {
  if (text === '') return 'it is empty';
  const { ids } = tokenizer.encode(text);
  if (ids.length === 1) return 'it is one token already';
  const cut = tokenizer.preTokenize(text).map((part) => JSON.stringify(text.slice(part.start, part.end)));
  if (cut.length > 1 && tokenizer.family === 'byte-level-bpe')
    return `the pre-tokenizer cuts it into ${cut.join(', ')}`;
  if (ids.some((id) => tokenizer.isAdded(id))) return 'it holds an added token, which merges with nothing';
  return 'the model’s own merges cut it elsewhere first, or join a part of it into a token already';
}

function acceptedIndices(tokens: readonly NewToken[], { newTokens, rejected }: VocabularyChoice): number[] {
  const turnedDown = new Set(rejected);
  const gone = new Set<number>();
  const accepted: number[] = [];
  for (const [index, token] of tokens.entries()) {
    if (accepted.length >= newTokens) break;
    const isBuiltOnGone = token.kind === 'merge' && (gone.has(token.left) || gone.has(token.right));
    if (isBuiltOnGone || turnedDown.has(token.piece)) gone.add(token.id);
    else accepted.push(index);
  }
  return accepted;
}

function flagsOf(token: NewToken, isTwin: boolean): CandidateFlag[] {
  const flags: CandidateFlag[] = [];
  if (!isText(token.bytes)) return ['part-of-character'];
  // What is left of one that stands inside of others stands in few documents too; that says nothing more.
  if (token.occurrences < LINK_SHARE * token.occurrencesAtMerge) flags.push('inside-another');
  else if (isBoundPair(token)) flags.push('bound-pair');
  else if (token.documents < fewDocuments) flags.push('few-documents');
  if (isTwin) flags.push('near-duplicate');
  return flags;
}
