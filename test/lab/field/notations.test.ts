/** Every parser on what must be refused, on what must not, and on real texts where they are there. */
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeFieldLibraries } from '../../../src/headless/rdkit';
import { detectNotation, notations } from '../../../src/lab/field/notations';
import type { NotationName, NotationReader } from '../../../src/lab/field/notations/notation';
import { corpusFile, type CorpusName } from '../../support/corpora';
import { readCorpus } from '../../../src/corpus/index';

const readers = {} as Record<NotationName, NotationReader>;
beforeAll(async () => {
  for (const name of Object.keys(notations) as NotationName[]) {
    readers[name] = await notations[name].open(nodeFieldLibraries);
  }
});

const whyOf = (name: NotationName, text: string, isCut = false): string | null => {
  const reading = readers[name].parse(text, isCut);
  return reading.valid ? null : reading.why;
};

describe('molecules', () => {
  it.each([
    ['CC(', /syntax error/],
    ['C1CC', /unclosed ring/],
    ['N(C)(C)(C)C', /valence .* N, 4/],
    ['c1cccc1', /kekulize/],
    ['CC O', /space/],
    ['foo', /syntax error/],
    ['', /nothing/],
    [' \n', /nothing/],
  ])('refuses %s', (smiles, why) => expect(whyOf('molecules', smiles)).toMatch(why));

  it('knows one molecule by all its spellings, and draws it', () => {
    const spelled = ['CC(=O)Oc1ccccc1C(=O)O', 'OC(=O)c1ccccc1OC(C)=O\n', 'C1=CC=CC(=C1C(O)=O)OC(C)=O'];
    const forms = spelled.map((text) => readers.molecules.parse(text, false));
    expect(forms).toEqual(forms.map(() => ({ valid: true, canonical: 'CC(=O)Oc1ccccc1C(=O)O' })));
    const drawing = readers.molecules.draw(spelled[0]!, false)!;
    expect(drawing.kind).toBe('svg');
    expect(drawing.markup).toMatch(/<svg[\s\S]*<path/);
  });

  it('takes no beginning for a molecule', () => expect(whyOf('molecules', 'CCO', true)).toBe('it does not end'));
});

describe('chess', () => {
  it.each([
    ['1. e4 e5 2. Ke3', /move 2: “Ke3” is not legal/],
    ['1. e4 e5 2. Nf3 Nc6 3. Bb5 O-O', /move 3: “O-O” is not legal/],
    ['1. e4 hello', /“hello” is not legal/],
    ['1. e5', /“e5” is not legal/],
    ['1. e4 1-0 e5', /after the result/],
    ['', /no move/],
  ])('refuses %s', (game, why) => expect(whyOf('chess', game)).toMatch(why));

  it('plays games with comments, numbers in any form and results', () => {
    const games = ['1. e4 e5 2. Nf3 1-0', '1.e4 {best} e5 (1... c5) 2.Nf3!', 'e4 e5 Nf3'];
    for (const game of games) {
      expect(readers.chess.parse(game, false)).toEqual({ valid: true, canonical: 'e4 e5 Nf3' });
    }
    // The last word may be half a move.
    expect(readers.chess.parse('1. e4 e5 2. N', true)).toEqual({ valid: true, canonical: 'e4 e5' });
    expect(whyOf('chess', '1. e4 e5 2. N')).toMatch(/not legal/);
  });

  it('draws the last position', () => {
    const { markup } = readers.chess.draw('1. e4', false)!;
    expect(markup.match(/<rect/g)).toHaveLength(64);
    expect(markup.match(/<text/g)).toHaveLength(32);
  });
});

describe('latex', () => {
  it.each([
    ['$\\frac{a}{b$', /Expected|Unexpected/],
    ['we have $x', /“\$” is not closed/],
    ['\\begin{equation} x', /not closed/],
    ['$\\undefinedthing$', /Undefined control sequence: \\undefinedthing/],
    ['$x^2^3$', /Double superscript/],
    ['no mathematics at all', /no formula/],
    ['costs \\$5', /no formula/],
  ])('refuses %s', (text, why) => expect(whyOf('latex', text)).toMatch(why));

  it('sets every formula of a text, and lets a cut one be', () => {
    const text =
      'Let $f : X \\to Y$ be\n\\begin{equation}\\label{e} f(x) = \\sum_{i} x_i % why\n\\end{equation}\nand \\[ \\mathcal{O}_X \\]';
    expect(readers.latex.parse(text, false)).toEqual({
      valid: true,
      canonical: 'f : X \\to Y\n\\begin{equation} f(x) = \\sum_{i} x_i \\end{equation}\n\\mathcal{O}_X',
    });
    expect(whyOf('latex', `${text} so that $a + `, true)).toBeNull();
  });

  it('makes no link, no picture and no script of a sample', () => {
    const { markup } = readers.latex.draw('$x < \\text{<script>alert(1)</script>}$', false)!;
    expect(markup).not.toContain('<script');
    expect(whyOf('latex', '$\\href{javascript:alert(1)}{x}$')).toBeNull();
    expect(readers.latex.draw('$\\href{javascript:alert(1)}{x}$', false)!.markup).not.toMatch(/href=|<a /);
    expect(whyOf('latex', '$\\def\\a{\\a\\a}\\a$')).toMatch(/Too many expansions/);
  });
});

describe('sequences', () => {
  it('holds to the alphabet', () => {
    expect(readers.nucleotides.parse('>name\nacgu\nNNRY', false)).toEqual({ valid: true, canonical: 'ACGUNNRY' });
    expect(whyOf('nucleotides', 'ACGE')).toBe('“E” is no residue');
    expect(readers.protein.parse('MKV\nLA*', false)).toEqual({ valid: true, canonical: 'MKVLA' });
    expect(whyOf('protein', 'MK1')).toBe('“1” is no residue');
    expect(whyOf('protein', '')).toBe('no residue');
  });
});

describe('real texts', () => {
  it.each([
    ['molecules', 'molecules'],
    ['chess', 'chess'],
    ['genome', 'nucleotides'],
  ] as const satisfies readonly (readonly [CorpusName, NotationName])[])('%s are read whole', async (corpus, name) => {
    const { name: file, text } = corpusFile(corpus);
    const { train, heldOut } = await readCorpus([new File([text], file)]);
    const texts = [...heldOut, ...train].slice(0, 300);
    expect(detectNotation(texts)).toBe(name);
    const refused = texts.flatMap((each) => whyOf(name, each) ?? []);
    expect(refused).toEqual([]);
  });

  it('tells no notation from prose', () => expect(detectNotation([corpusFile('english').text])).toBeNull());
});
