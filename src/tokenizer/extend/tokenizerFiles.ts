// The files a tokenizer consists of in a Hugging Face folder, as they are: text by file name. Others that the folder may
// hold (chat templates) are no matter of the tokenizer's ids and stay with the checkpoint.

const others = [
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'chat_template.jinja',
] as const;

export type OtherTokenizerFile = (typeof others)[number];
export type TokenizerFiles = Readonly<{ 'tokenizer.json': string } & Partial<Record<OtherTokenizerFile, string>>>;

export const TOKENIZER_FILES = ['tokenizer.json', ...others] as const satisfies readonly (keyof TokenizerFiles)[];
