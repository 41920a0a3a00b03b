// Doubts in words: what is counted is what the format has, lines or records.
import { describe, expect, it } from 'vitest';
import type { DocumentFormat } from '../../src/corpus/index';
import { doubtText, takenLines } from '../../src/headless/taken';
import { openCorpus } from '../../src/lab/open/openCorpus';
import { doubtSentence } from '../../src/ui/wording/corpus';
import { memoryFile } from '../corpus/memoryFile';

const doubt = { kind: 'unlike-format', count: 1, of: 60, line: 8, excerpt: 'a' } as const;

describe('broken records', () => {
  const read = (name: string, content: string) => openCorpus([memoryFile(name, content)], { name: '', documents: [] });
  const good = (from: number) =>
    Array.from({ length: 20 }, (_, at) => JSON.stringify({ text: `text number ${from + at}` }));

  it('of JSON lines are named with their lines', async () => {
    const lines = [...good(0), '{"text": bad', '{broken', ...good(20), 'nonsense'];
    const { summary } = await read('a.jsonl', lines.join('\n'));
    const [found] = summary.files[0]!.doubts;
    expect(found).toMatchObject({ count: 3, of: 43, lines: [21, 22, 43] });
    expect(doubtText(found!, { format: 'json-lines' })).toBe(
      '3 of 43 records do not look like JSON lines: lines 21, 22, 43: {"text": bad',
    );
    expect(doubtSentence(found!, { format: 'json-lines' })).toBe(
      '3 of 43 records do not look like JSON lines: lines 21, 22, 43',
    );
  });

  it('of a table are named with their lines, the first ten of many', async () => {
    const rows = Array.from({ length: 60 }, (_, at) => `${at},text number ${at}${at % 5 === 0 ? ',a,b' : ''}`);
    const { summary } = await read('a.csv', ['id,text', ...rows].join('\n'));
    const [found] = summary.files[0]!.doubts;
    expect(found).toMatchObject({ count: 12, lines: [2, 7, 12, 17, 22, 27, 32, 37, 42, 47] });
    expect(doubtSentence(found!, { format: 'table' })).toBe(
      '12 of 60 records do not look like a table (CSV, TSV): lines 2, 7, 12, 17, 22, 27, 32, 37, 42, 47, …',
    );
  });
});

it('says before a run that too few documents are held out for a verdict, and how many are needed', async () => {
  const texts = (count: number) => Array.from({ length: count }, (_, at) => `text number ${at}`).join('\n');
  const of = (count: number) =>
    openCorpus([memoryFile('a.txt', texts(count))], { name: '', documents: [] }, { format: 'lines' });
  const { summary } = await of(12);
  expect(takenLines(summary).at(-1)).toMatch(
    /of 12, \d documents? (?:is|are) held out: too few for an interval, .* at least 30 documents are needed/u,
  );
  expect((await of(400)).summary.documentsNeeded).toBeUndefined();
});

describe('a doubt', () => {
  it.each<[DocumentFormat, string]>([
    ['json', '1 of 60 records do not look like JSON'],
    ['json-lines', '1 of 60 records do not look like JSON lines'],
    ['table', '1 of 60 records do not look like a table'],
    ['parquet', '1 of 60 records do not look like Parquet'],
    ['smiles', '1 of 60 lines do not look like SMILES'],
    ['fasta', '1 of 60 lines do not look like FASTA'],
  ])('of %s', (format, said) => {
    expect(doubtText(doubt, { format })).toBe(`${said}: line 8 a`);
    expect(doubtSentence(doubt, { format })).toMatch(/^1 of 60 (?:records|lines) do not look like/u);
    expect(doubtSentence(doubt, { format })).toContain(said.includes('records') ? 'records' : 'lines');
  });
});
