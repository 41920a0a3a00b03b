// `normalizer` of tokenizer.json by its `type`.
import { asArray, asBoolean, asObject, asString, unsupported } from '../json';
import { createPattern } from '../pattern/createPattern';
import { markOfUnicode9 } from '../unicodeVersions';
import { bertNormalizer } from './bertNormalizer';
import { lowercase, withoutMarks } from './Characters';
import type { Normalizer } from './normalizer';
import { NormalizerSequence } from './NormalizerSequence';
import { Precompiled } from './Precompiled';
import { Prepend } from './Prepend';
import { Replace } from './Replace';
import { UnicodeForm } from './UnicodeForm';

export function createNormalizer(json: unknown, field = 'normalizer'): Normalizer {
  if (json === null || json === undefined) return new NormalizerSequence([]);
  const normalizer = asObject(json, field);
  const type = asString(normalizer.type, `${field}.type`);
  switch (type) {
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return new UnicodeForm(type);
    case 'Prepend':
      return new Prepend(asString(normalizer.prepend, `${field}.prepend`));
    case 'Replace':
      return new Replace(
        createPattern(normalizer.pattern, `${field}.pattern`),
        asString(normalizer.content, `${field}.content`),
      );
    case 'Strip':
      return new NormalizerSequence([
        ...(asBoolean(normalizer.strip_left, `${field}.strip_left`, true) ? [removing(/^\p{White_Space}+/gu)] : []),
        ...(asBoolean(normalizer.strip_right, `${field}.strip_right`, true) ? [removing(/\p{White_Space}+$/gu)] : []),
      ]);
    case 'Lowercase':
      return lowercase;
    case 'StripAccents':
      return withoutMarks(markOfUnicode9());
    case 'BertNormalizer':
      return bertNormalizer(normalizer, field);
    case 'Precompiled':
      return new Precompiled(
        asString(normalizer.precompiled_charsmap, `${field}.precompiled_charsmap`),
        `${field}.precompiled_charsmap`,
      );
    case 'Sequence':
      return new NormalizerSequence(
        asArray(normalizer.normalizers, `${field}.normalizers`).map((part, index) =>
          createNormalizer(part, `${field}.normalizers[${index}]`),
        ),
      );
    default:
      throw unsupported(`${field}.type`, `is ${type}, a normalizer the lab does not know`);
  }
}

function removing(expression: RegExp): Replace {
  return new Replace({ expression, text: null }, '');
}
