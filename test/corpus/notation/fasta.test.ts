// Sequences as databases and people write them. Counts, names and letters are those of Biopython 1.88 (`fasta-blast`, `fastq`,
// `pir`), white space and positions left out.
import { describe, expect, it } from 'vitest';
import { fixture, readingOf } from './reading';

const sequences = ['MKVLAAGIVGLCWYRNDEHKLLPPSTMKVL', 'MSTNPKPQRKTKRNTNRRPQDVKFPGG', 'MAAAKKLLVVWWYYCCDDEEFFGGHHIIKK'];
const file = (body: (sequence: string, at: number) => string, first = ''): string =>
  first + sequences.map(body).join('\n');
const wrapped = (sequence: string, width: number): string =>
  sequence.match(new RegExp(`.{1,${width}}`, 'g'))!.join('\n');

describe('the sequences of a file', () => {
  it.each([
    ['lines', 'a.fasta', file((sequence, at) => `>s${at} x\n${wrapped(sequence, 10)}`)],
    ['one long line', 'a.faa', file((sequence, at) => `>s${at}\n${sequence}`)],
    ['a comment first', 'a.fasta', file((sequence, at) => `>s${at}\n${wrapped(sequence, 12)}`, '; made by hand\n')],
    ['comments of all kinds', 'a.fa', file((sequence, at) => `#c\n>s${at}\n;c\n${sequence}\n!c`, '# made\n\n')],
    ['blank lines', 'a.fa', file((sequence, at) => `\n>s${at}\n\n${wrapped(sequence, 9)}\n\n`, '\n\n')],
    ['a byte order mark', 'a.fa', `\ufeff${file((sequence, at) => `>s${at}\n${sequence}`)}`],
    [
      'Windows line ends',
      'a.fa',
      file((sequence, at) => `>s${at}\r\n${wrapped(sequence, 10).replaceAll('\n', '\r\n')}\r`),
    ],
    ['blocks of ten', 'a.fa', file((sequence, at) => `>s${at}\n${wrapped(sequence, 10).replaceAll('\n', ' ')}`)],
    [
      'blocks with positions',
      'a.fa',
      file((sequence, at) => `>s${at}\n        1 ${wrapped(sequence, 10).replaceAll('\n', ' ')} ${sequence.length}`),
    ],
    [
      'white space at the end',
      'a.fa',
      file((sequence, at) => `>s${at} \n${wrapped(sequence, 10).replaceAll('\n', ' \t\n')}  `),
    ],
    ['tabs behind headers', 'a.fasta', file((sequence, at) => `>s${at}\t${sequence}`, '; by hand\n')],
    ['tabs behind titles', 'a.txt', file((sequence, at) => `>s${at} of a kind\t${at}\t${sequence}`)],
    ['no name that says so', 'a.txt', file((sequence, at) => `>s${at}\n${wrapped(sequence, 10)}`)],
    [
      'no name, a comment first',
      'sequences',
      file((sequence, at) => `>s${at}\n${wrapped(sequence, 10)}`, '; by hand\n'),
    ],
    ['a sequence without letters', 'a.fa', file((sequence, at) => `>empty${at}\n>s${at}\n${sequence}`)],
  ])('%s', async (_, name, content) => {
    expect(await readingOf(name, content)).toMatchObject({ format: 'fasta', documents: sequences, doubts: [] });
  });

  it('headers before tabs name them', async () => {
    const { entities } = await readingOf(
      'a.fasta',
      file((sequence, at) => `>sp|P1234${at}|X_HUMAN\t${sequence}`),
    );
    expect(entities).toEqual(['P12340', 'P12341', 'P12342']);
  });

  it('tabs within headers alone belong to them', async () => {
    const content = file((sequence, at) => `>s${at}\tMKV\n${sequence}`);
    expect(await readingOf('a.fasta', content)).toMatchObject({ documents: sequences, doubts: [] });
  });

  it.each([
    ['small letters', ['acgtacgtacgtnnacgt', 'ttgacattgacaacgtttg']],
    ['gaps of an alignment', ['--MKV-LLA..GIVG--', 'MMMKVWLLA--GIVGCC']],
    ['A2M: insertions in small letters', ['MKVllaGIV.GLC--', 'MKV...GIVaGLCWY']],
    ['stops', ['MKVLAAGIVGLC*', 'MSTN*KPQRKTK*']],
    ['ambiguity', ['NNNNRYKMSWBDHVACGU', 'XXXXBZJUOMKVL?MKVL']],
  ])('%s stay', async (_, letters) => {
    const content = letters.map((sequence, at) => `>s${at}\n${sequence}\n`).join('');
    for (const name of ['a.fasta', 'a.txt']) {
      expect(await readingOf(name, content)).toMatchObject({ format: 'fasta', documents: letters, doubts: [] });
    }
  });

  it('NBRF/PIR: the title behind the header and the mark at the end are left out', async () => {
    const content = file((sequence, at) => `>P1;CRAB_${at}\nALPHA CRYSTALLIN ${at}\n  ${wrapped(sequence, 10)}*`);
    const { documents, entities, doubts } = await readingOf('a.pir', content);
    expect(documents).toEqual(sequences);
    expect(entities).toEqual(['CRAB_0', 'CRAB_1', 'CRAB_2']);
    expect(doubts).toEqual([]);
  });

  it('leaves out lines that are no sequence, and what stands before the first header, and says so', async () => {
    const content = `Sequences (60)\n>a\nMKVLAAGI\n(((..)))\n>b\nACGTACGT\nThis is a remark, of 2020.\nACGT\n`;
    const { documents, doubts } = await readingOf('a.fasta', content);
    expect(documents).toEqual(['MKVLAAGI', 'ACGTACGTACGT']);
    expect(doubts).toMatchObject([{ kind: 'unlike-format', count: 3, of: 8, line: 1, excerpt: 'Sequences (60)' }]);
    expect(doubts[0]!.lines).toEqual([1, 4, 7]);
  });

  it('FASTQ: reads without their qualities, also where a quality starts with @ or a record is wrapped', async () => {
    const content =
      '@r1/1 x\nACGTACGT\n+\n@@II>>II\n@r1/2 x\nTTGACC\n+r1/2\n>IIIII\n@r2\nACGTT\nACGTA\n+\nIIIII\nIIIII\n';
    const { format, documents, entities, doubts } = await readingOf('a.fastq', content);
    expect(format).toBe('fastq');
    expect(documents).toEqual(['ACGTACGT', 'TTGACC', 'ACGTTACGTA']);
    expect(entities).toEqual(['r1', 'r1', 'r2']);
    expect(doubts).toEqual([]);
    expect((await readingOf('reads.txt', '@r\nACGTACGT\n+\nIIIIIIII\n'.repeat(3))).format).toBe('fastq');
  });

  it('FASTQ: reads that were trimmed to nothing cost no other', async () => {
    for (const empty of ['@e\n\n+\n\n', '@e\n\n+e\n']) {
      const read = await readingOf('a.fastq', `@a\nACGT\n+\nIIII\n${empty}@b\nTTGA\n+\n@III\n${empty}`);
      expect(read).toMatchObject({ documents: ['ACGT', 'TTGA'], entities: ['a', 'b'], doubts: [] });
    }
  });

  it.each([
    ['a diff', 'a.diff', '@@ -1,3 +1,4 @@\n-old line 1\n+new line 1\n context\n'],
    [
      'an e-mail with quoted lines',
      'a.txt',
      '> Can you come on Monday?\nYes, I can.\n\n> And your brother?\nNo idea.\n',
    ],
    ['short answers to quoted lines', 'a.txt', '> Can you come?\nYes\n> Your brother?\nNo\n'],
    ['Markdown', 'a.md', '# Title\n\n> A quotation of\n> some lines.\n\nA paragraph about it.\n'],
    ['a heading for each list of words', 'a.txt', '>Fruit\napple\npear\n>Trees\noak\nelm\n'],
    [
      'prose with an example',
      'a.txt',
      'A file looks as follows:\n\n>seq1\nACGTACGTACGTACGT\n\nThe first line is a header.\n',
    ],
    ['prose under a name that says FASTA', 'a.fa', 'This is a letter.\nIt has no sequence in it.\n> A quotation.\n'],
  ])('%s is none', async (_, name, content) => {
    expect(['lines', 'paragraphs', 'line-groups']).toContain((await readingOf(name, content.repeat(20))).format);
  });

  it.each<[file: string, count: number]>([
    ['swissprot.fasta', 60],
    ['min.fasta', 2],
    ['sp-tr.fasta', 80],
    ['semicolon-first.fasta', 30],
    ['dot-gaps.fa', 30],
    ['plain.fasta', 60],
    ['blanklines.fasta', 30],
  ])('%s: %d sequences, as many entities', async (name, count) => {
    const { format, documents, entities, doubts } = await readingOf(name, fixture(`fasta/${name}`));
    expect([format, documents.length, new Set(entities).size]).toEqual(['fasta', count, count]);
    expect(doubts).toEqual([]);
  });
});

