// Collections of tunes in ABC as they are shared.
import { describe, expect, it } from 'vitest';
import { readingOf } from './reading';

const tunes = [
  'X:1\nT:The Road Home\nM:6/8\nL:1/8\nK:G\n|:"G"GAB d2B|!trill!A3 [K:D] e>d^c|{g}B2A G3:|',
  'X: 2\nT: Road Home, The (setting 2)\nK: Gmaj\nGABd | e2dB- | BAG2 z2 ||\nw: la la la-la',
  'X:3\nT:Another\nC:Trad.\nK:Ador\n%%MIDI program 1\nABc2 [Ace]4 | (3efg a2 |1 A4 :|2 A2 |]',
];
const entities = ['road home', 'road home', 'another'];

describe('the tunes of a file', () => {
  it.each([
    ['blank lines between', 'a.abc', tunes.join('\n\n')],
    ['no blank lines', 'a.abc', tunes.join('\n')],
    ['a file header', 'a.abc', `%abc-2.1\nO:Ireland\n%%scale 0.7\n\n${tunes.join('\n\n')}\n`],
    ['remarks', 'a.abc', `% of this year\n${tunes.join('\n% next\n\n')}`],
    ['a blank line within a tune', 'a.abc', tunes.map((tune) => tune.replace('\nK:', '\n\nK:')).join('\n\n')],
    ['Windows line ends and white space', 'a.abc', tunes.join('\n\n').replaceAll('\n', ' \r\n')],
    ['a byte order mark', 'a.abc', `\ufeff${tunes.join('\n\n')}`],
    ['no name that says so', 'tunes.txt', tunes.join('\n\n')],
  ])('%s', async (_, name, content) => {
    expect(await readingOf(name, content)).toMatchObject({ format: 'abc', documents: tunes, entities, doubts: [] });
  });

  it('text between tunes is left out and told', async () => {
    const content = `Tunes of our session, 2020\n\n${tunes.join('\n\nPlay this one slowly, with feeling.\nAnd twice.\n\n')}`;
    const { documents, doubts } = await readingOf('a.abc', content);
    expect(documents).toEqual(tunes);
    expect(doubts).toMatchObject([{ kind: 'unlike-format', count: 5, line: 1, excerpt: 'Tunes of our session, 2020' }]);
  });

  it('tunes without numbers are cut at their titles', async () => {
    const bare = tunes.map((tune) => tune.replace(/^X:.*\n/, ''));
    expect((await readingOf('a.abc', bare.join('\n\n'))).documents).toEqual(bare);
  });

  it('a tune without a title is about itself', async () => {
    const { entities: found } = await readingOf('a.abc', 'X:1\nK:C\nCDEF\n\nX:2\nT:\nK:C\nGABc\n');
    expect(found).toEqual([undefined, undefined]);
  });

  it.each([
    ['prose under a name that says ABC', 'a.abc', 'This is a letter.\nIt has no music in it.\n\n'],
    [
      'prose with a tune',
      'a.txt',
      'A tune looks as follows, and can be sung:\n\nX:1\nK:C\nCDEF|\n\nThat was one. Here are some words.\n',
    ],
    ['a mail', 'a.txt', 'X: 1\nK: a key\nSubject: the meeting\n\nWe meet at noon with everybody else.\nBring wine.\n'],
    ['a list of hexadecimal words', 'a.txt', 'cafe\nbeef\nfeed\nface\n'],
  ])('%s is none', async (_, name, content) => {
    expect(['lines', 'paragraphs', 'line-groups']).toContain((await readingOf(name, content.repeat(20))).format);
  });
});
