// What is no notation stays what it is: prose, verses, lists, code and tables, also where they hold pieces of notations.
import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../src/corpus/documentFormat';
import { fileHead } from '../../src/corpus/fileHead';

const formatOf = (name: string, text: string) => detectFormat(name, fileHead(text, true));

describe('the format of a file', () => {
  it.each<[what: string, name: string, text: string, format: string]>([
    ['wrapped prose with blank lines', 'a.txt', 'A line of prose\nthat goes on here.\n\n', 'paragraphs'],
    ['wrapped prose without blank lines', 'a.txt', 'A line of prose\nthat goes on here.\n', 'line-groups'],
    ['long lines', 'a.txt', `${'A long line of prose. '.repeat(20)}\n`, 'lines'],
    ['verses without spaces', 'a.txt', '床前明月光，\n疑是地上霜。\n舉頭望明月，\n低頭思故鄉。\n', 'lines'],
    ['verses without spaces between blank lines', 'a.txt', '床前明月光，\n疑是地上霜。\n\n', 'lines'],
    ['a list of words', 'words.txt', 'apple\npear\nplum\nI\na\nC\n', 'lines'],
    ['a list of abbreviations', 'a.txt', 'CO\nNO\nCIS\nBIOS\nFBI\nPCI\n', 'lines'],
    ['a list of names that look like molecules', 'a.txt', 'C1\nC2\nN1\nO2\nB12\nF16\nP53\n', 'lines'],
    ['formulas', 'a.txt', 'C6H12O6\nH2O\nCO2\nNaCl\nCH4\n', 'lines'],
    ['InChI', 'a.txt', 'InChI=1S/CH4/h1H4\nInChI=1S/H2O/h1H2\n', 'lines'],
    ['SELFIES', 'a.txt', '[C][=C][Branch1][C][O]\n[C][C][Ring1][=Branch1]\n', 'lines'],
    ['sequences without headers', 'a.txt', 'MKVLAAGIVGLCWYRN\nMSTNPKPQRKTKRNTN\n', 'lines'],
    ['LaTeX', 'a.tex', '\\section{Sets}\n% a comment\nA set $A > B$ has\nelements.\n\n', 'paragraphs'],
    ['Markdown', 'README.md', '# Title\n\n> quoted\n> text\n\n- a point\n- another\n\n', 'paragraphs'],
    ['a mail', 'a.eml', 'From: A\nSubject: B\n\n> You wrote\n> this.\n\nI did not.\n\n', 'paragraphs'],
    ['a forum of short quotations', 'a.txt', '>implying\nOK\n>sure\nYES\n', 'lines'],
    ['settings', 'a.ini', '[remote "origin"]\nurl = x\n[branch "main"]\nmerge = y\n', 'line-groups'],
    ['YAML', 'a.yaml', 'a: 1\nb: two words\nX: 3\nK: 4\n', 'line-groups'],
    ['code', 'a.py', 'def f(x):\n    return x + 1\n\n# next\n\n', 'paragraphs'],
    ['assembly', 'a.s', '; a comment\n  mov a, b\n  add c, d\n; another\n  ret\n', 'line-groups'],
    ['a log', 'a.log', '2020-01-01 10:00:00 INFO started\n2020-01-01 10:00:01 INFO done\n', 'line-groups'],
    ['rows between commas', 'a.txt', 'id,name,note\n1,One,the first of them\n2,Two,the second one\n', 'line-groups'],
    ['codes in columns', 'a.txt', '1\tC\t0.5\n2\tN\t0.7\n3\tF\t0.1\n', 'line-groups'],
    ['chess prose', 'a.txt', 'After 1. e4 e5 White plays Nf3.\nBlack has Nc6 or d6 here.\n\n', 'paragraphs'],
    ['a table of results', 'a.txt', 'Adams 1-0 Bell\nClark 0-1 Dunn\nEvans 1/2-1/2 Ford\n', 'line-groups'],
    ['coordinates', 'a.txt', 'a1\nb2\nc3\nh8\n', 'lines'],
    ['chords', 'a.txt', 'C  G  Am  F\nLet it be said again\nC  G  F  C\nWhispered words of old\n', 'line-groups'],
  ])('%s', (_, name, text, format) => {
    expect(formatOf(name, text.repeat(30))).toBe(format);
  });

  it('is told from the beginning of a large file, whose last line may be cut off', () => {
    const lines = Array.from({ length: 50 }, (_, at) => `C${'C'.repeat(at % 9)}(=O)N1CC1`);
    const head = fileHead(`${lines.join('\n')}\nCC(=O`, false);
    expect(detectFormat('a.txt', head)).toBe('smiles');
  });
});
