// JSON lines to documents: a value a line. Blank lines and comments are passed over, as are the brackets and commas of a list that
// was written an item a line.
import type { CutterOptions, LineCutter } from '../cutter';
import { parseJson } from './jsonText';
import { BROKEN } from './jsonCutter';
import { RecordTexts } from './recordTexts';

export function createJsonLinesCutter({ fileName, emit, textField }: CutterOptions): LineCutter {
  const texts = new RecordTexts({ name: fileName, ...BROKEN }, emit, textField);
  let number = 0;
  return {
    takes: 'lines',
    get recordsWithoutText() {
      return texts.recordsWithoutText;
    },
    get fields() {
      return texts.fields;
    },
    get doubts() {
      return texts.doubts;
    },
    add(line) {
      number++;
      if (/^\s*(?:$|#|\/\/|[[\]],?\s*$)/u.test(line)) return;
      const value = parseJson(line) ?? parseJson(bare(line));
      if (value === undefined) texts.addBroken(line, number);
      else texts.add(value, line.length, number);
    },
    finish: () => texts.finish(),
  };
}

export const RECORD_SEPARATOR = '\u001e';

/** Without a comma behind it, what JSON text sequences (RFC 7464) put before it, or the mark of a file that was appended. */
function bare(line: string): string {
  return line.replace(RECORD_SEPARATOR, '').replace('\ufeff', '').trim().replace(/,$/u, '');
}
