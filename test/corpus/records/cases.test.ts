// Small files that were once read wrongly, each for its kind: what a reference reader gives.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readingOf } from './reading';

describe('files of records', () => {
  it.each([
    ['json/first-null.jsonl', 'json-lines', 'text', 59, 1, 'Real text number 1 that should be trained on.'],
    ['json/raw_content.jsonl', 'json-lines', 'raw_content', 60, 0, 'Real text number 0.'],
    [
      'json/alpaca-array.json',
      'json',
      'instruction+input+output',
      60,
      0,
      'Explain thing number 0 in detail please\n\nThe thing number 0 is a long story about words and more words 0.',
    ],
    ['json/array-compact.json', 'json', 'text', 60, 0, 'Document number 0 with several words and a meaning 0.'],
    ['json/sharegpt.jsonl', 'json-lines', 'conversations', 60, 0, 'Question 0?\n\nAnswer 0 in words.'],
    [
      'json/prompt-completion.jsonl',
      'json-lines',
      'prompt+completion',
      60,
      0,
      'Question number 0 asks about it\n\nYes 0.',
    ],
    ['table/comment.csv', 'table', 'text', 80, 0, 'Sentence number 0 has a few words, and a comma.'],
    ['table/semicolon-commas.csv', 'table', 'text', 80, 0, 'One, two, three, four, number 0, six.'],
    ['table/empty-first-group.parquet', 'parquet', 'text', 300, 0, 'Parquet text 0 with some words.'],
    ['table/nulls-first.parquet', 'parquet', 'text', 300, 150, 'Parquet text 0 with some words.'],
  ])('%s', async (path, format, field, documents, withoutText, first) => {
    const reading = await readingOf(path.split('/')[1]!, readFileSync(`test/fixtures/corpus/${path}`));
    expect(reading).toMatchObject({ format, field, withoutText });
    expect(reading.texts.length).toBe(documents);
    expect(reading.texts).toContain(first);
  });

  it('json/mostly-empty.jsonl with the field named: those that have a text', async () => {
    const content = readFileSync('test/fixtures/corpus/json/mostly-empty.jsonl');
    const { texts, withoutText, doubts } = await readingOf('a.jsonl', content, { textField: 'text' });
    expect([texts.length, withoutText]).toEqual([100, 200]);
    expect(doubts).toMatchObject([{ kind: 'without-text', count: 200, of: 300, line: 2 }]);
  });
});
