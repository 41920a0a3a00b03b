// vocab.json and merges.txt as the stages of tokenizer.json, by the rules of the class that wrote them.
import { LabError } from '../../error';
import type { JsonObject } from '../json';
import type { Roles } from './addedTokensOf';
import type { MergesClass } from './tokenizerClass';

/** How Qwen 2 and its kin cut text; llama.cpp's converter calls it "qwen2". */
export const QWEN2_PATTERN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

const END = '<|endoftext|>';

export function defaultTokens(like: MergesClass): Roles {
  if (like === 'Qwen2Tokenizer') return { unk: END, eos: END, pad: END };
  return { unk: END, bos: END, eos: END, ...(like === 'GPTNeoXTokenizer' ? { pad: '<|padding|>' } : {}) };
}

export function byteLevelStages(
  like: MergesClass,
  { add_prefix_space: stated }: JsonObject,
  vocab: ReadonlyMap<string, number>,
  merges: readonly (readonly [string, string])[],
): JsonObject & { readonly model: JsonObject } {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: stated === true, trim_offsets: true };
  const split = { type: 'Split', pattern: { Regex: QWEN2_PATTERN }, behavior: 'Isolated', invert: false };
  return {
    normalizer: like === 'GPT2Tokenizer' ? null : { type: 'NFC' },
    pre_tokenizer:
      like === 'Qwen2Tokenizer'
        ? { type: 'Sequence', pretokenizers: [split, { ...byteLevel, use_regex: false }] }
        : { ...byteLevel, use_regex: true },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(vocab),
      merges,
    },
  };
}

/** One merge a line, its halves with a space between; the first line may be a comment with the version. */
export function parseMerges(text: string, vocab: ReadonlyMap<string, number>): [string, string][] {
  const merges: [string, string][] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || (at === 0 && line.startsWith('#version'))) continue;
    const halves = line.split(' ');
    const [left, right] = halves as [string, string];
    if (halves.length !== 2 || left === '' || right === '') throw damaged(at, line, 'is no pair of pieces');
    const missing = [left, right, left + right].find((piece) => !vocab.has(piece));
    if (missing !== undefined) throw damaged(at, line, `needs ${JSON.stringify(missing)}, which vocab.json lacks`);
    merges.push([left, right]);
  }
  return merges;
}

function damaged(line: number, text: string, problem: string): LabError {
  return new LabError(
    'tokenizer/invalid',
    `Line ${line + 1} of merges.txt, ${JSON.stringify(text.slice(0, 60))}, ${problem}.`,
    'vocab.json and merges.txt are of different models, or damaged; take both from the model’s own repository again.',
    { line: line + 1 },
  );
}
