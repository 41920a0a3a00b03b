/**
 * Where AutoTokenizer would cut otherwise than tokenizer.json: a written folder gets a class that `obeys` the file, as the lab
 * does, or the class that it came with is `kept`.
 */
export const tokenizerClassChoices = ['obeys', 'kept'] as const;

export type TokenizerClassChoice = (typeof tokenizerClassChoices)[number];
