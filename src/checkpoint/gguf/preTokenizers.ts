/**
 * `tokenizer.ggml.pre`: the name under which llama.cpp's converter knows how a byte-level tokenizer cuts text, to the
 * stages of the tokenizer.json that it was converted from. llama.cpp's own expressions (llama-vocab.cpp) are rewritten for
 * its engine; these are the originals. Names that are not listed are refused: their ids would differ in silence.
 */
import { GPT2_PATTERN, QWEN2_PATTERN } from '../../tokenizer/index';
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

/** GPT-NeoX's, which MPT and OLMo took over. */
const neox: PreTokenizer = { ...gpt2, normalizer: { type: 'NFC' } };

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

/** Llama 3's tokenizer.json as older tools saved it. */
const smaug: PreTokenizer = { ...llama3, ignoreMerges: false, addsBos: false };

/**
 * In its tokenizer.json the stages behind the second cut what ByteLevel spelled; no piece of its vocabulary has digits beside
 * anything else, so that before ByteLevel they cut the same.
 */
const falcon: PreTokenizer = {
  ...plain,
  preTokenizer: sequence(
    split('[\\p{P}\\$\\+<=>\\^~\\|`]+'),
    split(GPT2_PATTERN),
    split('[0-9]+'),
    split('[0-9][0-9][0-9]'),
    byteLevel(false),
  ),
};

const HAN = '[一-龥ࠀ-一가-\ud7ff]+';

const deepseek = (...patterns: string[]): PreTokenizer => ({
  ...plain,
  preTokenizer: sequence(
    split('[\r\n]'),
    ...patterns.map(split),
    { type: 'Digits', individual_digits: true },
    byteLevel(false),
  ),
});

const deepseekCoder = deepseek('\\s?\\p{L}+', '\\s?\\p{P}+', HAN);

/** Letters with two cases, as DeepSeek lists them; those that normalising would change are escaped. */
const LETTERS = [
  'A-Za-z\u00b5\u00c0-\u00d6Ø-\u00f6ø-ƺƼ-ƿ\u01c4-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿ\u0386\u0388-\u038a\u038c\u038e-ΡΣ-\u03f5',
  'Ϸ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚ\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57',
  '\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc',
  '\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115',
  '\u2119-\u211d\u2124\u2126\u2128\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149ⅎↃↄⰀ-ⱻⱾ-ⳤ',
  'Ⳬ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿ\ufb00-\ufb06\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃',
].join('');

const deepseekLlm = deepseek(`\\s?[${LETTERS}]+`, '\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e‘-‟\u3000-。]+', '\\s+$', HAN);

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
  ...['gpt-2', 'phi-2'].map((name) => [name, gpt2] as const),
  ...['olmo', 'mpt'].map((name) => [name, neox] as const),
  ...['smollm', 'starcoder', 'refact', 'command-r', 'codeshell'].map((name) => [name, smollm] as const),
  ...['llama3', 'llama-v3', 'llama-bpe'].map((name) => [name, llama3] as const),
  ['smaug-bpe', smaug],
  ['falcon', falcon],
  ['deepseek-llm', deepseekLlm],
  ['deepseek-coder', deepseekCoder],
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
