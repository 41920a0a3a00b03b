// Files of other kinds than text, with real bytes: what is a document, what falls on one side, and what is refused.
import { gzipSync } from 'node:zlib';
import fc from '../support/properties';
import { zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { readCorpus, splitDocuments, splitHash, type CorpusFile } from '../../src/corpus/index';
import { heavyAtoms } from '../../src/corpus/notation/molecule';
import { corpusFile, type CorpusName } from '../support/corpora';

const text = (name: string, content: string | Uint8Array<ArrayBuffer>): CorpusFile => new File([content], name);
const read = async (...files: CorpusFile[]) => {
  const corpus = await readCorpus(files);
  return { ...corpus, all: [...corpus.train, ...corpus.heldOut].toSorted() };
};

describe('formats', () => {
  it('FASTA: a sequence is a document, its header is left aside', async () => {
    const { all, files } = await read(
      text('g.fasta', '>one.1 first\nACGT\nTTGA\n>two\nGGGCCC\n;note\n>one.2\nAAAACCCC\n'),
    );
    expect(all).toEqual(['AAAACCCC', 'ACGTTTGA', 'GGGCCC']);
    expect(files[0]!.format).toBe('fasta');
  });

  it('PGN: the moves of a game are a document, its tags are left out', async () => {
    const game = (moves: string) => `[Event "?"]\n[Result "1-0"]\n\n${moves}\n\n`;
    const { all, files } = await read(text('g.pgn', game('1. e4 e5 2. Nf3\nNc6 1-0') + game('1. d4 d5 0-1')));
    expect(all).toEqual(['1. d4 d5 0-1', '1. e4 e5 2. Nf3 Nc6 1-0']);
    expect(files[0]!.format).toBe('pgn');
  });

  it('SMILES: a molecule a line, names left out', async () => {
    const lines = ['CC(=O)Oc1ccccc1C(=O)O aspirin', 'CN1C=NC2=C1C(=O)N(C(=O)N2C)C caffeine', 'CCOC(=O)C ester'];
    const { all, files } = await read(text('m.smi', lines.join('\n')));
    expect(files[0]!.format).toBe('smiles');
    expect(all).toEqual(lines.map((line) => line.split(' ')[0]!).toSorted());
  });

  it('CSV and TSV: the text column is found, quotes may hold line ends', async () => {
    const csv = 'id,price,note\n1,2.5,"first, with a comma\nand a line"\n2,1,second note\n3,4,""\n';
    const { all, files } = await read(text('t.csv', csv));
    expect(all).toEqual(['first, with a comma\nand a line', 'second note']);
    expect(files[0]!).toMatchObject({ format: 'table', recordsWithoutText: 1 });
    const tsv = await read(text('t.tsv', 'label\ttext\na\tone text\nb\tother text\n'));
    expect(tsv.all).toEqual(['one text', 'other text']);
  });

  it('CSV with a column that was named', async () => {
    const file = text('t.csv', 'title,body\nA title,a long body of text\nB title,another long body\n');
    const { train, heldOut } = await readCorpus([file], { textField: 'title' });
    expect([...train, ...heldOut].toSorted()).toEqual(['A title', 'B title']);
  });

  it('gzip and zip: what is inside is read by its own name', async () => {
    const gz = new Uint8Array(gzipSync('first line of text here\nsecond line of text here\n'));
    const zip = zipSync({
      'folder/a.fasta': new TextEncoder().encode('>x\nACGTACGT\n>y\nTTTTGGGG\n'),
      'folder/.hidden': new Uint8Array([0, 1]),
    });
    const { files } = await read(text('a.txt.gz', gz), text('b.zip', new Uint8Array(zip)));
    expect(files.map(({ name, format }) => [name, format])).toEqual([
      ['a.txt', expect.any(String)],
      ['b.zip/folder/a.fasta', 'fasta'],
    ]);
  });

  it('Parquet: the text column is found', async () => {
    const columnData = [
      { name: 'n', data: [1, 2, 3], type: 'INT32' as const },
      { name: 'text', data: ['first text', 'second text', null], type: 'STRING' as const },
    ];
    const { all, files } = await read(text('t.parquet', new Uint8Array(parquetWriteBuffer({ columnData }))));
    expect(all).toEqual(['first text', 'second text']);
    expect(files[0]).toMatchObject({ format: 'parquet', recordsWithoutText: 1 });
  });
});

describe('the field that holds the text', () => {
  const records = [
    { title: 'One', body: 'the first long text', n: 1 },
    { title: 'Two', body: 'the second long text', n: 2 },
    { title: 'Three', body: 'the third long text', n: 3 },
  ];
  const columnData = [
    { name: 'title', data: records.map(({ title }) => title), type: 'STRING' as const },
    { name: 'body', data: records.map(({ body }) => body), type: 'STRING' as const },
    { name: 'n', data: records.map(({ n }) => n), type: 'INT32' as const },
  ];
  const tables: [string, CorpusFile][] = [
    ['JSON lines', text('a.jsonl', records.map((record) => JSON.stringify(record)).join('\n'))],
    ['CSV', text('a.csv', ['title,body,n', ...records.map((each) => Object.values(each).join(','))].join('\n'))],
    ['Parquet', text('a.parquet', new Uint8Array(parquetWriteBuffer({ columnData })))],
  ];
  it.each(tables)('%s: is told with the others that hold text, and can be another', async (_, file) => {
    const found = await readCorpus([file]);
    expect(found.files[0]!.fields).toEqual({ chosen: 'body', found: ['body', 'title'] });
    const chosen = await readCorpus([file], { textField: 'title' });
    expect(chosen.files[0]!.fields).toEqual({ chosen: 'title', found: ['body', 'title'] });
    expect([...chosen.train, ...chosen.heldOut].toSorted()).toEqual(['One', 'Three', 'Two']);
  });

  it('plain text has none', async () => {
    const { files } = await readCorpus([text('a.txt', 'one line\n\nanother line\n'.repeat(400))]);
    expect(files[0]!.fields).toBeUndefined();
  });
});

describe('Parquet by row groups', () => {
  // Of text that does not compress: the reader fetches the last half megabyte of a file in one piece.
  const noise = (at: number): string =>
    Array.from({ length: 60 }, (_, place) => Math.imul(at * 61 + place, 0x9e3779b1).toString(36)).join(' ');
  const texts = Array.from({ length: 5000 }, (_, at) => `document number ${at} ${noise(at)}`);
  const columnData = [
    { name: 'id', data: texts.map((_, at) => at), type: 'INT32' as const },
    { name: 'text', data: texts, type: 'STRING' as const },
  ];
  const bytes = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 500 }));

  it('reads ranges, never the whole file at once, and gives every row', async () => {
    const blob = new Blob([bytes]);
    let largest = 0;
    const file: CorpusFile = {
      name: 'a.parquet',
      size: blob.size,
      stream: () => {
        throw new Error('the whole file was asked for');
      },
      slice: (start, end) => {
        largest = Math.max(largest, end - start);
        return blob.slice(start, end);
      },
    };
    const { documents, files } = await readCorpus([file]);
    expect(documents).toBe(texts.length);
    expect(files[0]!.fields).toEqual({ chosen: 'text', found: ['text'] });
    expect(largest).toBeLessThan(blob.size / 3);
  });

  it('names a field that no record has', async () => {
    await expect(readCorpus([text('a.parquet', bytes)], { textField: 'abstract' })).rejects.toMatchObject({
      code: 'corpus/no-text-field',
      message: expect.stringContaining('abstract') as string,
    });
  });
});

