// Atoms of real examples, and notations told from their texts.
import { describe, expect, it } from 'vitest';
import { atomsOf, detectGrammar, grammars, type GrammarName } from '../../../src/tokenizer/index';
import { corpusText, type CorpusName } from '../../support/corpora';

const atoms = (name: GrammarName, text: string) => atomsOf(grammars[name], text).map((atom) => atom.text);

describe('atoms', () => {
  it.each<[GrammarName, string, string]>([
    ['smiles', 'C[C@@H](Cl)c1ccc(Br)cc1', 'C [C@@H] ( Cl ) c 1 c c c ( Br ) c c 1'],
    ['smiles', 'O=C([O-])/C=C\\C%12N', 'O = C ( [O-] ) / C = C \\ C %12 N'],
    ['nucleotides', 'ACGTN', 'A C G T N'],
    ['codons', 'ATGGCCTAA', 'ATG GCC TAA'],
    ['amino-acids', 'MKTAYIAK', 'M K T A Y I A K'],
    ['chess-moves', '1. e4 e5 2. Nf3 Nc6 3. O-O exd5 4. Nbd7+ e8=Q#', 'e4 e5 Nf3 Nc6 O-O exd5 Nbd7+ e8=Q#'],
    ['latex-commands', '\\mathbb{R} \\in \\alpha_1 \\{ \\\\', '\\mathbb \\in \\alpha \\{ \\\\'],
    ['abc-music', "|:G2 ^c'd e/2 z4:|", "|: G2 ^c' d e/2 z4 :|"],
    ['abc-music', 'T:A bad Cage\nK:Dm\n"Am"A2 [K:G] !fermata!b|', 'A2 b |'],
    ['numbers', '1,024', '1 0 2 4'],
  ])('of %s: %s', (name, text, expected) => {
    expect(atoms(name, text)).toEqual(expected.split(' '));
  });

  it('have the places they were found at', () => {
    expect(atomsOf(grammars.smiles, 'CCl')).toEqual([
      { text: 'C', start: 0, end: 1 },
      { text: 'Cl', start: 1, end: 3 },
    ]);
  });
});

describe('a notation told from its text', () => {
  it('is none in prose, in another script, or in nothing', () => {
    expect(detectGrammar(['Call me Ishmael. Some years ago, never mind how long precisely.'])).toBeNull();
    expect(detectGrammar(['有女名羅子，生來纔兩春。'])).toBeNull();
    expect(detectGrammar([])).toBeNull();
  });

  it.each<[string, GrammarName]>([
    ['MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQVKVKALPDAQFEVV', 'amino-acids'],
    ['X G2 ABc d2 |: e f g a | b2 A2 G4 :|', 'abc-music'],
  ])('%s', (text, name) => {
    expect(detectGrammar([text])?.name).toBe(name);
  });

  const tune = ['|:FAdA BAdA|FAdA B2AG|F2dF EFDE|F2A2 d3e:|', 'f2af g2bg|fedf e2de|faaf gbbg|(3fga ec d3:|'];
  it.each([
    [
      'with every header',
      `X:1\nT:The Tinker’s Daughter, a reel\nR:reel\nC:Trad.\nM:4/4\nL:1/8\nK:Dmaj\n${tune.join('\n')}`,
    ],
    [
      'with voices, words and directives',
      `%%pagewidth 21cm\nX:7\nT:Evening song\nM:3/4\nK:G\nV:1 clef=treble\n${tune[0]}\nw:O come with me a-while, sweet-heart_, and sing\nV:2 clef=bass\n${tune[1]}\n% the bass is mine`,
    ],
    [
      'with chords and decorations',
      '|: "D"!trill!f2af "G"g2bg | "Em7"~fedf "A7"!fermata!e2de | {g}faaf .g.b.b.g |1 "D"d3e :|2 [K:G] d4 |]',
    ],
    [
      'with a header longer than the tune',
      `X:12\nT:The Humours of the Long Road Home\nT:also known as A Short Walk\nN:taken down from the playing of an old fiddler who would not say his name\nS:a notebook\nZ:somebody\nM:6/8\nK:Edor\nBEE dEE|BAB dBA|`,
    ],
  ])('is ABC music %s', (_, text) => {
    const documents = Array.from({ length: 5 }, () => text);
    expect(detectGrammar(documents)?.name).toBe('abc-music');
    expect(detectGrammar(documents.map((each) => each.replaceAll('\n', '\r\n')))?.name).toBe('abc-music');
  });

  it.each([
    [
      'questions and answers',
      'Q: Who are you?\nA: Somebody | nobody. It depends on who is asking, and on the weather.\nQ: Why?',
    ],
    ['hexadecimal digits', 'deadbeef 0badcafe feedface 8badf00d ababa123 facade00'],
    ['a mail', 'From: somebody\nT: nobody\nDear all, the deed is done | regards, and a good weekend to everybody.'],
    ['a table', '| name | age | place |\n|---|---|---|\n| somebody | 33 | nowhere |\n| nobody | 12 | elsewhere |'],
  ])('is not ABC music in %s', (_, text) => {
    expect(detectGrammar([text])?.name).not.toBe('abc-music');
  });

  it.each<[CorpusName, GrammarName | null]>([
    ['molecules', 'smiles'],
    ['genome', 'nucleotides'],
    ['chess', 'chess-moves'],
    ['mathematics', 'latex-commands'],
    ['law', null],
    ['documentation', null],
    ['poems', null],
    ['plays', null],
    ['english', null],
  ])('in the corpus %s', (corpus, name) => {
    const text = corpusText(corpus).slice(0, 400_000);
    expect(detectGrammar([text])?.name ?? null).toBe(name);
  });

  it('in a genome in small letters, with bases that nobody could read', () => {
    const genome = corpusText('genome').toLowerCase().replaceAll('gattc', 'nnnnn').replaceAll('ccta', 'cyta');
    expect(detectGrammar([genome])?.name).toBe('nucleotides');
  });
});
