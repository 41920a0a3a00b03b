/**
 * Token and byte counts of documents, giving the event loop its turn; counts of a cap's worth stand for the whole. What a
 * tokenizer cannot write is counted as byte fallback would spell it, one token a byte: an unknown token that stands for a
 * hundred characters is no compression, and tokens that give the characters back must not look like waste.
 */
import { lostBytesOf, spelledTokensOf, type Tokenizer } from '../../tokenizer/index';
import { breathe } from '../../breathe';
import { throwIfCancelled } from '../cancel';
import { sum } from '../scoring/bootstrap';
import { countedDocuments, utf8Bytes } from '../scoring/evaluate';

export interface TextCounts {
  readonly bytes: number;
  /** Lost text counts as a token a byte. */
  readonly tokens: number;
  /** Of `bytes`, those that no token stands for. */
  readonly lostBytes: number;
  /** Pre-tokens: what no merge can cross; 0 where they were not asked for. */
  readonly preTokens: number;
}

export interface DocumentTextCounts extends TextCounts {
  /** One by one, in the order of the documents. */
  readonly documents: {
    readonly bytes: readonly number[];
    readonly tokens: readonly number[];
    readonly lostBytes: readonly number[];
  };
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
  const lostBytes: number[] = [];
  let preTokens = 0;
  let breathed = performance.now();
  for (const document of countedDocuments(documents, maxBytes)) {
    bytes.push(utf8Bytes(document));
    const encoding = tokenizer.encode(document);
    tokens.push(spelledTokensOf(document, encoding));
    lostBytes.push(lostBytesOf(document, encoding));
    if (options.preTokens) preTokens += tokenizer.preTokenize(document).length;
    if (performance.now() - breathed < breathEvery) continue;
    await breathe();
    breathed = performance.now();
    throwIfCancelled(options.signal);
  }
  return {
    bytes: sum(bytes),
    tokens: sum(tokens),
    lostBytes: sum(lostBytes),
    preTokens,
    documents: { bytes, tokens, lostBytes },
  };
}

export async function countText(
  tokenizer: Tokenizer,
  documents: readonly string[],
  maxBytes: number,
  options: CountOptions = {},
): Promise<TextCounts> {
  const { documents: _, ...counts } = await countDocuments(tokenizer, documents, maxBytes, options);
  return counts;
}
