// BertNormalizer: control characters go, white space is a space, Chinese characters stand by themselves, accents and case
// go where the model is uncased.
import { asBoolean, type JsonObject } from '../json';
import { formatOfUnicode8, markOfUnicode8 } from '../unicodeVersions';
import { Characters, lowercase, withoutMarks } from './Characters';
import type { Normalizer } from './normalizer';
import { NormalizerSequence } from './NormalizerSequence';
import { UnicodeForm } from './UnicodeForm';

function cleanText(): Normalizer {
  const format = formatOfUnicode8();
  return new Characters((character) => {
    if (/[\t\n\r]/u.test(character)) return ' ';
    if (/[\ufffd\p{Cc}\p{Co}]/u.test(character) || format.test(character)) return '';
    return /\p{White_Space}/u.test(character) ? ' ' : character;
  });
}

const CHINESE =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/u;
const spacedChinese = new Characters((character) => (CHINESE.test(character) ? ` ${character} ` : character));

export function bertNormalizer(json: JsonObject, field: string): Normalizer {
  const isUncased = asBoolean(json.lowercase, `${field}.lowercase`, true);
  const strips = asBoolean(json.strip_accents ?? undefined, `${field}.strip_accents`, isUncased);
  return new NormalizerSequence([
    ...(asBoolean(json.clean_text, `${field}.clean_text`, true) ? [cleanText()] : []),
    ...(asBoolean(json.handle_chinese_chars, `${field}.handle_chinese_chars`, true) ? [spacedChinese] : []),
    ...(strips ? [new UnicodeForm('NFD'), withoutMarks(markOfUnicode8())] : []),
    ...(isUncased ? [lowercase] : []),
  ]);
}
