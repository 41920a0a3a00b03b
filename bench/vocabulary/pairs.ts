/** What is measured: tokenizers with the sizes of a model that uses them, and the corpora. */
import type { RealTokenizerName } from '../../scripts/testing/realTokenizers.mjs';

export interface MeasuredTokenizer {
  readonly name: RealTokenizerName;
  /** As in config.json. */
  readonly config: Readonly<Record<string, number | boolean>>;
}

export const tokenizers: readonly MeasuredTokenizer[] = [
  {
    name: 'llama2', // Llama 2 7B
    config: {
      hidden_size: 4096,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      intermediate_size: 11008,
      vocab_size: 32000,
      tie_word_embeddings: false,
    },
  },
  {
    name: 'llama3', // Llama 3.2 1B
    config: {
      hidden_size: 2048,
      num_hidden_layers: 16,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      intermediate_size: 8192,
      vocab_size: 128256,
      tie_word_embeddings: true,
    },
  },
  {
    name: 'qwen3', // Qwen3 0.6B
    config: {
      hidden_size: 1024,
      num_hidden_layers: 28,
      num_attention_heads: 16,
      num_key_value_heads: 8,
      head_dim: 128,
      intermediate_size: 3072,
      vocab_size: 151936,
      tie_word_embeddings: true,
    },
  },
  {
    name: 'gemma3', // Gemma 3 1B
    config: {
      hidden_size: 1152,
      num_hidden_layers: 26,
      num_attention_heads: 4,
      num_key_value_heads: 1,
      head_dim: 256,
      intermediate_size: 6912,
      vocab_size: 262144,
      tie_word_embeddings: true,
    },
  },
];

export const corpora: readonly { readonly title: string; readonly file: string }[] = [
  { title: 'molecules', file: 'molecules-zinc.smi' },
  { title: 'DNA', file: 'dna-viral-genomes.fasta' },
  { title: 'chess', file: 'chess-openings.pgn' },
  { title: 'mathematics', file: 'mathematics-stacks.tex' },
  { title: 'law', file: 'law-contracts.txt' },
  { title: 'Python docs', file: 'programming-python-docs.txt' },
  { title: 'Chinese', file: 'chinese-poetry.txt' },
];
