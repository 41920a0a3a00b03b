const SPACE = '\u2581';

/**
 * Whether a space is put before every stretch of text, by the forms that SentencePiece's rules have in tokenizer.json; undefined for
 * stages that are none of them (`Metaspace` puts one only where a text does not begin with one).
 */
export function addsSpaceBefore(normalizer: unknown, preTokenizer: unknown): boolean | undefined {
  const replaced = { type: 'Replace', pattern: { String: ' ' }, content: SPACE };
  const prepended = { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: SPACE }, replaced] };
  // Gemma's: spaces are pieces of their own by then, so that it splits nothing.
  const idle = { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false };
  const never = { type: 'Metaspace', replacement: SPACE, prepend_scheme: 'never', split: false };
  const forms: readonly (readonly [normalizer: unknown, preTokenizer: unknown, adds: boolean])[] = [
    [prepended, null, true],
    [replaced, null, false],
    [replaced, idle, false],
    [null, never, false],
  ];
  const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const steps = (normalizer as { readonly normalizers?: readonly unknown[] } | null | undefined)?.normalizers;
  const normalised = steps?.length === 1 ? steps[0] : (normalizer ?? null);
  return forms.find((each) => isSame(each[0], normalised) && isSame(each[1], preTokenizer ?? null))?.[2];
}
