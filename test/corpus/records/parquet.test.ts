// Parquet as pyarrow writes it, against what pyarrow reads: columns of many kinds, and row groups that hold nothing.
import { readFileSync } from 'node:fs';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { readCorpus, type CorpusFile } from '../../../src/corpus/index';
import { memoryFile } from '../memoryFile';
import { lines, many, readingOf, sentence } from './reading';

const folder = 'test/fixtures/corpus/parquet';
const expected = JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8')) as Record<string, string[]>;
const fields: Record<string, string> = {
  list: 'paragraphs',
  struct: 'data.text',
  'struct-of-struct': 'a.b.body',
  messages: 'messages',
  instruction: 'instruction+input+output',
  'many-types': 'note',
  'name-with-a-dot': 'data.text',
  'all-null-but-known-elsewhere': 'body',
};

describe('a Parquet file', () => {
  it.each(Object.keys(expected))('%s', async (name) => {
    const texts = expected[name]!;
    const reading = await readingOf('a.parquet', readFileSync(`${folder}/${name}.parquet`));
    expect(reading).toMatchObject({ format: 'parquet', field: fields[name] ?? 'text', texts: texts.toSorted() });
    expect(reading.withoutText).toBe(40 - texts.length);
  });

  it('named a field within a column, reads that column alone', async () => {
    const bytes = readFileSync(`${folder}/struct-of-struct.parquet`);
    const { texts } = await readingOf('a.parquet', bytes, { textField: 'a.b.url' });
    expect(texts).toContain('https://example.org/7');
    expect(texts.length).toBe(40);
  });

  it('gives the digits of a column of numbers that was named', async () => {
    const bytes = readFileSync(`${folder}/many-types.parquet`);
    const { texts, field } = await readingOf('a.parquet', bytes, { textField: 'n' });
    expect([field, texts.length]).toEqual(['n', 40]);
    await expect(readingOf('a.parquet', bytes, { textField: 'ids' })).rejects.toMatchObject({
      code: 'corpus/no-text-field',
      message: expect.stringContaining('has text in the field `ids`') as string,
    });
  });

  it.each([['text'], ['data.text'], ['nothing']])('says what there is where there is no `%s`', async (textField) => {
    await expect(
      readingOf('a.parquet', readFileSync(`${folder}/messages.parquet`), { textField }),
    ).rejects.toMatchObject({
      code: 'corpus/no-text-field',
      message: `a.parquet: none of its 40 records has a field \`${textField}\`; there are \`id\`, \`messages\`.`,
    });
  });

  it('without a row is empty', async () => {
    const columnData = [{ name: 'text', data: [] as string[], type: 'STRING' as const }];
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData }));
    await expect(readingOf('a.parquet', bytes)).rejects.toMatchObject({ code: 'corpus/empty' });
  });

  it.each<[string, string, string]>([
    ['JSON lines', lines(many((at) => ({ text: sentence(at) }))), 'json-lines'],
    ['a table', `id,text\n${many((at) => `${at},${sentence(at)}`).join('\n')}`, 'table'],
  ])('that is %s by what stands in it is read as that', async (_, content, format) => {
    const texts = many((at) => sentence(at)).toSorted();
    expect(await readingOf('a.parquet', content)).toMatchObject({ format, field: 'text', texts });
    const blob = new Blob([content]);
    const file = { ...memoryFile('a.parquet', content), slice: (start: number, end: number) => blob.slice(start, end) };
    expect((await readCorpus([file])).files).toMatchObject([{ format, documents: 60 }]);
    await expect(readingOf('a.parquet', content, { format: 'parquet' })).rejects.toMatchObject({
      code: 'corpus/bad-table',
      message: 'a.parquet is no Parquet file: it does not begin with PAR1.',
    });
  });

  it('that is neither Parquet nor text is told to be none', async () => {
    await expect(readingOf('a.parquet', Uint8Array.from([1, 0, 2, 200, 3, 0, 0, 9]))).rejects.toMatchObject({
      code: 'corpus/bad-table',
      message: 'a.parquet is no Parquet file: it does not begin with PAR1.',
    });
  });

  it('is read by pieces, whatever is in its groups', async () => {
    const blob = new Blob([readFileSync(`${folder}/empty-groups.parquet`)]);
    const file: CorpusFile = {
      name: 'a.parquet',
      size: blob.size,
      stream: () => {
        throw new Error('the whole file was asked for');
      },
      slice: (start, end) => blob.slice(start, end),
    };
    expect((await readCorpus([file])).documents).toBe(40);
    const { files } = await readCorpus([{ ...file, name: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4' }]);
    expect(files).toMatchObject([{ format: 'parquet', documents: 40 }]);
  });
});
