// Tables as programs and people write them: what parts their cells, what is quoted, where they begin, and what damage costs.
import { describe, expect, it } from 'vitest';
import { readingOf } from './reading';

const text = (at: number): string => `Sentence number ${at} has a few words in it.`;
const comma = (at: number): string => `One, two, number ${at}, and more.`;
const rows = (of: (at: number) => string, count = 40): string[] => Array.from({ length: count }, (_, at) => of(at));
const all = (of: (at: number) => string, count = 40): string[] => rows(of, count).toSorted();

/** A title, the file's name, its lines, the column, its texts. */
const tables: [string, string, readonly string[], string, readonly string[]][] = [
  ['commas', 'a.csv', ['id,text', ...rows((at) => `${at},${text(at)}`)], 'text', all(text)],
  ['quoted commas', 'a.csv', ['id,text', ...rows((at) => `${at},"${comma(at)}"`)], 'text', all(comma)],
  ['everything quoted', 'a.csv', ['"id","text"', ...rows((at) => `"${at}","${comma(at)}"`)], 'text', all(comma)],
  [
    'doubled quotes',
    'a.csv',
    ['id,text', ...rows((at) => `${at},"He said ""no"", ${at} times."`)],
    'text',
    all((at) => `He said "no", ${at} times.`),
  ],
  [
    'quotes after backslashes',
    'a.csv',
    ['id,text', ...rows((at) => `${at},"He said \\"no\\", ${at} times."`)],
    'text',
    all((at) => `He said "no", ${at} times.`),
  ],
  [
    'quotes within a cell that is not quoted',
    'a.csv',
    ['id,text', ...rows((at) => `${at},A 5" disk and ${at}" more of it.`)],
    'text',
    all((at) => `A 5" disk and ${at}" more of it.`),
  ],
  [
    'quoted line ends',
    'a.csv',
    ['id,text', ...rows((at) => `${at},"One, ${at}\n\ntwo, ""three""\nfour"`)],
    'text',
    all((at) => `One, ${at}\n\ntwo, "three"\nfour`),
  ],
  [
    'quoted line ends, with one comma in each line',
    'a.csv',
    ['id,body', ...rows((at) => `${at},"Line one ${at}\n\nLine ""two"", more\nand, the end"`)],
    'body',
    all((at) => `Line one ${at}\n\nLine "two", more\nand, the end`),
  ],
  ['blanks before quotes', 'a.csv', ['id, text', ...rows((at) => `${at}, "${comma(at)}"`)], 'text', all(comma)],
  [
    'semicolons, with commas in the text',
    'a.csv',
    ['id;text', ...rows((at) => `${at};${comma(at)}`)],
    'text',
    all(comma),
  ],
  [
    'semicolons, with one comma in each text',
    'a.csv',
    ['id;text', ...rows((at) => `${at};Well, ${at} of them.`)],
    'text',
    all((at) => `Well, ${at} of them.`),
  ],
  [
    'semicolons and decimal commas',
    'a.csv',
    ['id;preis;text', ...rows((at) => `${at};${at},50;${text(at)}`)],
    'text',
    all(text),
  ],
  ['bars', 'a.csv', ['id|text|n', ...rows((at) => `${at}|${comma(at)}|1`)], 'text', all(comma)],
  ['tabs in a file of commas', 'a.csv', ['id\ttext', ...rows((at) => `${at}\t${comma(at)}`)], 'text', all(comma)],
  ['commas in a file of tabs', 'a.tsv', ['id,text', ...rows((at) => `${at},${text(at)}`)], 'text', all(text)],
  [
    'a delimiter that is said',
    'a.csv',
    ['sep=;', 'id;text', ...rows((at) => `${at};${comma(at)}`)],
    'text',
    all(comma),
  ],
  ['.tab', 'a.tab', ['id\ttext', ...rows((at) => `${at}\t${comma(at)}`)], 'text', all(comma)],
  ['.psv', 'a.psv', ['id|text', ...rows((at) => `${at}|${comma(at)}`)], 'text', all(comma)],
  [
    'tabs and a lone quote before a text',
    'a.tsv',
    ['id\ttext', ...rows((at) => `${at}\t${at === 7 ? '"' : ''}${text(at)}`)],
    'text',
    all((at) => (at === 7 ? '"' : '') + text(at)),
  ],
  [
    'tabs and two lone quotes, lines apart',
    'a.tsv',
    ['id\ttext', ...rows((at) => `${at}\t${at === 7 ? `"${text(at)}` : at === 9 ? `${text(at)}"` : text(at)}`)],
    'text',
    all((at) => (at === 7 ? `"${text(at)}` : at === 9 ? `${text(at)}"` : text(at))),
  ],
  [
    'tabs and speech',
    'a.tsv',
    ['id\ttext', ...rows((at) => `${at}\t"No," said ${at}, "never."`)],
    'text',
    all((at) => `"No," said ${at}, "never."`),
  ],
  [
    'tabs and cells that are quoted',
    'a.tsv',
    ['id\ttext', ...rows((at) => `${at}\t"He said ""no"" ${at} times."`)],
    'text',
    all((at) => `He said "no" ${at} times.`),
  ],
  [
    'tabs and quoted line ends',
    'a.tsv',
    ['id\ttext\tn', ...rows((at) => `${at}\t"One ${at}\nand two"\t1`)],
    'text',
    all((at) => `One ${at}\nand two`),
  ],
  [
    'a comment first',
    'a.csv',
    ['# exported 2020', 'id,text', ...rows((at) => `${at},"${comma(at)}"`)],
    'text',
    all(comma),
  ],
  [
    'a comment first, in the middle and last',
    'a.csv',
    [
      '# exported 2020',
      'id,text',
      '# a, b',
      ...rows((at) => `${at},"#${comma(at)}\n# it"${at === 9 ? '\n# c, d' : ''}`),
      '# end, of it',
    ],
    'text',
    all((at) => `#${comma(at)}\n# it`),
  ],
  [
    'remarks of other kinds first',
    'a.csv',
    ['// by me, in 2020', '% and, again', 'id,text', ...rows((at) => `${at},${text(at)}`)],
    'text',
    all(text),
  ],
  [
    'comments with commas first',
    'a.csv',
    ['# from here, and there', '# in 2020, by me', '', 'id,text', ...rows((at) => `${at},"${comma(at)}"`)],
    'text',
    all(comma),
  ],
  [
    'a header with a sign before it',
    'a.tsv',
    ['##version 1', '#id\ttext', ...rows((at) => `${at}\t${text(at)}`)],
    'text',
    all(text),
  ],
  ['blank lines first', 'a.csv', ['', '   ', 'id,text', ...rows((at) => `${at},${text(at)}`)], 'text', all(text)],
  [
    'a title first',
    'a.csv',
    ['Export of all sentences', '', 'id,text,n', ...rows((at) => `${at},${text(at)},1`)],
    'text',
    all(text),
  ],
  ['a byte order mark', 'a.csv', ['\ufefftext,id', ...rows((at) => `${text(at)},${at}`)], 'text', all(text)],
  ['blank lines between', 'a.csv', ['id,text', ...rows((at) => `${at},${text(at)}\n`)], 'text', all(text)],
  ['one column', 'a.csv', ['text', ...rows(text)], 'text', all(text)],
  ['one column with commas', 'a.csv', ['text', ...rows(comma)], 'text', all(comma)],
  ['one column, quoted', 'a.csv', ['text', ...rows((at) => `"${comma(at)}"`)], 'text', all(comma)],
  ['one column without a header', 'a.csv', rows(text), 'column 1', all(text)],
  ['no header', 'a.csv', rows((at) => `${at},${text(at)}`), 'column 2', all(text)],
  [
    'no header, and a label',
    'a.csv',
    rows((at) => `"${['good', 'bad'][at % 2]}","${comma(at)}"`),
    'column 2',
    all(comma),
  ],
  ['no header, and a date', 'a.tsv', rows((at) => `2020-01-${10 + at}\t${text(at)}`), 'column 2', all(text)],
  [
    'names nobody knows',
    'a.csv',
    ['nr,bemerkung,wert', ...rows((at) => `${at},${text(at)},${at}.5`)],
    'bemerkung',
    all(text),
  ],
  [
    'a column twice',
    'a.csv',
    ['text,id,text', ...rows((at) => `${text(at)},${at},${text(at + 100)}`)],
    'text',
    all(text),
  ],
  ['a column without a name', 'a.csv', [',text', ...rows((at) => `${at},${text(at)}`)], 'text', all(text)],
  ['rows with names', 'a.tsv', ['n\ttext', ...rows((at) => `r${at}\t${at}\t${text(at)}`)], 'text', all(text)],
  [
    'a delimiter at the end of each row',
    'a.csv',
    ['id,text', ...rows((at) => `${at},${text(at)},`)],
    'text',
    all(text),
  ],
  [
    'molecules',
    'a.csv',
    ['name,smiles,logP', ...rows((at) => `compound ${at},CC(=O)N${'C'.repeat(at)},${at}.5`)],
    'smiles',
    all((at) => `CC(=O)N${'C'.repeat(at)}`),
  ],
  [
    'ids and hashes beside the text',
    'a.csv',
    [
      'uuid,sha1,note',
      ...rows(
        (at) =>
          `123e4567-e89b-12d3-a456-4266141740${10 + at},da39a3ee5e6b4b0d3255bfef95601890afd807${10 + at},No ${at} it is`,
      ),
    ],
    'note',
    all((at) => `No ${at} it is`),
  ],
  [
    'conversations as JSON in a cell',
    'a.csv',
    [
      'id,messages',
      ...rows(
        (at) =>
          `${at},"${JSON.stringify([
            { role: 'user', content: `Why, ${at}?` },
            { role: 'assistant', content: 'So.' },
          ]).replaceAll('"', '""')}"`,
      ),
    ],
    'messages',
    all((at) => `Why, ${at}?\n\nSo.`),
  ],
  [
    'a question and its answer',
    'a.csv',
    ['question,answer', ...rows((at) => `Why is ${at}?,It is so.`)],
    'question+answer',
    all((at) => `Why is ${at}?\n\nIt is so.`),
  ],
];

