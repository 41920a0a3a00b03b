// JSON in every shape that exports have: which values are records, wherever the chunks are cut, and what damage costs.
import { describe, expect, it } from 'vitest';
import { lines, readingOf } from './reading';

const texts = [
  'First "text", with {braces} and [brackets].',
  'Second\ntext \\ with é and 日本語.',
  'A third text, plain.',
];
const sorted = texts.toSorted();
const records = texts.map((text, id) => ({ id, text }));
const pretty = (value: unknown): string => JSON.stringify(value, null, 2);
const rows = { features: [{ feature_idx: 0, name: 'text', type: { dtype: 'string', _type: 'Value' } }], rows: records };

describe('the records of a JSON file', () => {
  const shapes: [string, string, string][] = [
    ['a list in one line', JSON.stringify(records), 'json'],
    ['a list, pretty printed', pretty(records), 'json'],
    ['a list, an item a line', `[\n${records.map((each) => JSON.stringify(each)).join(',\n')}\n]\n`, 'json'],
    ['a list with commas first', `[${records.map((each) => JSON.stringify(each)).join('\n,')}]`, 'json'],
    [
      'a list with trailing commas',
      `[${records.map((each) => `${JSON.stringify(each).slice(0, -1)},}`).join(',')},]`,
      'json',
    ],
    ['a list of strings', JSON.stringify(texts), 'json'],
    ['a list of strings, pretty printed', pretty(texts), 'json'],
    ['a list of lists of strings', JSON.stringify(texts.map((text) => [text])), 'json'],
    ['a wrapped list', JSON.stringify({ data: records }), 'json'],
    [
      'a wrapped list behind other fields',
      pretty({ version: '1.1', count: 3, tags: ['a', 'b'], data: records }),
      'json',
    ],
    ['a wrapped list before other fields', pretty({ items: records, next: 'https://example.org/?page=2' }), 'json'],
    ['a list under a name nobody knows', pretty({ generator: 'me', recipes: records }), 'json'],
    ['a list wrapped twice', JSON.stringify({ status: 200, result: { total: 3, hits: records } }), 'json'],
    ['a list wrapped three times', JSON.stringify({ a: { b: { c: records } } }), 'json'],
    ['pages of an API, a line each', lines([{ rows: records.slice(0, 2) }, { rows: records.slice(2) }]), 'json'],
    [
      'rows of the datasets server',
      JSON.stringify({ ...rows, rows: records.map((row, row_idx) => ({ row_idx, row })) }),
      'json',
    ],
    [
      'hits of a search engine',
      JSON.stringify({ hits: { hits: records.map((_source) => ({ _id: 'x1', _source })) } }),
      'json',
    ],
    ['records by their ids', JSON.stringify(Object.fromEntries(records.map((each) => [`k${each.id}`, each]))), 'json'],
    [
      'texts by their ids',
      pretty(Object.fromEntries([...texts, ...texts].map((text, at) => [`doc-${at}`, text]))),
      'json',
    ],
    ['columns by their rows', JSON.stringify({ id: { 0: 1, 1: 2, 2: 3 }, text: { ...texts } }), 'json'],
    [
      'a split table',
      JSON.stringify({ columns: ['id', 'text'], index: [0, 1, 2], data: records.map(Object.values) }),
      'json',
    ],
    ['objects one after another, pretty printed', records.map(pretty).join('\n'), 'json'],
    ['objects one after another in one line', records.map((each) => JSON.stringify(each)).join(''), 'json'],
    ['two lists one after another', JSON.stringify(records.slice(0, 2)) + JSON.stringify(records.slice(2)), 'json'],
    ['JSON lines', lines(records), 'json-lines'],
    ['JSON lines with blank ones', `\n\n${records.map((each) => JSON.stringify(each)).join('\n\n')}\n\n`, 'json-lines'],
    ['JSON lines with a comma behind each', records.map((each) => `${JSON.stringify(each)},\n`).join(''), 'json-lines'],
    ['JSON lines with comments', `# from somewhere\n${lines(records)}\n// end`, 'json-lines'],
    ['JSON lines of lists', lines(texts.map((text) => [text])), 'json-lines'],
    ['JSON text sequences', records.map((each) => `\u001e${JSON.stringify(each)}\n`).join(''), 'json-lines'],
    [
      'JSON lines appended to others',
      `\ufeff${lines(records.slice(0, 1))}\n\ufeff${lines(records.slice(1))}`,
      'json-lines',
    ],
    ['a byte order mark', `\ufeff${JSON.stringify(records)}`, 'json'],
    ['lines that end with CRLF', pretty(records).replaceAll('\n', '\r\n'), 'json'],
    ['comments', `// made by hand\n[ /* one, "two" { */ ${JSON.stringify(records).slice(1)}`, 'json'],
    [
      'NaN, as Python writes it',
      JSON.stringify(records.map((each) => ({ ...each, score: 'N' }))).replaceAll('"N"', 'NaN'),
      'json',
    ],
  ];
  it.each(shapes)('%s', async (_, content, format) => {
    for (const [name, chunk] of [
      ['a.json', 1 << 16],
      ['a.jsonl', 1],
      ['a.json', 5],
      ['a.json', 64],
    ] as const) {
      const reading = await readingOf(name, content, {}, chunk);
      expect(reading).toMatchObject({ texts: sorted, withoutText: 0, doubts: [] });
      expect([reading.format, 'json', 'json-lines']).toContain(format);
    }
  });

  it.each(shapes.filter(([title]) => !/strings|comments/u.test(title)))(
    '%s, in a file with another name',
    async (_, content) => {
      expect((await readingOf('notes.txt', content)).texts).toEqual(sorted);
    },
  );

  it('tells a list beyond the head of a file by its opening', async () => {
    const long = {
      license: 'x'.repeat(300),
      data: Array.from({ length: 3000 }, (_, id) => ({ id, text: `${'long '.repeat(150)}${id}` })),
    };
    const { texts: found, format } = await readingOf('a.json', pretty(long));
    expect([found.length, format]).toEqual([3000, 'json']);
  });

  it.each([
    ['prose that begins with a bracket', '[1] A footnote of some length, and more of it.\nAnother line of it.'],
    ['a link', '[A link](https://example.org) and a text behind it.\nAnother line.'],
    ['TeX', '{\\rtf1 some text in a file\nand another line of it}'],
    ['a set', '{a, b, c} is a set of three letters.\nAnother line.'],
  ])('%s is no JSON', async (_, content) => {
    expect((await readingOf('a.txt', `${content}\n${'More prose follows.\n'.repeat(300)}`)).format).not.toMatch(
      /json/u,
    );
  });
});

