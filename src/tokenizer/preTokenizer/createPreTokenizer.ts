// `pre_tokenizer` of tokenizer.json by its `type`.
import { asArray, asBoolean, asObject, asString, invalid, unsupported } from '../json';
import { createPattern } from '../pattern/createPattern';
import { punctuationOfUnicode8 } from '../unicodeVersions';
import { ByteLevel } from './ByteLevel';
import { Digits } from './Digits';
import { Metaspace, type PrependScheme } from './Metaspace';
import type { PreTokenizer } from './preTokenizer';
import { PreTokenizerSequence } from './PreTokenizerSequence';
import { Split, type SplitBehavior } from './Split';

const BEHAVIORS: readonly string[] = ['Isolated', 'Removed', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'];

const WHITE_SPACE = /\p{White_Space}/gu;
/** `\w+|[^\w\s]+` as Rust's regular expressions read it. */
const WORDS =
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu;

export function createPreTokenizer(json: unknown, field = 'pre_tokenizer'): PreTokenizer {
  if (json === null || json === undefined) return new PreTokenizerSequence([]);
  const preTokenizer = asObject(json, field);
  const type = asString(preTokenizer.type, `${field}.type`);
  switch (type) {
    case 'ByteLevel':
      return new ByteLevel(
        asBoolean(preTokenizer.add_prefix_space, `${field}.add_prefix_space`, true),
        asBoolean(preTokenizer.use_regex, `${field}.use_regex`, true),
      );
    case 'Split': {
      return new Split(
        createPattern(preTokenizer.pattern, `${field}.pattern`).expression,
        behaviorOf(preTokenizer.behavior, `${field}.behavior`),
        asBoolean(preTokenizer.invert, `${field}.invert`, false),
      );
    }
    case 'Digits':
      return new Digits(asBoolean(preTokenizer.individual_digits, `${field}.individual_digits`, false));
    case 'Metaspace':
      return createMetaspace(preTokenizer, field);
    case 'BertPreTokenizer':
      return new PreTokenizerSequence([
        new Split(WHITE_SPACE, 'Removed', false),
        new Split(punctuationOfUnicode8(), 'Isolated', false),
      ]);
    case 'WhitespaceSplit':
      return new Split(WHITE_SPACE, 'Removed', false);
    case 'Whitespace':
      return new Split(WORDS, 'Removed', true);
    case 'Punctuation':
      return new Split(
        punctuationOfUnicode8(),
        behaviorOf(preTokenizer.behavior ?? 'Isolated', `${field}.behavior`),
        false,
      );
    case 'Sequence':
      return createSequence(preTokenizer, field);
    default:
      throw unsupported(`${field}.type`, `is ${type}, a pre-tokenizer the lab does not know`);
  }
}

function behaviorOf(json: unknown, field: string): SplitBehavior {
  const behavior = asString(json, field);
  if (!BEHAVIORS.includes(behavior)) throw unsupported(field, `is ${behavior}`);
  return behavior as SplitBehavior;
}

/** Whether a `ByteLevel` stands anywhere in a `pre_tokenizer`: the mark of the byte-level family. */
export function isByteLevel(json: unknown): boolean {
  if (typeof json !== 'object' || json === null) return false;
  const { type, pretokenizers } = json as { type?: unknown; pretokenizers?: unknown };
  return type === 'ByteLevel' || (Array.isArray(pretokenizers) && pretokenizers.some(isByteLevel));
}

function createMetaspace(json: Readonly<Record<string, unknown>>, field: string): Metaspace {
  const replacement = asString(json.replacement, `${field}.replacement`);
  if (replacement.length !== 1) throw unsupported(`${field}.replacement`, 'is not one character');
  // Files before 2024 have `add_prefix_space` in the place of `prepend_scheme`.
  const legacy = asBoolean(json.add_prefix_space, `${field}.add_prefix_space`, true) ? 'always' : 'never';
  const scheme = json.prepend_scheme === undefined ? legacy : asString(json.prepend_scheme, `${field}.prepend_scheme`);
  if (!['always', 'first', 'never'].includes(scheme)) throw invalid(`${field}.prepend_scheme`, `is ${scheme}`);
  return new Metaspace(replacement, scheme as PrependScheme, asBoolean(json.split, `${field}.split`, true));
}

function createSequence(json: Readonly<Record<string, unknown>>, field: string): PreTokenizerSequence {
  const parts = asArray(json.pretokenizers, `${field}.pretokenizers`);
  parts.slice(0, -1).forEach((part, index) => {
    // A pre-tokenizer after ByteLevel would see the byte-level alphabet instead of text.
    if (isByteLevel(part)) throw unsupported(`${field}.pretokenizers[${index + 1}]`, 'stands after ByteLevel');
  });
  return new PreTokenizerSequence(
    parts.map((part, index) => createPreTokenizer(part, `${field}.pretokenizers[${index}]`)),
  );
}
