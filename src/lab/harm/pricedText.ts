/** A document with the price of each of its tokens, and its pieces as they are shown. */
import type { Encoding, Tokenizer } from '../../tokenizer/index';
import { piecesOf } from '../open/pieces';
import { utf8Bytes, type ScoredText } from '../scoring/evaluate';
import type { PricedPiece } from './harmReport';

export interface PricedDocument extends ScoredText, Pick<Encoding, 'starts' | 'ends'> {
  readonly text: string;
  /** Of each id. */
  readonly nats: Float32Array;
}

/** Those that begin within the first `characters` UTF-16 units. */
export function pricedPieces(
  tokenizer: Tokenizer,
  { text, nats }: PricedDocument,
  isNew: ReadonlySet<number>,
  characters: number,
): PricedPiece[] {
  const shown = piecesOf(tokenizer, text).filter(({ start }) => start < characters);
  return shown.map(({ id, text: piece, start, end }, at) => ({
    ...{ id, text: piece, isNew: isNew.has(id), nats: nats[at]!, bytes: utf8Bytes(text.slice(start, end)) },
  }));
}
