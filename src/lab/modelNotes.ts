/**
 * What somebody should know of a model before working with it, told when it is opened: facts as data, worded by the page and
 * the command line.
 */
import { otherReading, type OtherReading, type Tokenizer, type WholeTokenizer } from '../tokenizer/index';

export type ModelNote =
  /** AutoTokenizer would cut text otherwise than tokenizer.json, which the lab follows. */
  | ({ readonly kind: 'read-otherwise' } & OtherReading)
  /** Tokens that only other files than tokenizer.json name. */
  | { readonly kind: 'tokens-outside'; readonly tokens: readonly string[] }
  /** A file names another id for a token than it is loaded with. */
  | {
      readonly kind: 'renumbered';
      readonly tokens: readonly { readonly content: string; readonly named: number; readonly id: number }[];
    }
  /** Added tokens without a row: the model opens, texts that hold one are refused. */
  | {
      readonly kind: 'past-rows';
      readonly tokens: readonly { readonly content: string; readonly id: number }[];
      readonly rows: number;
    }
  /** Tensors that the configuration does not describe: not read, not written. */
  | { readonly kind: 'unused-tensors'; readonly names: readonly string[] };

/**
 * Where AutoTokenizer would cut otherwise than tokenizer.json: a written folder gets a class that `obeys` the file, as the lab
 * does, or the class that it came with is `kept`.
 */
export const tokenizerClassChoices = ['obeys', 'kept'] as const;

export type TokenizerClassChoice = (typeof tokenizerClassChoices)[number];

export function tokenizerNotes(
  tokenizer: Tokenizer,
  { json, config, outside, renumbered }: WholeTokenizer,
  modelConfig: Readonly<Record<string, unknown>>,
): ModelNote[] {
  const reading = otherReading(tokenizer, json, config, modelConfig);
  return [
    ...(reading ? [{ kind: 'read-otherwise' as const, ...reading }] : []),
    ...(outside.length > 0 ? [{ kind: 'tokens-outside' as const, tokens: outside }] : []),
    ...(renumbered.length > 0 ? [{ kind: 'renumbered' as const, tokens: renumbered }] : []),
  ];
}

export function pastRowsNotes(tokenizer: Tokenizer, rows: number): ModelNote[] {
  const tokens = tokenizer.addedTokens.filter(({ id }) => id >= rows).map(({ content, id }) => ({ content, id }));
  return tokens.length > 0 ? [{ kind: 'past-rows', tokens, rows }] : [];
}

/** Buffers that libraries saved beside weights once, which say nothing that the configuration does not. */
const BUFFERS =
  /(?:rotary_emb\.inv_freq|\.attn\.(?:bias|masked_bias)|\.attention\.(?:bias|masked_bias|rotary_emb\.inv_freq))$/u;

export function unusedTensorNotes(unused: readonly string[]): ModelNote[] {
  const names = unused.filter((name) => !BUFFERS.test(name)).toSorted();
  return names.length > 0 ? [{ kind: 'unused-tensors', names }] : [];
}
