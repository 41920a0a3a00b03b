/** What is worth knowing of a model's files before anything is made of them. Data: page and command line word it. */
import { otherReading, type OtherReading, type Tokenizer, type WholeTokenizer } from '../../tokenizer/index';

export type ModelNote =
  /** Added tokens whose ids lie past the embedding rows: no text may hold them. A graft gives them rows. */
  | {
      readonly kind: 'tokens-without-rows';
      readonly tokens: readonly { readonly id: number; readonly text: string }[];
      readonly embeddingRows: number;
    }
  /** Tensors that config.json does not describe: carried over, never computed with. */
  | { readonly kind: 'unused-tensors'; readonly names: readonly string[]; readonly bytes: number }
  /** Tensors saved under another prefix than that of the causal model, which is what is written. */
  | { readonly kind: 'renamed-tensors'; readonly found: string; readonly expected: string; readonly count: number }
  /** The one matrix of a tied model, saved under the head's name. */
  | { readonly kind: 'head-as-embedding'; readonly head: string; readonly input: string }
  /** No tokenizer.json: made from other files, as transformers makes it for that class. */
  | { readonly kind: 'made-tokenizer'; readonly from: readonly string[]; readonly like: string }
  /** AutoTokenizer would cut text otherwise than tokenizer.json, which the lab follows. */
  | ({ readonly kind: 'read-otherwise' } & OtherReading)
  /** Tokens that only other files than tokenizer.json name. */
  | { readonly kind: 'tokens-outside'; readonly tokens: readonly string[] }
  /** A file names another id for a token than it is loaded with. */
  | {
      readonly kind: 'renumbered-tokens';
      readonly tokens: readonly { readonly content: string; readonly named: number; readonly id: number }[];
    };

/** @param modelConfig config.json, by which AutoTokenizer chooses a class. */
export function tokenizerNotes(
  tokenizer: Tokenizer,
  { json, config, outside, renumbered }: WholeTokenizer,
  modelConfig: Readonly<Record<string, unknown>>,
): ModelNote[] {
  const reading = otherReading(tokenizer, json, config, modelConfig);
  return [
    ...(reading ? [{ kind: 'read-otherwise' as const, ...reading }] : []),
    ...(outside.length > 0 ? [{ kind: 'tokens-outside' as const, tokens: outside }] : []),
    ...(renumbered.length > 0 ? [{ kind: 'renumbered-tokens' as const, tokens: renumbered }] : []),
  ];
}
