// Lists of molecules as people keep them: whatever stands beside the SMILES, the documents are the SMILES.
import { describe, expect, it } from 'vitest';
import { heavyAtoms } from '../../../src/corpus/notation/molecule';
import { fixture, readingOf } from './reading';

const smiles = [
  'CC(=O)Oc1ccccc1C(=O)O',
  'CN1C=NC2=C1C(=O)N(C(=O)N2C)C',
  'C',
  'OCC[N+](C)(C)C.[Cl-]',
  'N[C@@H](C)C(=O)O',
  'F/C=C/F',
  '[13CH3]C#N',
  'BrC1CC1',
  'C%12CCCC%12',
  'O=S(=O)(O)c1ccc(N)cc1',
  'O',
  'c1cc[se]c1',
];
const list = (line: (molecule: string, at: number) => string, first: readonly string[] = []): string =>
  [...first, ...smiles.map(line)].join('\n');

describe('the molecules of a list', () => {
  it.each([
    ['names that follow', 'a.smi', list((molecule, at) => `${molecule} drug ${at}`)],
    ['names of several words behind tabs', 'a.smi', list((molecule, at) => `${molecule}\t2,4-dinitro (salt) ${at}`)],
    ['three columns', 'a.smi', list((molecule, at) => `${molecule}\tZINC${at}\t${at / 7}`)],
    ['commas', 'a.smi', list((molecule, at) => `${molecule},name ${at},${at}`)],
    ['semicolons', 'a.ism', list((molecule, at) => `${molecule};N${at}`)],
    ['bars', 'a.smi', list((molecule, at) => `${molecule}|name ${at}|${at / 7}`)],
    ['bars, no name', 'molecules', list((molecule, at) => `ZINC${at}|${molecule}`)],
    ['identifiers in front', 'a.smi', list((molecule, at) => `CHEMBL${at} ${molecule}`)],
    ['numbers in front', 'a.smi', list((molecule, at) => `${at}\t${molecule}\t0.5`)],
    ['identifiers that could be atoms', 'a.smi', list((molecule, at) => `NSC${at}0\t${molecule}`)],
    ['names of several words in front', 'a.smi', list((molecule, at) => `acid of kind ${at}\t${molecule}`)],
    [
      'names of several words in front, by spaces',
      'a.smi',
      list((molecule, at) => `${'acid '.repeat(1 + (at % 3))}${molecule}`),
    ],
    ['a CXSMILES extension', 'a.cxsmiles', list((molecule) => `${molecule} |c:1,3,$_AV:;;1$| its name`)],
    ['a CXSMILES extension in a column', 'a.smi', list((molecule) => `${molecule} |r,lp:0:2|\tname\t1`)],
    ['quotes', 'a.smi', list((molecule, at) => `"${molecule}","drug ${at}"`)],
    ['Windows line ends', 'a.smi', list((molecule, at) => `${molecule} ${at}\r`)],
    ['a byte order mark', 'a.smi', `\ufeff${list((molecule) => molecule)}`],
    ['comments and blank lines', 'a.smi', list((molecule) => `${molecule}\n`, ['# made by hand', '', '#'])],
    ['white space around', 'a.smiles', list((molecule) => `  ${molecule}\t `)],
    ['no name that says so', 'a.txt', list((molecule) => molecule)],
    ['no name, with columns', 'molecules', list((molecule, at) => `${molecule}\tZINC${at}\t${at / 7}`)],
  ])('%s', async (_, name, content) => {
    expect(await readingOf(name, content)).toMatchObject({ format: 'smiles', documents: smiles, doubts: [] });
  });

  it.each([
    ['smiles name', ' '],
    ['SMILES\tID', '\t'],
    ['Canonical_SMILES,Name', ','],
    ['mol_id smiles', ' '],
    ['Name', ' '],
    ['Structure;Nr', ';'],
  ])('a title line `%s` is no molecule, and is told', async (title, separator) => {
    const inFront = title.startsWith('mol_id');
    const line = (molecule: string, at: number): string =>
      (inFront ? [`m${at}`, molecule] : [molecule, `m${at}`]).join(separator);
    const { documents, doubts } = await readingOf('a.smi', list(line, [title]));
    expect(documents).toEqual(smiles);
    expect(doubts).toEqual([{ kind: 'unlike-format', count: 1, of: smiles.length + 1, line: 1, excerpt: title }]);
  });

  it('takes the column that its title names, of two that hold molecules', async () => {
    const content = list((molecule) => `C\t${molecule}\tCCCCCCCCCCCCCCCCCCCC`, ['core\tsmiles\tchain']);
    expect((await readingOf('a.smi', content)).documents).toEqual(smiles);
  });

  it('takes the separator that goes with the title', async () => {
    const content = list(
      (molecule, at) => `${'acid '.repeat(1 + Number(at % 4 === 0))}${at}\t${molecule}`,
      ['Mol Name\tSMILES'],
    );
    expect((await readingOf('a.smi', content)).documents).toEqual(smiles);
  });

  it('reactions, their agents and those without', async () => {
    const reactions = ['CC=O.[H][H]>>CCO', 'CCO>[H+]>C=C.O', 'OCC.CC(=O)O>OS(=O)(=O)O>CC(=O)OCC', '>>C1CC1'];
    const { format, documents } = await readingOf('a.rsmi', reactions.join('\n'));
    expect([format, documents]).toEqual(['smiles', reactions]);
  });

  it('leaves out lines that cannot be SMILES, and says how many and which first', async () => {
    const odd = ['CC(C', 'see the notes', 'C1CC'];
    const lines = [...smiles.slice(0, 6), odd[0]!, '', ...smiles.slice(6, 9), ...odd.slice(1), ...smiles.slice(9)];
    const { documents, doubts } = await readingOf('a.smi', lines.join('\n'));
    expect(documents).toEqual(smiles);
    expect(doubts).toEqual([{ kind: 'unlike-format', count: 3, of: 15, line: 7, excerpt: 'CC(C', lines: [7, 12, 13] }]);
  });

  it.each([
    [
      'subtitles under a name that says SMILES',
      'a.smi',
      '<SAMI>\n<BODY>\n<SYNC Start=0>Good evening\n</BODY>\n',
      'line-groups',
    ],
    ['SELFIES', 'a.txt', '[C][C][=O]\n[C][=C][Branch1][C]\n[N][Ring1][=Branch1]\n'.repeat(5), 'lines'],
    ['codes of one letter', 'a.txt', 'C\nN\nF\nI\nP\n'.repeat(5), 'lines'],
    ['words in capitals', 'a.txt', 'COIN\nSPOON\nICON\nFOCI\nBISON\n'.repeat(5), 'lines'],
    [
      'prose with molecules in it',
      'a.txt',
      'Take CCO and c1ccccc1.\nIt gives CC(=O)O in time.\n'.repeat(5),
      'line-groups',
    ],
  ])('%s are none', async (_, name, content, format) => {
    expect((await readingOf(name, content)).format).toBe(format);
  });

  it('a choice overrules, and says that nothing looks like it', async () => {
    const prose = 'not a molecule\nnor this one\nnor that\n';
    const { documents, doubts } = await readingOf('a.txt', prose, { format: 'smiles' });
    expect(documents).toEqual(['not', 'nor', 'nor']);
    expect(doubts).toEqual([
      { kind: 'unlike-format', count: 3, of: 3, line: 1, excerpt: 'not a molecule', lines: [1, 2, 3] },
    ]);
  });

  it.each([
    ['header.smi', 1],
    ['ions.smi', 0],
    ['spaced-names.smi', 0],
    ['three-columns.smi', 0],
  ])('%s: 200 molecules', async (name, unlike) => {
    const { format, documents, doubts } = await readingOf(name, fixture(`smiles/${name}`));
    expect([format, documents.length]).toEqual(['smiles', 200]);
    expect(documents.every((document) => heavyAtoms(document) !== null)).toBe(true);
    expect(doubts.map(({ count }) => count)).toEqual(unlike === 0 ? [] : [unlike]);
  });
});

