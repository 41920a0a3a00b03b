/** The files of a tokenizer into a folder: of a model, of a delta, or alone. */
import type { Checkpoint, FolderSink } from '../../checkpoint/index';
import { formatLike, obeyingConfig, parseFile, type Tokenizer, type TokenizerFiles } from '../../tokenizer/index';
import type { ModelNote } from '../open/modelNotes';
import type { TokenizerClassChoice } from './tokenizerClassChoice';
import { openTokenizer } from '../open/openTokenizer';
import type { NewToken } from './vocabularySummary';
import type { TokenizerModel } from '../open/tokenizerModel';
import { tokenizerModelOf } from './vocabulary';

/** What is written of a tokenizer beside the model that it came with. */
export interface TokenizerToWrite {
  /** Extended; absent where no token was added. */
  readonly files?: TokenizerFiles | undefined;
  readonly newTokens: readonly NewToken[];
  /** Default `obeys`. */
  readonly tokenizerClass?: TokenizerClassChoice | undefined;
}

/** The tokenizer's files, extended where `files` are, SentencePiece's own with the same pieces, and the list of new tokens. */
export async function writeTokenizer(
  sink: FolderSink,
  { checkpoint, tokenizer, summary }: TokenizerModel,
  { files, newTokens, tokenizerClass = 'obeys' }: TokenizerToWrite,
): Promise<void> {
  if (newTokens.length > 0) await sink.write('new_tokens.json', newTokensText(newTokens));
  const written = { ...checkpoint.tokenizerFiles, ...files };
  const read = tokenizerClass === 'obeys' ? withObeyingClass(written, summary.notes ?? [], tokenizer) : written;
  for (const [name, text] of Object.entries(read)) {
    if (text !== undefined) await sink.write(name, text);
  }
  const extended = files ? openTokenizer({ name: checkpoint.name, tokenizerFiles: files }) : tokenizer;
  const tokenizerModel = tokenizerModelOf({ checkpoint, tokenizer }, extended);
  if (tokenizerModel) await sink.write('tokenizer.model', tokenizerModel);
}

/** Where AutoTokenizer would cut otherwise than tokenizer.json: the files with a class that follows it. */
function withObeyingClass(
  files: Checkpoint['tokenizerFiles'],
  notes: readonly ModelNote[],
  tokenizer: Tokenizer,
): Checkpoint['tokenizerFiles'] {
  const reading = notes.find((note) => note.kind === 'read-otherwise');
  if (!reading?.canObey) return files;
  const name = 'tokenizer_config.json';
  const text = files[name];
  const config = text === undefined ? {} : (parseFile(files, name) as Readonly<Record<string, unknown>>);
  return { ...files, [name]: formatLike(text ?? '{\n  "', obeyingConfig(config, reading.className, tokenizer)) };
}

/** new_tokens.json: what `train` reads to know which rows are new, and what a reader wants to know of them. */
function newTokensText(newTokens: readonly NewToken[]): string {
  return `[\n${newTokens.map((token) => JSON.stringify(token)).join(',\n')}\n]\n`;
}
