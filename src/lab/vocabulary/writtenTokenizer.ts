/**
 * The tokenizer that is written of a vocabulary: as the lab has it, or, where new tokens took the rows of old ones, with every kept
 * token's own id again and the new ones where the old ones were.
 */
import { renumberSentencePiece, renumberTokenizer, type TokenizerFiles } from '../../tokenizer/index';
import type { RowOrder } from '../open/openModel';
import { openTokenizer } from '../open/openTokenizer';
import { rearrangedTokenizer } from '../open/rearranged';
import type { TokenizerModel } from '../open/tokenizerModel';
import { removedTokensFile, replacedTokensFile } from './removalFiles';
import { tokenizerModelOf, type Vocabulary } from './vocabulary';
import type { NewToken } from './vocabularySummary';

/** Id in what is written by id here. */
export function writtenIds({ rows }: RowOrder): (id: number) => number {
  return (id) => rows[id] ?? id;
}

export function restoredFiles(files: TokenizerFiles, order: RowOrder): TokenizerFiles {
  return renumberTokenizer(files, writtenIds(order));
}

export function restoredTokens(newTokens: readonly NewToken[], order: RowOrder): NewToken[] {
  const idOf = writtenIds(order);
  return newTokens.map((token) => ({
    ...token,
    id: idOf(token.id),
    pieces: token.pieces.map(({ id, text }) => ({ id: idOf(id), text })),
  }));
}

/** SentencePiece's own file with the new pieces where the old ones were; undefined where there is none. */
export function restoredTokenizerModel(
  without: Pick<TokenizerModel, 'checkpoint' | 'tokenizer'>,
  files: TokenizerFiles,
  order: RowOrder,
): Uint8Array | undefined {
  const extended = openTokenizer({ name: without.checkpoint.name, tokenizerFiles: files });
  const made = tokenizerModelOf(without, extended);
  return made && renumberSentencePiece(made, writtenIds(order));
}

/** What is written of a vocabulary that was made without weights: what `writeTokenizer` takes, and further files. */
export function writtenTokenizer(model: TokenizerModel, { files, summary, removal }: Vocabulary): WrittenTokenizer {
  const { newTokens } = summary;
  if (!removal) return { model, files, newTokens, lists: {} };
  const without = rearrangedTokenizer(model, removal, removal);
  if (removal.kind === 'trim') {
    return {
      model: without,
      files,
      newTokens: [],
      lists: removedTokensFile(model.tokenizer, without.tokenizer, removal),
    };
  }
  const tokenizerModel = restoredTokenizerModel(without, files, removal);
  const { name, tokenizerFiles } = model.checkpoint;
  return {
    model: { ...model, checkpoint: { name, tokenizerFiles, ...(tokenizerModel ? { tokenizerModel } : {}) } },
    files: restoredFiles(files, removal),
    newTokens: [],
    lists: replacedTokensFile(model.tokenizer, restoredTokens(newTokens, removal)),
  };
}

export interface WrittenTokenizer {
  readonly model: TokenizerModel;
  readonly files: TokenizerFiles;
  /** That have rows of their own. */
  readonly newTokens: readonly NewToken[];
  readonly lists: Readonly<Record<string, string>>;
}