describe('heavy atoms', () => {
  it.each([
    ['CCO', 'OCC'],
    ['c1ccccc1Cl', 'ClC1=CC=CC=C1'],
    ['[13C@@H](N)Br', '[Br]C[NH2]'],
    ['C%10CC%10', 'C1CC1'],
    ['C%(123)CC%(123)', 'C1CC1'],
    ['[Fe+2]<-N', 'N->[Fe++]'],
    ['[2H]C([2H])O', 'CO'],
    ['c1cc[se]c1', '[Se]1C=CC=C1'],
    ['*CC[*:1]', '[*]CC*'],
  ])('of %s are those of %s', (one, other) => {
    expect(heavyAtoms(one)).not.toBeNull();
    expect(heavyAtoms(one)).toBe(heavyAtoms(other));
  });

  it('are written as they always were, since the held-out molecules follow from them', () => {
    expect(heavyAtoms('c1ccccc1Cl')).toBe('C6Cl1');
    expect(heavyAtoms('[13C@@H](N)Br')).toBe('Br1C1N1');
    expect(heavyAtoms('C[Si](C)(C)[Na]')).toBe('C3Na1Si1');
  });

  it.each([
    '',
    '1',
    'C1CC',
    'C(C',
    'CC)',
    'C()C',
    'CC>O',
    'C>>>C',
    'Name',
    'ZINC12',
    '[C',
    '[Xxx]',
    'N/A',
    'C=',
    'CC..=',
    'C%1',
    'Cé',
    '=C',
  ])('%j has none', (text) => {
    expect(heavyAtoms(text)).toBeNull();
  });
});