describe('damaged JSON', () => {
  const many = Array.from({ length: 40 }, (_, id) => ({
    id,
    text: `Document number ${id}, with "quotes" and {braces}.`,
  }));
  const all = many.map(({ text }) => text);
  /** What is done to the text of record 20, which stands in line 21 or 83. */
  const damages: [string, (record: string) => string][] = [
    ['a missing closing quote', (record) => record.replace('."', '.')],
    ['a missing opening quote', (record) => record.replace('"Document', 'Document')],
    ['a missing closing bracket', (record) => record.replace(/\}\s*$/u, '')],
    ['a bracket too many', (record) => record.replace('20,', '20],')],
    ['a missing colon', (record) => record.replace('"text":', '"text"')],
    ['a word that is no value', (record) => record.replace('20,', 'twenty,')],
    ['single quotes', (record) => record.replaceAll('"', "'")],
  ];
  const writings: [string, string, (damage: (record: string) => string) => string][] = [
    [
      'a list in one line',
      'a.json',
      (damage) => `[${many.map((each) => broken(JSON.stringify(each), each.id, damage)).join(', ')}]`,
    ],
    [
      'a list, an item a line',
      'a.json',
      (damage) => `[\n${many.map((each) => broken(JSON.stringify(each), each.id, damage)).join(',\n')}\n]`,
    ],
    [
      'a pretty list',
      'a.json',
      (damage) => `[\n${many.map((each) => broken(pretty(each), each.id, damage)).join(',\n')}\n]`,
    ],
    [
      'objects one after another',
      'a.json',
      (damage) => many.map((each) => broken(pretty(each), each.id, damage)).join('\n'),
    ],
    ['JSON lines', 'a.jsonl', (damage) => many.map((each) => broken(JSON.stringify(each), each.id, damage)).join('\n')],
  ];
  const broken = (record: string, id: number, damage: (record: string) => string): string =>
    id === 20 ? damage(record) : record;

  it.each(
    writings.flatMap(([writing, name, write]) =>
      damages.map(([damage, apply]) => [writing, damage, name, write(apply)] as const),
    ),
  )('%s with %s: one record is lost and told', async (writing, damage, name, content) => {
    for (const chunk of [1 << 16, 3]) {
      const { texts: found, doubts } = await readingOf(name, content, {}, chunk);
      const lost = all.filter((text) => !found.includes(text));
      expect(lost).toEqual([all[20]]);
      expect(found.filter((text) => !all.includes(text))).toEqual([]);
      expect(doubts[0]).toMatchObject({ kind: 'unlike-format' });
      const line =
        { 'a list in one line': 1, 'a list, an item a line': 22, 'JSON lines': 21 }[writing] ??
        20 * 4 + (name === 'a.json' && writing.startsWith('a') ? 2 : 1);
      if (damage !== 'a missing opening quote' || line !== 1) expect(doubts[0]!.line).toBe(line);
    }
  });

  it('a file that was cut off gives what came before', async () => {
    const whole = JSON.stringify(many);
    for (const part of [0.3, 0.5, 0.9]) {
      const { texts: found } = await readingOf('a.json', whole.slice(0, whole.length * part));
      expect(found.length).toBeGreaterThan(40 * part - 2);
      expect(found.filter((text) => !all.includes(text))).toEqual([]);
    }
  });

  it('names the first places where half is broken', async () => {
    const half = many.map((each, at) => (at % 2 === 0 ? JSON.stringify(each) : `{"id": ${at}, "text": oh no}`));
    for (const [name, content, line] of [
      ['a.jsonl', half.join('\n'), 2],
      ['a.json', `[\n${half.join(',\n')}]`, 3],
    ] as const) {
      await expect(readingOf(name, content)).rejects.toMatchObject({
        code: 'corpus/bad-json',
        message: expect.stringMatching(new RegExp(`lines ${line}, ${line + 2}, .*, …: `)) as string,
      });
    }
  });

  it('reads raw line ends and needless backslashes within strings', async () => {
    const content = '[{"text": "one\ntext"}, {"text": "it\\\'s \\d"}]';
    expect((await readingOf('a.json', content)).texts).toEqual(["it's \\d".replace("it's", "it\\'s"), 'one\ntext']);
  });

  it.each([
    [
      'a configuration',
      '{"model_type": "llama", "hidden_size": 64, "rope_scaling": null}',
      'corpus/no-records',
      'model_type',
    ],
    ['an empty object', '{}', 'corpus/no-records', 'one JSON object'],
    ['an empty list', '[]', 'corpus/empty', ''],
    ['numbers', '[1, 2, 3]', 'corpus/no-text-field', '3 records'],
    [
      'shapes on a map',
      JSON.stringify({
        type: 'FeatureCollection',
        features: [1, 2].map((x) => ({
          type: 'Feature',
          geometry: { type: 'Point', coordinates: [x, 0] },
          properties: { id: x },
        })),
      }),
      'corpus/no-text-field',
      'looks like text',
    ],
    ['nothing but damage', '{"a": oh, no', 'corpus/bad-json', 'line 1'],
  ])('%s is refused for what it is', async (_, content, code, message) => {
    await expect(readingOf('a.json', content)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
    });
  });

  it.each([
    ['lists', '['.repeat(200_000)],
    ['objects', '{"a":'.repeat(200_000)],
    ['closed lists', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['records', Array.from({ length: 3000 }, () => '{"text":"a b",').join('')],
    ['quotes', '{"text":"'.repeat(100_000)],
  ])('%s within each other without end are refused', async (_, content) => {
    await expect(readingOf('a.json', content)).rejects.toMatchObject({ name: 'LabError' });
    await expect(readingOf('a.jsonl', content)).rejects.toMatchObject({ name: 'LabError' });
  });
});
