// A corpus that does not fit in memory is the same corpus: held out is the same, and all of the rest comes again from the files.
import { gzipSync } from 'node:zlib';
import fc from '../support/properties';
import { zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { type Corpus, type CorpusFile, readCorpus, type ReadCorpusOptions, utf8Length } from '../../src/corpus/index';
import { DocumentSet } from '../../src/corpus/documentSet';
import { memoryFile } from './memoryFile';

const word = (at: number): string => Math.imul(at + 1, 0x9e3779b1).toString(36);
const texts = Array.from({ length: 6000 }, (_, at) => `${word(at)} ${word(at * 7)}\nand "${word(at * 13)}", again`);
const withRepeats = [...texts, ...texts.slice(100, 400), '---'];
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const file = (name: string, content: string | Uint8Array<ArrayBuffer>): CorpusFile => new File([content], name);
const jsonLines = withRepeats.map((text) => JSON.stringify({ text })).join('\n');
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const molecule = (at: number): string =>
  `CC${'CNOS'[at & 3]}${'(=O)C'.repeat((at >> 2) % 9)}${'N(C)CC'.repeat(at % 31)}C${'O'.repeat(at % 3)}`;

const limits: ReadCorpusOptions = { memoryBytes: 20_000, sampleBytes: 30_000, heldOutBytes: 5000 };

async function trainOf(corpus: Corpus): Promise<string[]> {
  const all: string[] = [];
  for await (const batch of corpus.readTrain()) all.push(...batch);
  return all;
}

const sources: [string, CorpusFile[]][] = [
  ['JSON lines', [file('a.jsonl', jsonLines)]],
  ['JSON lines in small chunks', [memoryFile('a.jsonl', jsonLines, 1009)]],
  [
    'CSV with quotes over line ends',
    [file('a.csv', ['id,text', ...withRepeats.map((text, at) => `${at},${quoted(text)}`)].join('\n'))],
  ],
  [
    'Parquet',
    [
      file(
        'a.parquet',
        new Uint8Array(
          parquetWriteBuffer({ columnData: [{ name: 'text', data: withRepeats, type: 'STRING' }], rowGroupSize: 700 }),
        ),
      ),
    ],
  ],
  ['gzip', [file('a.jsonl.gz', new Uint8Array(gzipSync(jsonLines)))]],
  [
    'zip',
    [
      file(
        'a.zip',
        new Uint8Array(
          zipSync({
            'one.jsonl': bytes(jsonLines),
            'two.jsonl': bytes(jsonLines.slice(0, 9000).replace(/\n[^\n]*$/u, '')),
          }),
        ),
      ),
    ],
  ],
  ['molecules of the same atoms', [file('a.smi', Array.from({ length: 4000 }, (_, at) => molecule(at)).join('\n'))]],
  [
    'games of one opening',
    [file('a.pgn', texts.map((_, at) => `1. e4 e5 2. Nf3 Nc6 3. Bb5 a6 4. Ba4 {${word(at)}} 1-0\n`).join('\n'))],
  ],
  [
    'several files',
    [
      file('a.jsonl', jsonLines),
      file(
        'b.jsonl',
        texts
          .slice(0, 99)
          .map((text) => JSON.stringify({ text: `${text}!` }))
          .join('\n'),
      ),
    ],
  ],
];

describe('a corpus larger than memory', () => {
  it.each(sources)('%s: holds out and trains on what it would in memory', async (_, files) => {
    const whole = await readCorpus(files, { heldOutBytes: limits.heldOutBytes! });
    const large = await readCorpus(files, limits);
    expect(whole.isSample).toBe(false);
    expect(large.isSample).toBe(true);
    expect(large.heldOut.toSorted()).toEqual(whole.heldOut.toSorted());
    expect(await trainOf(whole)).toEqual(whole.train);
    const train = await trainOf(large);
    expect(train).toEqual(whole.train);
    // It can be read any number of times.
    expect(await trainOf(large)).toEqual(train);
    const { documents, duplicates, nearEmpty, trainBytes, heldOutBytes, trainDocuments } = whole;
    expect(large).toMatchObject({ documents, duplicates, nearEmpty, trainBytes, heldOutBytes, trainDocuments });
    expect(large.files).toEqual(whole.files);
  });

  it('keeps an even sample to train on, within its bound and the same each time', async () => {
    const source = [file('a.jsonl', jsonLines)];
    const { train, heldOut } = await readCorpus(source, limits);
    const size = train.reduce((sum, text) => sum + utf8Length(text), 0);
    expect(size).toBeLessThanOrEqual(limits.sampleBytes!);
    expect(size).toBeGreaterThan(0.5 * limits.sampleBytes!);
    expect((await readCorpus(source, limits)).train).toEqual(train);
    const held = new Set(heldOut);
    expect(train.filter((text) => held.has(text))).toEqual([]);
    // Not the front of the file: each quarter gives about a quarter.
    const quarters = [0, 0, 0, 0];
    for (const text of train) quarters[Math.floor((texts.indexOf(text) / texts.length) * 4)]!++;
    for (const count of quarters) expect(count / train.length).toBeGreaterThan(0.15);
  });

  it.each([
    ['fits after all', 20_000, false],
    ['does not fit, but all of it into the sample', 14_000, true],
  ])(
    'is read as if nothing had been foreseen where its beginning promises more than comes: it %s',
    async (_, memoryBytes, isSample) => {
      // Much text at first, in more lines than a format is told from, and then records of much else.
      const texts = Array.from({ length: 2100 }, (_, at) => word(at));
      const notes = Array.from({ length: 2000 }, (_, at) => at);
      const lines = [
        ...texts.map((text) => JSON.stringify({ text })),
        ...texts.slice(0, 90).map((text) => JSON.stringify({ text: `${text}!`, notes })),
      ];
      const source = memoryFile('a.jsonl', lines.join('\n'), 1009);
      const corpus = await readCorpus([source], { ...limits, memoryBytes });
      const whole = await readCorpus([source], { heldOutBytes: limits.heldOutBytes! });
      expect(corpus.isSample).toBe(isSample);
      expect(corpus.train).toEqual(whole.train);
      expect(corpus.heldOut.toSorted()).toEqual(whole.heldOut.toSorted());
      expect(corpus.files).toEqual(whole.files);
    },
  );

  it('leaves a file out that fails in its middle, and keeps the documents it shared with others', async () => {
    const broken = new Uint8Array(gzipSync(jsonLines));
    broken.fill(0xff, broken.length - 9000);
    const files = [file('broken.jsonl.gz', broken), file('good.jsonl', jsonLines)];
    for (const options of [limits, {}]) {
      const corpus = await readCorpus(files, options);
      expect(corpus.files[0]!.refused?.code).toBe('corpus/bad-archive');
      expect(corpus.files[1]).toMatchObject({ documents: texts.length, duplicates: 300 });
      expect((await trainOf(corpus)).length).toBe(corpus.trainDocuments);
    }
  });

  it('says that a file was moved while it is read again', async () => {
    const good = file('a.jsonl', jsonLines);
    let opened = 0;
    const gone: CorpusFile = {
      name: 'a.jsonl',
      size: good.size,
      stream: () =>
        opened++ === 0
          ? good.stream()
          : new ReadableStream({
              start: (controller) => controller.error(new DOMException('gone', 'NotReadableError')),
            }),
    };
    const corpus = await readCorpus([gone], limits);
    await expect(trainOf(corpus)).rejects.toMatchObject({ code: 'corpus/unreadable' });
  });

  it('stops reading when it is cancelled', async () => {
    const corpus = await readCorpus([memoryFile('a.jsonl', jsonLines, 1009)], limits);
    const controller = new AbortController();
    const reading = (async () => {
      for await (const _ of corpus.readTrain(controller.signal)) controller.abort();
    })();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('what could grow without end', () => {
  it('cuts a sequence of a chromosome into documents', async () => {
    const line = 'ACGTTGCAACGGTTAACCGT'.repeat(4);
    const lines = Array.from({ length: 40_000 }, (_, at) => line.slice(at % 20) + line.slice(0, at % 20));
    const { train, heldOut, documents } = await readCorpus([
      file('g.fasta', ['>chr1', ...lines, '>chr2', 'ACGT'].join('\n')),
    ]);
    expect(documents).toBe(5);
    const all = [...train, ...heldOut];
    expect(Math.max(...all.map(({ length }) => length))).toBeLessThan(1.1 * 2 ** 20);
    expect(all.reduce((sum, { length }) => sum + length, 0)).toBe(lines.length * 80 + 4);
  });

  it('refuses a line without end', async () => {
    const chunk = new Uint8Array(2 ** 20).fill(0x61);
    const endless: CorpusFile = {
      name: 'a.txt',
      size: 2 ** 30,
      stream: () => new ReadableStream({ pull: (controller) => controller.enqueue(chunk) }),
    };
    await expect(readCorpus([endless])).rejects.toMatchObject({ code: 'corpus/too-large' });
  });
});

describe('DocumentSet', () => {
  it('tells what a set of the texts tells', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 500 }), (added) => {
        const [set, oracle] = [new DocumentSet(), new Set<string>()];
        for (const text of added) {
          expect(set.add(text)).toBe(!oracle.has(text));
          oracle.add(text);
        }
        expect(set.size).toBe(oracle.size);
      }),
    );
  });

  it('finds no two texts alike among half a million of nearly the same spelling', () => {
    const set = new DocumentSet();
    for (let at = 0; at < 500_000; at++)
      set.add(`C${at.toString(4).replace(/./gu, (digit) => 'CNOS'[Number(digit)]!)}`);
    expect(set.size).toBe(500_000);
  });
});
