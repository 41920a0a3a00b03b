/** What is worth knowing of a model's files before anything is made of them. Data: page and command line word it. */

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
  | { readonly kind: 'made-tokenizer'; readonly from: readonly string[]; readonly like: string };
