// JSON of any size to documents, a record at a time.
import { LabError } from '../../error';
import type { CutterOptions, TextCutter } from '../cutter';
import type { FileHead } from '../fileHead';
import { recordPlace, type RecordPlace, valuesOf } from './jsonPlace';
import { JsonScanner } from './jsonScanner';
import { recordOf } from './listRows';
import { parseJson } from './jsonText';
import { RecordTexts } from './recordTexts';
import { isRecord } from './valueText';

/** Keys that an error lists. */
const MOST_KEYS = 8;

/** @throws LabError corpus/bad-json where the beginning is no JSON. */
export function createJsonCutter({ fileName, emit, textField }: CutterOptions, head: FileHead): TextCutter {
  const place = recordPlace(head) ?? { path: firstOf(head) === '[' ? [] : null };
  const texts = new RecordTexts({ name: fileName, ...BROKEN }, emit, textField);
  const scanner = new JsonScanner(place.path, {
    record(text, line) {
      const value = parseJson(text);
      if (value === undefined) return false;
      texts.add(named(value, place), text.length, line);
      return true;
    },
    broken: (text, line) => texts.addBroken(text, line),
  });
  return {
    takes: 'text',
    get recordsWithoutText() {
      return texts.recordsWithoutText;
    },
    get fields() {
      return texts.fields;
    },
    get doubts() {
      return texts.doubts;
    },
    add: (chunk) => scanner.add(chunk),
    finish() {
      scanner.finish();
      try {
        texts.finish();
      } catch (error) {
        // Said of one object, that none of its fields is text would hide that it holds no records.
        const isOne = place.path === null && texts.records === 1 && textField === undefined;
        throw isOne && error instanceof LabError && error.code === 'corpus/no-text-field'
          ? noRecords(fileName, head)
          : error;
      }
    },
  };
}

/** What a file of broken JSON is told with. */
export const BROKEN = {
  brokenCode: 'corpus/bad-json',
  brokenHint: 'It is damaged, not whole, or not JSON. Fetch it again, or choose another way to cut it.',
};

function firstOf({ text }: FileHead): string | undefined {
  return /\S/u.exec(text)?.[0];
}

/** Rows that are lists, as objects by the names of their columns. */
function named(value: unknown, { columns }: RecordPlace): unknown {
  return columns && Array.isArray(value) && value.length === columns.length ? recordOf(columns, value) : value;
}

function noRecords(file: string, { text, isWhole }: FileHead): LabError {
  const [value] = valuesOf(text, isWhole).values;
  const keys = isRecord(value) ? Object.keys(value) : [];
  const listed = keys.slice(0, MOST_KEYS).map((key) => `\`${key}\``);
  const more = keys.length > listed.length ? ` and ${keys.length - listed.length} more` : '';
  return new LabError(
    'corpus/no-records',
    `${file} is one JSON object without a list of records or a text${keys.length > 0 ? `; its keys are ${listed.join(', ')}${more}` : ''}.`,
    'Give JSON lines, or a list of objects, each with its text.',
    { file, keys },
  );
}
