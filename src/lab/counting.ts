/** Token and byte counts of documents, giving the event loop its turn; counts of a cap's worth stand for the whole. */
import type { Tokenizer } from '../tokenizer/index';
import { breathe, throwIfCancelled } from './cancel';
import { sum } from './bootstrap';
import { cappedDocuments, utf8Bytes } from './evaluate';

export interface TextCounts {
  readonly bytes: number;
  readonly tokens: number;
  /** Pre-tokens: what no merge can cross; 0 where they were not asked for. */
  readonly preTokens: number;
}

export interface DocumentTextCounts extends TextCounts {
  /** One by one, in the order of the documents. */
  readonly documents: { readonly bytes: readonly number[]; readonly tokens: readonly number[] };
}

interface CountOptions {
  readonly preTokens?: boolean;
  readonly signal?: AbortSignal;
}

const breathEvery = 20;

export async function countDocuments(
  tokenizer: Tokenizer,
  documents: readonly string[],
  maxBytes: number,
  options: CountOptions = {},
): Promise<DocumentTextCounts> {
  const bytes: number[] = [];
  const tokens: number[] = [];
  let preTokens = 0;
  let breathed = performance.now();
  for (const document of cappedDocuments(documents, maxBytes)) {
    bytes.push(utf8Bytes(document));
    tokens.push(tokenizer.encode(document).ids.length);
    if (options.preTokens) preTokens += tokenizer.preTokenize(document).length;
    if (performance.now() - breathed < breathEvery) continue;
    await breathe();
    breathed = performance.now();
    throwIfCancelled(options.signal);
  }
  return { bytes: sum(bytes), tokens: sum(tokens), preTokens, documents: { bytes, tokens } };
}

export async function countText(
  tokenizer: Tokenizer,
  documents: readonly string[],
  maxBytes: number,
  options: CountOptions = {},
): Promise<TextCounts> {
  const { bytes, tokens, preTokens } = await countDocuments(tokenizer, documents, maxBytes, options);
  return { bytes, tokens, preTokens };
}
