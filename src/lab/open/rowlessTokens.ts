/**
 * Added tokens whose ids lie past the embedding: Gemma 3's text models list `<image_soft_token>` as 262144 beside 262,144
 * rows, and many tokenizers were given a padding token without a row. They harm nobody as long as no text holds one, so
 * that such a model opens with a word. Their ids stay theirs: new tokens come after them, and a graft's rows begin where
 * the embedding ends, so that these tokens get rows too.
 */
import { LabError } from '../../error';
import type { AddedToken, Tokenizer } from '../../tokenizer/index';

/** Ids past the rows, of tokens or not: each becomes a row of a graft. */
const MOST_IDS_PAST = 65_536;

/**
 * In the order of ids. Throws `lab/tokenizer-too-large` for a piece of the model itself without a row: then every text
 * may be cut into it.
 */
export function rowlessTokens(tokenizer: Tokenizer, embeddingRows: number): AddedToken[] {
  const { largestId } = tokenizer;
  const rowless: AddedToken[] = [];
  const pieces: number[] = [];
  const added = new Map(tokenizer.addedTokens.map((token) => [token.id, token]));
  for (let id = embeddingRows; id <= Math.min(largestId, embeddingRows + MOST_IDS_PAST); id++) {
    const token = added.get(id);
    if (token) rowless.push(token);
    else if (tokenizer.hasId(id)) pieces.push(id);
  }
  if (pieces.length === 0 && largestId < embeddingRows + MOST_IDS_PAST) return rowless;
  const id = pieces[0] ?? largestId;
  const more = pieces.length > 1 ? `, and so have ${pieces.length - 1} more pieces` : '';
  throw new LabError(
    'lab/tokenizer-too-large',
    `The tokenizer's ${JSON.stringify(tokenizer.piece(id))} has id ${id}, but the model has ${embeddingRows} embedding rows${more}.`,
    'Texts would be cut into pieces that the model has no rows for: the tokenizer is that of another model, or of a larger vocabulary than was trained.',
    { id, largestId, embeddingRows },
  );
}

/**
 * The ids whose rows a graft adds or fills: those of the new tokens, and before them those past the embedding.
 * @param firstNewToken the id of the first new token.
 */
export function graftedIds(
  embeddingRows: number,
  firstNewToken: number,
  newTokens: number,
): { readonly firstNewId: number; readonly count: number; readonly rowless: number } {
  const firstNewId = Math.min(firstNewToken, embeddingRows);
  const rowless = newTokens === 0 ? 0 : firstNewToken - firstNewId;
  return { firstNewId, count: newTokens + rowless, rowless };
}