describe('what is refused', () => {
  const cases: [string, CorpusFile, string][] = [
    [
      'a truncated gzip',
      text('a.gz', new Uint8Array(gzipSync('text '.repeat(1000)).subarray(0, 30))),
      'corpus/bad-archive',
    ],
    ['a gzip that is none', text('a.gz', 'plain text'), 'corpus/bad-archive'],
    ['a zip that is none', text('a.zip', 'plain text'), 'corpus/bad-archive'],
    ['a Parquet file with a broken end', text('a.parquet', 'PAR1 and then nothing PAR1'), 'corpus/bad-table'],
    ['a CSV with a quote that is never closed', text('a.csv', 'a,b\n"x,y\nz,1\n'), 'corpus/bad-table'],
    ['a CSV without a text column', text('a.csv', 'a,b\n1,2\n3,4\n'), 'corpus/no-text-field'],
  ];
  it.each(cases)('%s', async (_, file, code) => {
    await expect(readCorpus([file])).rejects.toMatchObject({
      code,
      message: expect.stringContaining(file.name) as string,
    });
    // Beside a good file it is listed with the reason.
    const { files } = await readCorpus([
      file,
      text('good.txt', 'one line of text\n\nanother line of text\n'.repeat(200)),
    ]);
    expect(files[0]!.refused?.code).toBe(code);
    expect(files[1]!.refused).toBeUndefined();
  });

  it('a gzip and a zip that go on for longer than anybody wrote', async () => {
    const bomb = text('bomb.gz', new Uint8Array(gzipSync('some text\n'.repeat(5e6))));
    expect(bomb.size).toBeLessThan(200_000);
    await expect(readCorpus([bomb], { maxBytes: 10e6 })).rejects.toMatchObject({ code: 'corpus/too-large' });
    const zipped = text('bomb.zip', new Uint8Array(zipSync({ 'a.txt': new Uint8Array(50e6) })));
    await expect(readCorpus([zipped], { maxBytes: 10e6 })).rejects.toMatchObject({ code: 'corpus/too-large' });
  });
});

