// Doubts in words: what is counted is what the format has, lines or records.
import { describe, expect, it } from 'vitest';
import type { DocumentFormat } from '../../src/corpus/index';
import { doubtText } from '../../src/headless/taken';
import { doubtSentence } from '../../src/ui/wording/corpus';

const doubt = { kind: 'unlike-format', count: 1, of: 60, line: 8, excerpt: 'a' } as const;

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
