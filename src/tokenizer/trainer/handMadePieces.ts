// A text that somebody wants as one token: merges that join its present pieces from left to right, after all others.
import type { MergedPiece } from '../model/model';
import type { Tokenizer } from '../Tokenizer';

/**
 * One piece for each join; the last is the text. Null where the text is one token already, where the pre-tokenizer cuts
 * it, or where the finished tokenizer would not give it.
 * @param text with the space before it that the token is to have, if any.
 */
export function handMadePieces(tokenizer: Tokenizer, text: string, firstId: number): MergedPiece[] | null {
  const isSentencePiece = tokenizer.family === 'sentencepiece-bpe';
  if (text === '' || (!isSentencePiece && tokenizer.preTokenize(text).length !== 1)) return null;
  const { ids } = tokenizer.model.segment(isSentencePiece ? text.replaceAll(' ', '▁') : text);
  if (ids.length < 2 || ids.some((id) => tokenizer.isAdded(id))) return null;
  const pieces: MergedPiece[] = [];
  let left = ids[0]!;
  let spelled = tokenizer.piece(left);
  for (const right of ids.slice(1)) {
    spelled += tokenizer.piece(right);
    if (tokenizer.idOfPiece(spelled) !== undefined) return null;
    const piece: MergedPiece = { kind: 'merge', id: firstId + pieces.length, piece: spelled, left, right };
    pieces.push(piece);
    left = piece.id;
  }
  const extended = tokenizer.extended(pieces);
  return pieces.every((piece) => extended.reaches(piece.id)) ? pieces : null;
}
