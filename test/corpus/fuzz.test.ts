// Ten thousand damaged files of each notation: every one of them is read, or ends in a LabError. What is read stands in the file,
// in its order and once, and is of the kind that the format says.
import { describe, expect, it } from 'vitest';
import type { DocumentFormat } from '../../src/corpus/corpus';
import { cutFile, newAccount } from '../../src/corpus/cutFile';
import { heavyAtoms } from '../../src/corpus/notation/molecule';
import { LabError } from '../../src/error';
import { seeded } from '../checkpoint/writeBytes';
import { below, mutatedBytes, pick, type Random } from '../support/mutations';
import { memoryFile } from './memoryFile';

const MUTATIONS = 10_000;
/** Far more than any of these small files takes; a hang would be minutes. */
const SLOWEST_MILLISECONDS = 2000;

const pieces = {
  smiles: [
    '\n',
    '\r',
    '\t',
    ' ',
    '#',
    '(',
    ')',
    '[',
    ']',
    '%',
    '>',
    '.',
    '|',
    ',',
    '"',
    'SMILES\n',
    '[nH]',
    'C1',
    '\ufeff',
  ],
  fasta: ['\n', '>', '>\n', ';', '#', '|', '>sp|', '>gi|1|', '>P1;', '*', '-', '1 ', ' ', '@', '\n+\n', '\ufeff', '\0'],
  fastq: ['\n', '@', '+', '\n+\n', '@@', '>', ' '],
  pgn: [
    '\n',
    '\n\n',
    '{',
    '}',
    '(',
    ')',
    ';',
    '%',
    '[',
    ']',
    '"',
    '\\"',
    '[Event "',
    '[FEN "',
    '1-0',
    '*',
    '$1',
    ' 1. ',
  ],
  abc: ['\n', '\n\n', 'X:', 'T:', 'K:', '%', '"', '!', '[', ']', 'w:', '\\', '|', 'X:1\n'],
  mediawiki: ['\n', '<', '>', '/>', '<text', '<text>', '</text>', '<page>', '<title>', '</title>', '<redirect', '"'],
} as const;
type Notation = keyof typeof pieces;

const files: Readonly<Record<Notation, readonly string[]>> = {
  smiles: [
    'SMILES\tName\nCC(=O)Oc1ccccc1C(=O)O\taspirin\nC[N+](C)(C)C.[Cl-]\tsalt 1\nN[C@@H](C)C(=O)O\t2,4\nCCO |c:1|\tx\n',
    '# set\nmol1 CC=O.[H][H]>>CCO\nmol2 C%12CCCC%12\n\nmol3 F/C=C/F\nmol4 c1cc[se]c1\n',
  ],
  fasta: [
    '; by hand\n>sp|P00001|AAA_TEST Invented OS=T\nMKVLAAGIVG LCWYRN\nDEHKLL*\n\n>gi|12|gb|AAA1.1| x\n--MKV..LL\n#c\n>lcl|x\nacgtnn\n',
    '>P1;A_B\ntitle\n MKVLAAGIVG\n 10 MKVL*\n>s 1\nACGTACGT\n>s 2\nTTGACCA\n>\nGG\n',
  ],
  fastq: ['@r1/1 x\nACGTACGT\n+\n@@II>>II\n@r1/2 x\nTTGACC\n+r1/2\n>IIIII\n@r2\nACGTT\nACGTA\n+\nIIIII\nIIIII\n'],
  pgn: [
    ';; c\n[Event "A \\"b\\""] [Site "B"] \n[FEN "8/8/8/8/8/4k3/4p3/4K3 w - - 0 1"]\n\n1. e4! e5 (1... c5 (1... e6)) {[%clk 0:01]\n\n[Event "x"]\n} 2. Nf3 $1 Nc6 ; rest\n3. Bb5 1-0\n\n[Event "B"]\n\n1. d4 *\n',
    '1. e4 e5 1-0\n1. d4 d5 0-1 1. c4 1/2-1/2\n\n{alone}\n\n% esc\n1.O-O-O+ bxa1=Q# *\n',
  ],
  abc: [
    '%abc\nL:1/8\n\nX:1\nT:One (setting 2)\nK:G\n|:"G"GAB d2B|!trill!A3 [K:D] e>d^c:|\nw:la\n\ntext\nX:2\nT:One\nK:D\n{g}B2A % c\n',
  ],
  mediawiki: [
    '<mediawiki xml:lang="en">\n  <page>\n    <title>One</title>\n    <revision>\n      <text bytes="9" xml:space="preserve">A [[page]]\n\nof lines.</text>\n    </revision>\n    <revision>\n      <text>Again.</text>\n    </revision>\n  </page>\n  <page>\n    <title>Two</title>\n    <redirect title="One" />\n    <revision><text>#REDIRECT [[One]]</text></revision>\n  </page>\n  <page><title>Three</title><revision><text /></revision><revision><text>Last.</text></revision></page>\n</mediawiki>\n',
  ],
};

