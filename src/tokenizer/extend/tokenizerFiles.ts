// The files a tokenizer consists of in a Hugging Face folder, as they are: text by file name. Others that the folder may
// hold (chat templates) are no matter of the tokenizer's ids and stay with the checkpoint.

export type TokenizerFiles = Readonly<{ 'tokenizer.json': string } & Partial<Record<OtherTokenizerFile, string>>>;

export type OtherTokenizerFile =
  | 'tokenizer_config.json'
  | 'special_tokens_map.json'
  | 'added_tokens.json'
  | 'vocab.json'
  | 'merges.txt'
  | 'chat_template.jinja';

export const TOKENIZER_FILES: readonly (keyof TokenizerFiles)[] = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'chat_template.jinja',
];
