// Which merges continued BPE may make. Digits stay apart by default, because numbers that are cut in many ways are hard
// to calculate with; a piece that exists already would only get a second way to itself; and a piece that the
// pre-tokenizer would cut again could never be reached.
import { byteOfFallback } from '../decoder/ByteFallback';
import { pieceBytes } from '../family';
import type { Tokenizer } from '../Tokenizer';
import { isText } from '../visibleText';
import type { Refusal } from './turnedDown';

export interface MergeRuleOptions {
  /** No new token holds a digit. Default true. */
  readonly forbidDigits?: boolean;
  /** Longest new token in characters. Default: 16 for SentencePiece-style models, as SentencePiece has it, else none. */
  readonly maxPieceLength?: number;
  /** No new token's text matches this. */
  readonly neverMerge?: RegExp;
}

interface InternalOptions extends MergeRuleOptions {
  /** Pieces that the tokenizer has may be made once more: for training from the alphabet. Default false. */
  readonly mayRemake?: boolean;
}

/** Null: it may be made. */
export type MergeRule = (leftId: number, rightId: number, left: string, right: string) => Refusal | null;

/** SentencePiece's `max_sentencepiece_length`. */
const SENTENCEPIECE_LENGTH = 16;

/**
 * @param made the new pieces so far, which the caller adds to.
 * @param dead gathers the pieces that were refused because no text would be cut into them; those in it stay refused.
 */
export function mergeRule(
  tokenizer: Tokenizer,
  options: InternalOptions,
  made: ReadonlySet<string>,
  dead: Set<string>,
): MergeRule {
  const isSentencePiece = tokenizer.family === 'sentencepiece-bpe';
  const maxPieceLength = options.maxPieceLength ?? (isSentencePiece ? SENTENCEPIECE_LENGTH : Infinity);
  const forbidDigits = options.forbidDigits ?? true;
  const { unknownId } = tokenizer.bpe.symbols;
  // A stateful expression (`g`, `y`) would answer differently from call to call.
  const neverMerge =
    options.neverMerge && new RegExp(options.neverMerge.source, options.neverMerge.flags.replace(/[gy]/gu, ''));
  const lossy = new TextDecoder('utf-8', { ignoreBOM: true });

  return (leftId, rightId, left, right) => {
    const piece = left + right;
    if (dead.has(piece)) return 'never-reached';
    if (made.has(piece)) return 'known';
    if (!(options.mayRemake ?? false) && tokenizer.idOfPiece(piece) !== undefined) return 'known';
    if ([leftId, rightId].some((id) => tokenizer.isAdded(id) || id === unknownId)) return 'unmergeable';
    // Bytes of SentencePiece-style models are spelled `<0xNN>`: joined, they would spell something else.
    if (isSentencePiece && (byteOfFallback(left) !== null || byteOfFallback(right) !== null)) return 'unmergeable';
    const bytes = pieceBytes(piece, tokenizer.family);
    const text = lossy.decode(bytes);
    if (Array.from(text).length > maxPieceLength) return 'too-long';
    if (forbidDigits && /\p{N}/u.test(text)) return 'digit';
    if (neverMerge?.test(text) === true) return 'never-merge';
    if (!isSentencePiece && isText(bytes) && !isOnePreToken(tokenizer, text)) {
      dead.add(piece);
      return 'never-reached';
    }
    return null;
  };
}

function isOnePreToken(tokenizer: Tokenizer, text: string): boolean {
  const pieces = tokenizer.preTokenize(text);
  // A prefix space that the tokenizer adds is no cut.
  return pieces.length === 1 && pieces[0]!.addedId === null && pieces[0]!.text.endsWith(text);
}