/** Bytes changed, or what the format reads specially put in somewhere. */
function damaged(text: string, notation: Notation, random: Random): Uint8Array {
  if (random() < 0.5) return mutatedBytes(new TextEncoder().encode(text), random);
  let changed = text;
  for (let changes = 1 + below(random, 4); changes > 0; changes--) {
    const at = below(random, changed.length + 1);
    const until = random() < 0.5 ? at : at + below(random, 12);
    changed = changed.slice(0, at) + pick(random, pieces[notation]) + changed.slice(until);
  }
  return new TextEncoder().encode(changed);
}

async function documentsOf(notation: Notation, bytes: Uint8Array, random: Random): Promise<[DocumentFormat, string[]]> {
  const isAsked = random() < 0.5;
  const file = memoryFile(isAsked || random() < 0.5 ? `a.${notation}` : 'a', bytes, 1 + below(random, 400));
  const account = newAccount();
  const documents: string[] = [];
  for await (const { texts } of cutFile(file, account, isAsked ? { format: notation } : {})) documents.push(...texts);
  return [account.format!, documents];
}

/** Whether the characters stand in the text, in this order. */
function isWithin(characters: string, text: string): boolean {
  let at = 0;
  for (const character of characters) {
    at = text.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

const kindOf: Partial<Record<DocumentFormat, (document: string) => boolean>> = {
  smiles: (document) => heavyAtoms(document) !== null || !/\s/u.test(document),
  fasta: (document) => /^[A-Za-z*.~?/-]+$/u.test(document),
  fastq: (document) => /^[A-Za-z*.~?/-]+$/u.test(document),
  pgn: (document) => /[a-h][1-8]|[O0]-[O0]|1-0|0-1|1\/2|\*|--|Z0|@|½/u.test(document),
  abc: (document) => document.split('\n').every((line) => line === line.trimEnd() && line !== ''),
};

describe('damaged files', () => {
  it.each(Object.keys(files) as Notation[])('%s', async (notation) => {
    const read = new Map<string, number>();
    for (let seed = 0; seed < MUTATIONS; seed++) {
      const random = seeded(seed);
      const bytes = damaged(pick(random, files[notation]), notation, random);
      const started = process.cpuUsage();
      try {
        const [format, documents] = await documentsOf(notation, bytes, random);
        const text = new TextDecoder().decode(bytes).replace(/\s/gu, '');
        if (!isWithin(documents.join('').replace(/\s/gu, ''), text)) throw new Error('a document is not in the file');
        const odd = documents.find((document) => kindOf[format]?.(document) === false);
        if (odd !== undefined) throw new Error(`no document of ${format}: ${JSON.stringify(odd)}`);
        read.set(format, (read.get(format) ?? 0) + 1);
      } catch (thrown) {
        if (!(thrown instanceof LabError)) throw new Error(`seed ${seed}: ${String(thrown)}`, { cause: thrown });
      }
      const { user, system } = process.cpuUsage(started);
      const milliseconds = (user + system) / 1000;
      if (milliseconds > SLOWEST_MILLISECONDS) throw new Error(`seed ${seed} took ${milliseconds} ms`);
    }
    // Zero bytes make a file no text; of the others most are told for what they are all the same.
    const all = [...read.values()].reduce((sum, count) => sum + count, 0);
    expect(all).toBeGreaterThan(MUTATIONS / 3);
    expect(read.get(notation)! / all).toBeGreaterThan(0.7);
  });
});
