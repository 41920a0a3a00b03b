export type RealTokenizerName = 'llama2' | 'llama3' | 'qwen3' | 'gemma3' | 'gpt4o' | 'deepseek_v3';
export const realTokenizerNames: readonly RealTokenizerName[];
export function ensureRealTokenizers(): void;
export function realTokenizerFiles(name: RealTokenizerName): {
  readonly 'tokenizer.json': string;
  readonly 'tokenizer_config.json': string;
};
export const publishedTokenizerNames: readonly string[];
export function ensurePublishedTokenizers(): void;
export function publishedTokenizerFiles(name: string): Readonly<Record<string, string>>;
