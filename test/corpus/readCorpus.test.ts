// Files of every kind become documents; what is lost on the way is counted, and what cannot be read says why.
import fc from '../support/properties';
import { describe, expect, it } from 'vitest';
import { type CorpusFile, type ReadCorpusOptions, readCorpus, utf8Length } from '../../src/corpus/index';
import { memoryFile } from './memoryFile';

async function documentsOf(file: CorpusFile, options: ReadCorpusOptions = {}): Promise<string[]> {
  const { train, heldOut } = await readCorpus([file], options);
  return [...train, ...heldOut].toSorted();
}

const paragraph = (name: string, bytes = 1200): string => `${name} ${'lorem ipsum dolor '.repeat(200)}`.slice(0, bytes);

describe('documents', () => {
  it('takes every line of a list without spaces as a document', async () => {
    const { files, documents } = await readCorpus([memoryFile('a.txt', 'alpha\nbeta\n\ngamma\n')]);
    expect(files[0]!.format).toBe('lines');
    expect(documents).toBe(3);
  });

  it('gathers paragraphs into documents of about 2 KB and never cuts one', async () => {
    const paragraphs = ['a', 'b', 'c', 'd', 'e'].map((name) => paragraph(name));
    const found = await documentsOf(memoryFile('a.txt', paragraphs.join('\n\n')));
    expect(found).toEqual([paragraphs.slice(0, 2).join('\n\n'), paragraphs.slice(2, 4).join('\n\n'), paragraphs[4]]);
  });

  it('groups wrapped prose without blank lines, and takes long lines one by one', async () => {
    const wrapped = Array.from(
      { length: 100 },
      (_, at) => `line ${at} of some prose that was wrapped at sixty columns`,
    );
    expect((await readCorpus([memoryFile('a.txt', wrapped.join('\n'))])).files[0]!.format).toBe('line-groups');
    const long = ['a', 'b', 'c'].map((name) => paragraph(name, 400));
    expect(await documentsOf(memoryFile('a.txt', long.join('\n')))).toEqual(long);
  });

  it('reads the text field of JSON lines, the one that is named or the one that is found', async () => {
    const records = ['one', 'two', 'three'].map((text) => JSON.stringify({ id: 7, title: 'T', text }));
    expect(await documentsOf(memoryFile('a.jsonl', records.join('\n')))).toEqual(['one', 'three', 'two']);
    expect(await documentsOf(memoryFile('a.txt', records.join('\n')))).toEqual(['one', 'three', 'two']);
    const other = ['x y z', 'u v w'].map((note) => JSON.stringify({ kind: 'k', note }));
    expect(await documentsOf(memoryFile('a.jsonl', other.join('\n')))).toEqual(['u v w', 'x y z']);
    const titles = ['A', 'B'].map((title) => JSON.stringify({ title, text: 'same' }));
    expect(await documentsOf(memoryFile('a.jsonl', titles.join('\n')), { textField: 'title' })).toEqual(['A', 'B']);
  });

  it('counts JSON lines without text and keeps the others', async () => {
    const lines = ['{"text":"a"}', '{"text":"b"}', '{"text":"c"}', '{"other":1}', '{broken'];
    const { files, documents } = await readCorpus([memoryFile('a.jsonl', lines.join('\n'))]);
    expect(documents).toBe(3);
    expect(files[0]!.recordsWithoutText).toBe(2);
  });

  it('takes whole files where it is told to', async () => {
    const files = ['a\n\nb\n', 'c\n\nd\n'].map((text, at) => memoryFile(`${at}.txt`, text));
    const { train, heldOut } = await readCorpus(files, { format: 'file' });
    expect([...train, ...heldOut].toSorted()).toEqual(['a\n\nb', 'c\n\nd']);
  });

  it.each(['\n', '\r\n', '\r'])('reads lines that end with %j, wherever the chunks are cut', async (end) => {
    const lines = ['CCO', 'c1ccccc1', 'CC(=O)O', 'N#N'];
    for (let chunk = 1; chunk < 9; chunk++) {
      expect(await documentsOf(memoryFile('a.smi', lines.join(end), chunk))).toEqual(lines.toSorted());
    }
  });
});

describe('bytes', () => {
  it('leaves the byte order mark out and counts it as no error', async () => {
    const { invalidBytes, train, heldOut } = await readCorpus([memoryFile('a.txt', '\ufeffone\ntwo', 1)], {
      format: 'lines',
    });
    expect([...train, ...heldOut].toSorted()).toEqual(['one', 'two']);
    expect(invalidBytes).toBe(0);
  });

  it('replaces invalid UTF-8 and counts its bytes, but not a U+FFFD that was there', async () => {
    const bytes = Uint8Array.from([0x61, 0xff, 0x0a, 0x62, 0xe4, 0xbd, 0x0a, 0xef, 0xbf, 0xbd, 0x63, 0x0a, 0xf0, 0x9f]);
    for (let chunk = 1; chunk <= bytes.length; chunk++) {
      const file = memoryFile('a.txt', bytes, chunk);
      const { invalidBytes, train, heldOut } = await readCorpus([file], { format: 'lines' });
      expect([...train, ...heldOut].toSorted()).toEqual(['a\ufffd', 'b\ufffd', '\ufffdc'].toSorted());
      expect(invalidBytes).toBe(1 + 2 + 2);
    }
  });

  it('counts the UTF-8 length of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => utf8Length(text) === new TextEncoder().encode(text).length),
    );
    expect(utf8Length('a\ud800b\udc00')).toBe(8);
  });
});

