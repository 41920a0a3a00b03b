/** The files of a tokenizer into a folder: of a model, of a delta, or alone. */
import type { FolderSink } from '../checkpoint/index';
import type { TokenizerFiles } from '../tokenizer/index';
import { openTokenizer } from './openTokenizer';
import type { NewToken } from './results';
import type { TokenizerModel } from './tokenizerModel';
import { tokenizerModelOf } from './vocabulary';

/** The tokenizer's files, extended where `files` are, SentencePiece's own with the same pieces, and the list of new tokens. */
export async function writeTokenizer(
  sink: FolderSink,
  { checkpoint, tokenizer }: Pick<TokenizerModel, 'checkpoint' | 'tokenizer'>,
  files: TokenizerFiles | undefined,
  newTokens: readonly NewToken[],
): Promise<void> {
  if (newTokens.length > 0) await sink.write('new_tokens.json', newTokensText(newTokens));
  for (const [name, text] of Object.entries({ ...checkpoint.tokenizerFiles, ...files })) {
    if (text !== undefined) await sink.write(name, text);
  }
  if (!checkpoint.tokenizerModel) return;
  const extended = files ? openTokenizer({ name: checkpoint.name, tokenizerFiles: files }) : tokenizer;
  const tokenizerModel = tokenizerModelOf({ checkpoint }, extended);
  if (tokenizerModel) await sink.write('tokenizer.model', tokenizerModel);
}

/** new_tokens.json: what `train` reads to know which rows are new, and what a reader wants to know of them. */
function newTokensText(newTokens: readonly NewToken[]): string {
  return `[\n${newTokens.map((token) => JSON.stringify(token)).join(',\n')}\n]\n`;
}
