// Laws of reading records: what a writer wrote comes back, whatever is in it, wherever the chunks are cut.
import fc from '../../support/properties';
import { describe, it, expect } from 'vitest';
import { readingOf } from './reading';

const words = fc
  .array(
    fc.constantFrom(
      'word',
      'Wörter',
      '天地',
      '"',
      '""',
      ',',
      ';',
      '\t',
      '|',
      '\n',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ':',
      '#',
      "'",
      ' ',
      '\\"',
      '/*',
      '//',
    ),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(' '));
/** Documents that differ and read as text. */
const texts = fc
  .array(words, { minLength: 8, maxLength: 25 })
  .map((all) => all.map((text, at) => `Text number ${at} is ${text} so.`));
const chunk = fc.constantFrom(1, 13, 1 << 16);

describe('records that were written come back', () => {
  it.each([',', ';', '\t', '|'])('as a table of %j, quoted where it must be', async (delimiter) => {
    const quoted = (cell: string, always: boolean): string =>
      always || /["\n]/u.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell;
    await fc.assert(
      fc.asyncProperty(texts, fc.boolean(), chunk, async (all, always, bytes) => {
        const rows = all.map((text, at) => [String(at), text, 'x'].map((cell) => quoted(cell, always)).join(delimiter));
        const content = [['id', 'text', 'label'].map((cell) => quoted(cell, always)).join(delimiter), ...rows, ''].join(
          '\n',
        );
        const reading = await readingOf('a.csv', content, {}, bytes);
        expect(reading.texts).toEqual(all.toSorted());
        expect(reading.doubts).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('as JSON of any shape', async () => {
    const shape = fc.constantFrom<(records: readonly object[], space: number) => string>(
      (records, space) => JSON.stringify(records, null, space),
      (records, space) => JSON.stringify({ version: '1', data: records }, null, space),
      (records, space) => JSON.stringify({ result: { rows: records, total: 3 } }, null, space),
      (records, space) => records.map((record) => JSON.stringify(record, null, space)).join('\n'),
      (records, space) => records.map((record) => JSON.stringify(record, null, space)).join(''),
    );
    await fc.assert(
      fc.asyncProperty(
        texts,
        shape,
        fc.constantFrom(0, 1, 4),
        chunk,
        fc.json({ maxDepth: 3 }),
        async (all, write, space, bytes, json) => {
          const other: unknown = JSON.parse(json);
          const records = all.map((text, id) => ({ id, other, text }));
          for (const name of ['a.json', 'a.jsonl']) {
            const reading = await readingOf(name, write(records, space), {}, bytes);
            expect(reading.texts).toEqual(all.toSorted());
            expect(reading.doubts.filter(({ kind }) => kind === 'unlike-format')).toEqual([]);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