describe('what a sequence is about', () => {
  const entitiesOf = async (headers: readonly string[]): Promise<readonly (string | undefined)[]> =>
    (await readingOf('a.fasta', headers.map((header, at) => `>${header}\nACGTACGT${'ACGT'[at % 4]}\n`).join('')))
      .entities;

  it.each([
    ['sp|P00001|AAA_TEST Invented protein OS=Testus GN=g1', 'P00001'],
    ['tr|A0A024R161|A0A024R161_HUMAN', 'A0A024R161'],
    ['sp|P00001-2|AAA_TEST Isoform 2', 'P00001'],
    ['gi|123|gb|AAA.1| protein', 'AAA'],
    ['gi|5524211|gb|AAD44166.1|AAD44166 cytochrome b', 'AAD44166'],
    ['gi|123', '123'],
    ['ref|NP_1.1|', 'NP_1'],
    ['emb|X12345.2|', 'X12345'],
    ['gb|AAA12345.1|', 'AAA12345'],
    ['pir||A12345', 'A12345'],
    ['pdb|1ABC|A', '1ABC'],
    ['1ABC:A|PDBID|CHAIN|SEQUENCE', '1ABC'],
    ['1ABC_1|Chains A, B|Lysozyme|Gallus gallus (9031)', '1ABC'],
    ['lcl|x', 'x'],
    ['lcl|NC_000913.3_cds_NP_414542.1_1 [gene=thrL]', 'NC_000913.3_cds_NP_414542.1_1'],
    ['gnl|db|id7', 'db|id7'],
    ['sp | P00001 | AAA_TEST', 'P00001'],
    [' P00001 x', 'P00001'],
    ['NM_1.2 x', 'NM_1'],
    ['NC_045512.2 Severe acute respiratory syndrome', 'NC_045512'],
    ['ENSP00000451042.1 pep chromosome:GRCh38 gene:ENSG00000223997.1 transcript:ENST00000415118.1', 'ENSG00000223997'],
    ['ENST00000456328.2|ENSG00000223972.5|OTTHUMG1|DDX11L1-202|DDX11L1|1657|', 'ENSG00000223972'],
    ['ENSP00000451042.1', 'ENSP00000451042'],
    ['MSTRG.7.1 gene=MSTRG.7', 'MSTRG.7'],
    ['MSTRG.7', 'MSTRG.7'],
    ['AT1G01010.1 | NAC domain | chr1:3760-5630', 'AT1G01010'],
    ['TRINITY_DN1000_c115_g5_i1 len=247', 'TRINITY_DN1000_c115_g5'],
    ['UniRef50_X n=3', 'UniRef50_X'],
    ['contig_1', 'contig_1'],
    ['contig.12', 'contig.12'],
    ['SRR001666.7', 'SRR001666.7'],
    ['fig|83333.1.peg.4', '83333.1.peg.4'],
    ['jgi|Aspni1|12345|gene', 'Aspni1|12345'],
    ['Zotu7;size=123;', 'Zotu7'],
    ['X_HUMAN/10-90', 'X_HUMAN'],
  ])('>%s: %s', async (header, entity) => {
    // Alone, and among others of its kind.
    expect(await entitiesOf([header])).toEqual([entity]);
    expect((await entitiesOf(['other1', header, 'another2']))[1]).toBe(entity);
  });

  it('nothing, where all headers say the same, or one of two things', async () => {
    const headers = Array.from({ length: 30 }, (_, at) => ['protein', 'dna sequence'][at % 2]!);
    expect(await entitiesOf(headers)).toEqual(headers.map(() => undefined));
  });

  it('nothing, where the header is empty', async () => {
    expect(await entitiesOf(['', ' '])).toEqual([undefined, undefined]);
  });

  it.each([
    ['an unknown database', (at: number) => `mydb|X${at}|name`, 24],
    ['two unknown databases', (at: number) => `db${at % 2}|X${at}`, 24],
    ['numbered headers', (at: number) => `sequence ${at} of the set`, 24],
    ['species in front', (at: number) => `Homo sapiens protein ${at}`, 24],
    ['reads of a run', (at: number) => `ERR123456.${at} ${at} length=36`, 24],
    ['chromosomes', (at: number) => `chr${at}`, 24],
    ['genes with isoforms', (at: number) => `gene${at >> 1}|isoform${at % 2}`, 12],
    ['genes of StringTie with isoforms', (at: number) => `MSTRG.${at >> 2}.${at % 4}`, 6],
    ['a name with fields behind it', (at: number) => `hCoV-19/Place/${at}/2020|EPI_ISL_${at}|2020-01-01`, 24],
  ])('%s is never one entity', async (_, header, count) => {
    const entities = await entitiesOf(Array.from({ length: 24 }, (__, at) => header(at)));
    expect(new Set(entities).size).toBe(count);
  });
});
