/** Token and byte counts of documents, giving the event loop its turn; counts of a cap's worth stand for the whole. */
import type { Tokenizer } from '../tokenizer/index';
import { breathe, throwIfCancelled } from './cancel';
import { cappedDocuments, utf8Bytes } from './evaluate';

export interface TextCounts {
  readonly bytes: number;
  readonly tokens: number;
  /** Pre-tokens: what no merge can cross. */
  readonly preTokens: number;
}

const breathEvery = 20;

export async function countText(
  tokenizer: Tokenizer,
  documents: readonly string[],
  maxBytes: number,
  options: { readonly preTokens?: boolean; readonly signal?: AbortSignal } = {},
): Promise<TextCounts> {
  let [bytes, tokens, preTokens] = [0, 0, 0];
  let breathed = performance.now();
  for (const document of cappedDocuments(documents, maxBytes)) {
    bytes += utf8Bytes(document);
    tokens += tokenizer.encode(document).ids.length;
    if (options.preTokens) preTokens += tokenizer.preTokenize(document).length;
    if (performance.now() - breathed < breathEvery) continue;
    await breathe();
    breathed = performance.now();
    throwIfCancelled(options.signal);
  }
  return { bytes, tokens, preTokens };
}
