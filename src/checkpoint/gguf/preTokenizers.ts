/**
 * `tokenizer.ggml.pre`: the name under which llama.cpp's converter knows how a byte-level tokenizer cuts text, to the
 * stages of the tokenizer.json that it was converted from. llama.cpp's own expressions (llama-vocab.cpp) are rewritten for
 * its engine; these are the originals. Names that are not listed are refused: their ids would differ in silence.
 */
import { QWEN2_PATTERN } from '../../tokenizer/index';
import { ggufUnsupported } from './metadata';

export interface PreTokenizer {
  readonly normalizer: object | null;
  readonly preTokenizer: object;
  /** Words that are a piece as a whole are not merged from parts (Llama 3). */
  readonly ignoreMerges: boolean;
  /** What llama.cpp puts before a text where `add_bos_token` is not stated. */
  readonly addsBos: boolean;
}

const byteLevel = (useRegex: boolean) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
});

const split = (regex: string) => ({ type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false });

const sequence = (...pretokenizers: object[]) => ({ type: 'Sequence', pretokenizers });

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const plain = { normalizer: null, ignoreMerges: false, addsBos: false } as const;

const gpt2: PreTokenizer = { ...plain, preTokenizer: byteLevel(true) };

const smollm: PreTokenizer = {
  ...plain,
  preTokenizer: sequence({ type: 'Digits', individual_digits: true }, byteLevel(true)),
};

const llama3: PreTokenizer = {
  normalizer: null,
  preTokenizer: sequence(
    split(
      `${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
    ),
    byteLevel(false),
  ),
  ignoreMerges: true,
  addsBos: true,
};

const qwen2: PreTokenizer = {
  ...plain,
  normalizer: { type: 'NFC' },
  preTokenizer: sequence(split(QWEN2_PATTERN), byteLevel(false)),
};

/** What llama.cpp does where a file says "default"; there is no original to be equal to. */
const llamaCppDefault: PreTokenizer = {
  ...plain,
  preTokenizer: sequence(
    split('[\\p{P}\\$\\+<=>\\^~\\|]+'),
    split("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)"),
    split('\\p{N}+'),
    split('[0-9][0-9][0-9]'),
    byteLevel(false),
  ),
};

const BY_NAME: ReadonlyMap<string, PreTokenizer> = new Map([
  ...['gpt-2', 'olmo', 'mpt', 'phi-2'].map((name) => [name, gpt2] as const),
  ...['smollm', 'starcoder', 'refact', 'command-r', 'codeshell'].map((name) => [name, smollm] as const),
  ...['llama3', 'llama-v3', 'llama-bpe'].map((name) => [name, llama3] as const),
  ['qwen2', qwen2],
  ['deepseek-r1-qwen', qwen2],
  ['default', llamaCppDefault],
]);

/** Files from before May 2024 name none; of these families there is only one. */
const BY_ARCHITECTURE: ReadonlyMap<string, PreTokenizer> = new Map([
  ['gpt2', gpt2],
  ['qwen2', qwen2],
]);

/** Throws `checkpoint/gguf-unsupported`, naming the name. */
export function preTokenizerOf(file: string, name: string | undefined, architecture: string | undefined): PreTokenizer {
  const found = name === undefined ? BY_ARCHITECTURE.get(architecture ?? '') : BY_NAME.get(name);
  if (found) return found;
  const hint = `Known: ${[...BY_NAME.keys()].join(', ')}. Take the model as a Hugging Face folder, or convert it again.`;
  if (name === undefined) {
    throw ggufUnsupported(file, 'does not say how its tokenizer cuts text (`tokenizer.ggml.pre`)', hint);
  }
  throw ggufUnsupported(file, `cuts text by the rules of "${name.slice(0, 60)}", which the lab does not know`, hint);
}

/** The other way round: the name of such stages; undefined where llama.cpp has none for them. */
export function preTokenizerName(
  stages: Pick<PreTokenizer, 'ignoreMerges'> & { readonly normalizer: unknown; readonly preTokenizer: unknown },
): string | undefined {
  const wanted = comparable(stages);
  return [...BY_NAME].find(([, rules]) => comparable(rules) === wanted)?.[0];
}

/** Without what changes no ids: where offsets end, and a `Sequence` of one. */
function comparable({ normalizer, preTokenizer, ignoreMerges }: Parameters<typeof preTokenizerName>[0]): string {
  const parts = (stage: unknown): readonly unknown[] =>
    (stage as { readonly pretokenizers?: readonly unknown[] } | null)?.pretokenizers ?? [stage];
  const plain = parts(preTokenizer).map((part) => sorted({ ...(part as object), trim_offsets: undefined }));
  return JSON.stringify([sorted(normalizer), plain, ignoreMerges]);
}

/** Keys in one order. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]) => [key, sorted(each)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
