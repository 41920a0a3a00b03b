// A text that somebody wants as one token: merges that join its present pieces from left to right, after all others.
import type { NewPiece } from '../model/model';
import type { Tokenizer } from '../Tokenizer';
import { unknownCharacters } from './unknownCharacters';

/**
 * First the characters that the model lacks, then one piece for each join; the last is the text. Null where the text is one
 * token already, where the pre-tokenizer cuts it, or where the finished tokenizer would not give it.
 * @param text with the space before it that the token is to have, if any.
 */
export function handMadePieces(tokenizer: Tokenizer, text: string, firstId: number): NewPiece[] | null {
  const isSentencePiece = tokenizer.family === 'sentencepiece-bpe';
  if (text === '' || (!isSentencePiece && tokenizer.preTokenize(text).length !== 1)) return null;
  const word = isSentencePiece ? text.replaceAll(' ', '▁') : text;
  const lost = unknownCharacters(tokenizer, { words: [word], counts: Float64Array.of(1) }).filter(
    ({ isLost }) => isLost,
  );
  const pieces: NewPiece[] = lost.map(({ character }, index) => ({
    kind: 'character',
    id: firstId + index,
    piece: character,
  }));
  const able = pieces.length > 0 ? tokenizer.extended(pieces) : tokenizer;
  const { ids } = able.model.segment(word);
  if (ids.length === 0 || ids.length + pieces.length < 2 || ids.some((id) => tokenizer.isAdded(id))) return null;
  let left = ids[0]!;
  let spelled = able.piece(left);
  for (const right of ids.slice(1)) {
    spelled += able.piece(right);
    if (able.idOfPiece(spelled) !== undefined) return null;
    const piece: NewPiece = { kind: 'merge', id: firstId + pieces.length, piece: spelled, left, right };
    pieces.push(piece);
    left = piece.id;
  }
  const extended = tokenizer.extended(pieces);
  return pieces.every((piece) => extended.reaches(piece.id)) ? pieces : null;
}