describe('accounting', () => {
  it('removes exact duplicates, also across files, and documents without letters or digits', async () => {
    const files = [memoryFile('a.txt', 'CCO\nCCN\nCCO\n---'), memoryFile('b.txt', 'CCN\nCCC')];
    const corpus = await readCorpus(files);
    expect(corpus).toMatchObject({ documents: 3, duplicates: 2, nearEmpty: 1, name: 'a.txt + 1' });
    expect(corpus.files.map((file) => file.duplicates)).toEqual([1, 1]);
  });

  it('leaves out a file that cannot be read and says why', async () => {
    const corpus = await readCorpus([memoryFile('a.smi', 'CCO\nCCN'), memoryFile('b.bin', new Uint8Array(100))]);
    expect(corpus.documents).toBe(2);
    expect(corpus.files[1]!.refused).toMatchObject({ code: 'corpus/not-text' });
  });

  it('reports progress up to all bytes', async () => {
    const seen: number[] = [];
    const files = [memoryFile('a.smi', 'CCO\nCCN'), memoryFile('b.smi', 'CCC\nCCS')];
    await readCorpus(files, { onProgress: ({ bytes, ofBytes }) => seen.push(bytes / ofBytes) });
    expect(seen.at(-1)).toBe(1);
    expect(seen.toSorted((a, b) => a - b)).toEqual(seen);
  });

  it('stops when it is cancelled', async () => {
    const signal = AbortSignal.abort();
    await expect(readCorpus([memoryFile('a.smi', 'CCO\nCCN')], { signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

describe('what is refused', () => {
  const json = (lines: string[]): CorpusFile => memoryFile('a.jsonl', lines.join('\n'));
  it.each<[title: string, code: string, files: CorpusFile[], options?: ReadCorpusOptions]>([
    ['no file', 'no-files', []],
    ['an empty file', 'empty', [memoryFile('a.txt', '')]],
    ['a file of white space', 'empty', [memoryFile('a.txt', ' \n\n\t\n')]],
    ['a lone byte order mark', 'empty', [memoryFile('a.txt', '\ufeff')]],
    ['UTF-16', 'not-text', [memoryFile('a.txt', Uint8Array.from([0xff, 0xfe, 0x61, 0]))]],
    ['zero bytes', 'not-text', [memoryFile('a.bin', Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0]))]],
    ['JSON lines without text', 'no-text-field', [json(['{"a":1}', '{"a":2}', '{"a":3}'])]],
    [
      'JSON lines without the named field',
      'no-text-field',
      [json(['{"text":"x"}', '{"text":"y"}'])],
      { textField: 'body' },
    ],
    ['one document', 'too-few-documents', [memoryFile('a.txt', 'only one')]],
    ['too much', 'too-large', [{ ...memoryFile('a.txt', 'x'), size: 2 ** 37 }]],
  ])('%s: corpus/%s', async (_, code, files, options) => {
    await expect(readCorpus(files, options)).rejects.toMatchObject({ name: 'LabError', code: `corpus/${code}` });
  });

  it.each<[string, string | Uint8Array, string]>([
    ['pile.jsonl.zst', Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 4, 0]), 'packed with Zstandard'],
    ['wiki.xml.bz2', new TextEncoder().encode('BZh91AY&SYxyz'), 'packed with bzip2'],
    ['paper.pdf', '%PDF-1.4\nobj\n', 'a PDF document'],
    ['data-00000-of-00001.arrow', Uint8Array.from([255, 255, 255, 255, 16, 0]), 'an Arrow stream'],
    ['reads', Uint8Array.from([0x1f, 0x8b, 8, 0, 0]), 'packed with gzip'],
    [
      'train.jsonl',
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d'.repeat(32)}\nsize 12345\n`,
      'a pointer of Git LFS to a file of 12345 bytes',
    ],
    [
      'train.parquet',
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d'.repeat(32)}\nsize 12345\n`,
      'a pointer of Git LFS to a file of 12345 bytes',
    ],
  ])('%s says what it is', async (name, content, said) => {
    const blob = new Blob([content as BlobPart]);
    const file = { ...memoryFile(name, content), slice: (start: number, end: number) => blob.slice(start, end) };
    await expect(readCorpus([file])).rejects.toMatchObject({
      code: 'corpus/not-text',
      message: expect.stringContaining(`${name} is ${said}`) as string,
    });
  });

  it.each([
    ['paragraphs', 'A short paragraph.\n\nAnother one.\n\n'.repeat(30)],
    ['line-groups', 'A short line\nand another one\n'.repeat(30)],
  ])('a little text in %s is told to be too little', async (format, text) => {
    await expect(readCorpus([memoryFile('a.txt', text)])).rejects.toMatchObject({
      code: 'corpus/too-few-documents',
      message: expect.stringContaining(
        `holds ${text.length} bytes of text; read as ${format}, at least 2049 are needed`,
      ) as string,
      hint: 'Give more text, or read each line as a document of its own.',
    });
  });

  it('texts that are all the same are told as duplicates', async () => {
    await expect(readCorpus([memoryFile('a.smi', 'CCO\nCCO\nCCO\n')])).rejects.toMatchObject({
      code: 'corpus/too-few-documents',
      message: expect.stringContaining('is one document, and 2 duplicates of it') as string,
    });
  });

  it.each<[NonNullable<ReadCorpusOptions['format']>, string]>([
    ['fasta', 'Once upon a time.\n'],
    ['fastq', '>a\nACGT\n'],
    ['pgn', 'a letter\nof two lines\n'],
    ['abc', 'a letter\nof two lines\n'],
    ['mediawiki', '<p>a letter</p>\n'],
  ])('a file that was asked to be %s and is not says so', async (format, content) => {
    await expect(readCorpus([memoryFile('a.txt', content)], { format })).rejects.toMatchObject({
      code: 'corpus/empty',
      message: expect.stringMatching(new RegExp(`read as ${format}, and none of its .* line 1 is`)) as string,
    });
  });
});
