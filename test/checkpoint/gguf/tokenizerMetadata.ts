/** The tokenizers of published models as the metadata that llama.cpp's converter writes of them. */
import { realTokenizerFiles, type RealTokenizerName } from '../../../scripts/testing/realTokenizers.mjs';
import type { MetadataToWrite } from './writeGguf';

export interface TokenizerJson {
  readonly added_tokens: readonly { readonly id: number; readonly content: string; readonly special: boolean }[];
  readonly model: {
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges: readonly (string | [string, string])[];
  };
}

export const tokenizerJson = (name: RealTokenizerName): TokenizerJson =>
  JSON.parse(realTokenizerFiles(name)['tokenizer.json']) as TokenizerJson;

/** As convert_hf_to_gguf.py writes it, for `rows` embedding rows. */
export function metadataOf(json: TokenizerJson, rows: number, more: Readonly<Record<string, MetadataToWrite>>) {
  const tokens = Array.from({ length: rows }, (_, id) => `[PAD${id}]`);
  const kinds = new Int32Array(rows).fill(5);
  for (const [text, id] of Object.entries(json.model.vocab)) {
    tokens[id] = text;
    kinds[id] = /^<0x[0-9A-F]{2}>$/.test(text) ? 6 : 1;
  }
  for (const { id, content, special } of json.added_tokens) {
    tokens[id] = content;
    kinds[id] = special ? 3 : 4;
  }
  return {
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': kinds,
    ...more,
  };
}

/** The 32,000 pieces of SentencePiece that go by the package's name of llama2 (they are Mistral's), with their scores. */
export function llama2Metadata(): Readonly<Record<string, MetadataToWrite>> {
  const json = tokenizerJson('llama2');
  // As tokenizer.model has them: 0 for special and byte pieces, -1e9 for runs of spaces, else down from 0 by id.
  const scores = new Float32Array(32000);
  for (const [text, id] of Object.entries(json.model.vocab)) {
    if (id >= 259) scores[id] = /^\u2581+$/u.test(text) ? -1e9 : 259 - id;
  }
  return metadataOf(json, 32000, {
    'tokenizer.ggml.model': 'llama',
    'tokenizer.ggml.scores': scores,
    'tokenizer.ggml.bos_token_id': { u32: 1 },
    'tokenizer.ggml.eos_token_id': { u32: 2 },
    'tokenizer.ggml.unknown_token_id': { u32: 0 },
  });
}
