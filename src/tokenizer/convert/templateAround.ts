// The `post_processor` that puts a beginning and an end around a text, as tokenizer.json says it.

export interface EndToken {
  readonly id: number;
  readonly text: string;
}

/** Null where there is neither. */
export function templateAround({
  bos,
  eos,
}: {
  readonly bos: EndToken | undefined;
  readonly eos: EndToken | undefined;
}): object | null {
  if (!bos && !eos) return null;
  const special = ({ text }: EndToken, sequence: number) => ({ SpecialToken: { id: text, type_id: sequence } });
  const one = (name: string, sequence: number) => [
    ...(bos ? [special(bos, sequence)] : []),
    { Sequence: { id: name, type_id: sequence } },
    ...(eos ? [special(eos, sequence)] : []),
  ];
  const used = [bos, eos].filter((piece) => piece !== undefined);
  return {
    type: 'TemplateProcessing',
    single: one('A', 0),
    pair: [...one('A', 0), ...one('B', 1)],
    special_tokens: Object.fromEntries(used.map(({ text, id }) => [text, { id: text, ids: [id], tokens: [text] }])),
  };
}
