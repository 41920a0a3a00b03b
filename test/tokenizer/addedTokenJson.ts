// An entry of `added_tokens` as tokenizer.json writes it, with the flags that a test names.
export const added = (
  id: number,
  content: string,
  settings: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: false,
  ...settings,
});