describe('a table', () => {
  it.each(tables)('%s', async (_, name, lines, field, texts) => {
    for (const [end, chunk] of [
      ['\n', 1 << 16],
      ['\r\n', 5],
      ['\n', 64],
    ] as const) {
      const reading = await readingOf(name, `${lines.join('\n').replaceAll('\n', end)}${end}`, {}, chunk);
      expect(reading).toMatchObject({ format: 'table', field, texts, withoutText: 0, doubts: [] });
    }
  });

  it.each(['id\ttext\tn', 'nr;Text;wert', 'n,Content,label'])(
    '%s in a file that says nothing of tables',
    async (header) => {
      const delimiter = /[\t;,]/u.exec(header)![0];
      const content = [header, ...rows((at) => [at, text(at), 'x'].join(delimiter))].join('\n');
      for (const name of ['a.txt', 'data']) {
        expect(await readingOf(name, content)).toMatchObject({ format: 'table', texts: all(text) });
      }
    },
  );

  it('prose that begins with names of columns is none', async () => {
    const prose = `Title, text\n${rows((at) => `Well, ${'so '.repeat(at % 5)}it is, ${'and so, '.repeat(at % 3)}on.`).join('\n')}`;
    expect((await readingOf('a.txt', prose.repeat(9))).format).not.toBe('table');
  });

  it('files one behind another', async () => {
    const part = (from: number): string =>
      ['id,text', ...rows((at) => `${at + from},${text(at + from)}`, 20), ''].join('\n');
    expect(await readingOf('a.csv', part(0) + part(20))).toMatchObject({ texts: all(text), doubts: [] });
  });

  it('a second column of one name can be asked for', async () => {
    const content = ['text,text', ...rows((at) => `${text(at)},${comma(at).replaceAll(',', '')}`)].join('\n');
    const { texts } = await readingOf('a.csv', content, { textField: 'text.1' });
    expect(texts).toEqual(all((at) => comma(at).replaceAll(',', '')));
  });

  it.each([
    [
      'text that was not quoted goes on over the last column',
      ['id,text', ...rows((at) => `${at},${at % 3 ? text(at) : comma(at)}`)],
      all((at) => (at % 3 ? text(at) : comma(at))),
      14,
    ],
    [
      'a row that is too long',
      ['id,text', ...rows((at) => `${at},${text(at)}${at === 5 ? ',and more' : ''}`)],
      all((at) => text(at) + (at === 5 ? ',and more' : '')),
      1,
    ],
  ] as const)('%s, and is told', async (_, lines, texts, count) => {
    const reading = await readingOf('a.csv', lines.join('\n'));
    expect(reading.texts).toEqual(texts);
    expect(reading.doubts).toMatchObject([{ kind: 'unlike-format', count, of: 40, line: count === 1 ? 7 : 2 }]);
  });

  it('rows that are too short have no text', async () => {
    const reading = await readingOf(
      'a.csv',
      ['id,text,n', ...rows((at) => (at % 10 === 3 ? `${at}` : `${at},${text(at)},1`))].join('\n'),
    );
    expect([reading.texts.length, reading.withoutText]).toEqual([36, 4]);
    expect(reading.doubts).toMatchObject([{ kind: 'without-text', count: 4, of: 40, line: 5 }]);
  });

  it.each([
    ['never closed', (at: number) => `${at},"${comma(at)}`],
    ['closed lines later', (at: number) => `${at},"${comma(at)}`],
    ['in the middle', (at: number) => `${at},"${comma(at)}`],
  ])('a quote that is %s costs its own row', async (title, stray) => {
    const at = { 'never closed': 39, 'closed lines later': 3, 'in the middle': 1000 }[title]!;
    const count = at === 1000 ? 3000 : 40;
    const lines = ['id,text', ...rows((row) => (row === at ? stray(row) : `${row},"${comma(row)}"`), count)];
    const { texts, doubts } = await readingOf('a.csv', lines.join('\n'));
    expect(texts).toEqual(all(comma, count).filter((each) => each !== comma(at)));
    expect(doubts).toMatchObject([{ kind: 'unlike-format', count: 1, of: count, line: at + 2 }]);
  });

  it('names the first row where half of the quotes are not closed', async () => {
    const stray = (at: number): string => `${at},"${comma(at)}${at < 400 ? '"' : ''}`;
    await expect(readingOf('a.csv', ['id,text', ...rows(stray, 900)].join('\n'))).rejects.toMatchObject({
      code: 'corpus/bad-table',
      message: expect.stringMatching(/lines 402, 403, .*, …: /) as string,
    });
  });

  it.each([
    ['numbers', ['a,b', ...rows((at) => `${at},${at * 2}`)], '.'],
    ['ids and addresses', ['id,url', ...rows((at) => `d-${at},https://example.org/${at}`)], '`url`'],
  ])('of %s has no text', async (_, lines, there) => {
    await expect(readingOf('a.csv', lines.join('\n'))).rejects.toMatchObject({
      code: 'corpus/no-text-field',
      message: expect.stringContaining(there) as string,
    });
  });
});
