// `pre_tokenizer` of tokenizer.json by its `type`.
import { asArray, asBoolean, asObject, asString, invalid, unsupported } from '../json';
import { createPattern } from '../pattern/createPattern';
import { ByteLevel } from './ByteLevel';
import { Digits } from './Digits';
import { Metaspace, type PrependScheme } from './Metaspace';
import type { PreTokenizer } from './preTokenizer';
import { PreTokenizerSequence } from './PreTokenizerSequence';
import { Split, type SplitBehavior } from './Split';

const BEHAVIORS: readonly string[] = ['Isolated', 'Removed', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'];

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
      const behavior = asString(preTokenizer.behavior, `${field}.behavior`);
      if (!BEHAVIORS.includes(behavior)) throw unsupported(`${field}.behavior`, `is ${behavior}`);
      return new Split(
        createPattern(preTokenizer.pattern, `${field}.pattern`).expression,
        behavior as SplitBehavior,
        asBoolean(preTokenizer.invert, `${field}.invert`, false),
      );
    }
    case 'Digits':
      return new Digits(asBoolean(preTokenizer.individual_digits, `${field}.individual_digits`, false));
    case 'Metaspace':
      return createMetaspace(preTokenizer, field);
    case 'Sequence':
      return createSequence(preTokenizer, field);
    default:
      throw unsupported(`${field}.type`, `is ${type}, a pre-tokenizer the lab does not know`);
  }
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