describe('the split by what documents are about', () => {
  it('never parts an entity, and holds out about the share that was asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { minLength: 300, maxLength: 900 }), (about) => {
        const documents = about.map((entity, at) => `document ${at} of ${entity}`);
        const hashes = about.map((entity) => splitHash('', String(entity)));
        const { heldOut, train } = splitDocuments(documents, { hashes, heldOutBytes: Infinity });
        const entityOf = (document: string) => document.split(' ').at(-1)!;
        const sides = new Set(heldOut.map(entityOf));
        expect(train.filter((document) => sides.has(entityOf(document)))).toEqual([]);
        expect(heldOut.length / documents.length).toBeGreaterThan(0.02);
        expect(heldOut.length / documents.length).toBeLessThan(0.25);
      }),
      { numRuns: 40 },
    );
  });

  it('holds out several of a few dozen, whatever their hashes', () => {
    for (let seed = 0; seed < 50; seed++) {
      const genomes = Array.from({ length: 35 }, (_, at) => `genome ${at} of ${seed}`);
      expect(splitDocuments(genomes).heldOut.length).toBeGreaterThanOrEqual(3);
    }
  });

  it('refuses documents that are all about the same', () => {
    expect(() => splitDocuments(['a', 'b'], { hashes: [7, 7] })).toThrow(/the same thing/);
  });

  it('takes spellings of one molecule for one', () => {
    expect(heavyAtoms('CCO')).toBe(heavyAtoms('OCC'));
    expect(heavyAtoms('c1ccccc1Cl')).toBe('C6Cl1');
    expect(heavyAtoms('[13C@@H](N)Br')).toBe('Br1C1N1');
    expect(heavyAtoms('CC[N+](C)(C)C')).toBe('C5N1');
  });
});

describe('real corpora', () => {
  it.each<[CorpusName, string]>([
    ['molecules', 'smiles'],
    ['genome', 'fasta'],
    ['chess', 'pgn'],
    ['mathematics', 'paragraphs'],
    ['documentation', 'paragraphs'],
    ['law', 'paragraphs'],
  ])('%s is read as %s', async (corpus, format) => {
    const { name, text: content } = corpusFile(corpus);
    const { files, documents } = await readCorpus([text(name, content)]);
    expect(files[0]!.format).toBe(format);
    expect(files[0]!.invalidBytes).toBe(0);
    expect(documents).toBeGreaterThan(10);
  });
});
