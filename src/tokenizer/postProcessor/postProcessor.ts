// What a post-processor of tokenizer.json adds around one text: special ids before and after it.

export interface PostProcessor {
  readonly before: readonly number[];
  readonly after: readonly number[];
}
