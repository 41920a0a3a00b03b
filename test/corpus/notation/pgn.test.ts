// Collections of games as they are shared. Numbers of games are those of python-chess 1.11.2, with three exceptions that it reads
// otherwise and PGN does not: games that only their results or tags part, and comments that stand alone before the tags.
import { describe, expect, it } from 'vitest';
import { fixture, readingOf } from './reading';

const openings = ['1. e4 e5 2. Nf3 Nc6 3. Bb5 a6', '1. d4 d5 2. c4 e6 3. Nc3 Nf6', '1. c4 e5 2. Nc3 Nf6 3. g3 d5'];
const entities = ['e4 e5 Nf3 Nc6 Bb5 a6', 'd4 d5 c4 e6 Nc3 Nf6', 'c4 e5 Nc3 Nf6 g3 d5'];
const games = openings.map((opening) => `${opening} 1-0`);
const tags = (at: number): string => `[Event "Game ${at}"]\n[White "A"]\n[Result "1-0"]\n`;
const file = (game: (moves: string, at: number) => string): string => games.map(game).join('');

describe('the games of a file', () => {
  it.each([
    ['tags and moves', 'a.pgn', file((moves, at) => `${tags(at)}\n${moves}\n\n`)],
    ['white space behind tags', 'a.pgn', file((moves, at) => `${tags(at).replaceAll('\n', ' \t\n')}\n${moves} \n\n`)],
    ['several tags a line', 'a.pgn', file((moves, at) => `[Event "${at}"] [Site "B"][Round "?"]\n\n${moves}\n\n`)],
    ['quotes in tags', 'a.pgn', file((moves, at) => `[Event "The \\"${at}\\" [final]"]\n\n${moves}\n\n`)],
    ['quotes in tags that should have been escaped', 'a.pgn', file((moves) => `[White "Al "B" C"]\n\n${moves}\n\n`)],
    [
      'comments before the tags',
      'a.pgn',
      `;; <part 1>\n% made by hand\n\n${file((moves, at) => `${tags(at)}\n${moves}\n\n; next\n`)}`,
    ],
    [
      'a comment in braces before the tags',
      'a.pgn',
      `{A collection\n\nof games}\n\n${file((moves, at) => `${tags(at)}\n${moves}\n\n`)}`,
    ],
    ['a heading', 'a.pgn', `My games\n\n${file((moves, at) => `${tags(at)}\n${moves}\n\n`)}`],
    ['no blank lines', 'a.pgn', file((moves, at) => `${tags(at)}${moves}\n`)],
    ['many blank lines', 'a.pgn', file((moves, at) => `\n\n${tags(at)}\n\n\n${moves}\n\n\n`)],
    ['no tags', 'a.pgn', file((moves) => `${moves}\n\n`)],
    ['no tags and no blank lines', 'a.pgn', file((moves) => `${moves}\n`)],
    ['several games a line', 'a.pgn', file((moves) => `${moves} `)],
    ['moves behind the tags', 'a.pgn', file((moves, at) => `[Event "${at}"] ${moves}\n\n`)],
    ['Windows line ends', 'a.pgn', file((moves, at) => `${tags(at)}\n${moves}\n\n`).replaceAll('\n', '\r\n')],
    ['a byte order mark', 'a.pgn', `\ufeff${file((moves, at) => `${tags(at)}\n${moves}\n\n`)}`],
    ['moves over lines', 'a.pgn', file((moves, at) => `${tags(at)}\n${moves.replaceAll(' ', '\n')}\n\n`)],
    [
      'escaped lines',
      'a.pgn',
      file((moves, at) => `${tags(at)}%eval 12\n\n${moves.replace(' 2.', '\n%x e4\n2.')}\n\n`),
    ],
    ['no name that says so', 'games.txt', file((moves, at) => `${tags(at)}\n${moves}\n\n`)],
    ['no name and no tags', 'games', file((moves) => `${moves}\n\n`)],
  ])('%s', async (_, name, content) => {
    const reading = await readingOf(name, content);
    expect(reading).toMatchObject({ format: 'pgn', documents: games, entities });
  });

  it('comments, variations and marks stay in the text, and are no part of the opening', async () => {
    const annotated = [
      '{Best by test (e4!) [%cal Ge2e4]} 1. e4! $1 {[%clk 0:01:00]} 1... e5 (1... c5 2. c3 (2. f4?! d5) 2... Nf6) 2. Nf3?! Nc6 3.Bb5 a6 1/2-1/2 {Agreed 1-0}',
      '1.d4 d5 2.c4 e6 {A comment with\n\n[Event "of a line like a tag"]\n; or so} 3.Nc3 Nf6 ; the rest 1. a4 *\n4. Bg5 *',
      '1. c4 $14 e5 2. Nc3 Nf6 3. g3 d5 ( 3... g6 4. Bg2 ) 4. cxd5+ 0-1',
    ];
    const {
      documents,
      entities: found,
      doubts,
    } = await readingOf('a.pgn', annotated.map((moves, at) => `${tags(at)}\n${moves}\n\n`).join(''));
    expect(found).toEqual(entities);
    expect(documents).toEqual([
      annotated[0],
      '1.d4 d5 2.c4 e6 {A comment with [Event "of a line like a tag"] ; or so} 3.Nc3 Nf6 ; the rest 1. a4 *\n4. Bg5 *',
      annotated[2],
    ]);
    expect(doubts).toEqual([]);
  });

  it('a comment that is never closed ends where the tags of the next game begin', async () => {
    const content = `${tags(0)}\n1. e4 {Good\n\n${tags(1)}\n1. d4 d5 *\n`;
    expect((await readingOf('a.pgn', content)).documents).toEqual(['1. e4 {Good', '1. d4 d5 *']);
  });

  it('a position that was set up is part of what a game is about', async () => {
    const fens = ['8/8/8/8/8/4k3/4p3/4K3 w - - 0 1', 'bnrbnkrq/pppppppp/8/8/8/8/PPPPPPPP/BNRBNKRQ w KQkq - 0 1'];
    const content = fens.map((fen) => `[Variant "Chess960"]\n[SetUp "1"]\n[FEN "${fen}"]\n\n1. e4 e5 *\n\n`).join('');
    const { documents, entities: found } = await readingOf('a.pgn', content);
    expect(documents).toEqual(['1. e4 e5 *', '1. e4 e5 *']);
    expect(found).toEqual(fens.map((fen) => `${fen} e4 e5`));
  });

  it.each([
    ['castling, promotion, check', '1. O-O-O+ bxa1=Q# 2. R1xd5+ 0-0 *', 'O-O-O+ bxa1=Q# R1xd5+ 0-0'],
    ['long algebraic', '1. e2-e4 e7e5 2. Ng1-f3 *', 'e2-e4 e7e5 Ng1-f3'],
    ['letters of another language', '1. e4 e5 2. Sf3 Sc6 3. Lb5 *', 'e4 e5 Sf3 Sc6 Lb5'],
    ['figurines', '1. e4 e5 2. ♘f3 ♞c6 *', 'e4 e5 ♘f3 ♞c6'],
    ['a game that was only begun', '*', undefined],
  ])('%s', async (_, moves, entity) => {
    const { documents, entities: found } = await readingOf('a.pgn', `${tags(0)}\n${moves}\n\n${tags(1)}\n1. e4 *\n`);
    expect(documents).toEqual([moves, '1. e4 *']);
    expect(found).toEqual([entity, 'e4']);
  });

  it('lines that hold no moves are told', async () => {
    const { documents, doubts } = await readingOf('a.pgn', `My games of 2020\n\n${tags(0)}\n1. e4 e5 *\n\nThe end\n`);
    expect(documents).toEqual(['1. e4 e5 *']);
    expect(doubts).toMatchObject([{ kind: 'unlike-format', count: 2, of: 3, line: 1, excerpt: 'My games of 2020' }]);
    expect(doubts[0]!.lines).toHaveLength(2);
  });

  it.each([
    [
      'a book on chess',
      'a.txt',
      'White plays 1. e4 and Black answers e5.\nThen Nf3 attacks the pawn, and Nc6 defends it.\n\n',
    ],
    [
      'a book on chess with lines of moves',
      'a.txt',
      '1. e4 e5 2. Nf3 Nc6\n\nNow White has a choice of three moves.\nThe best is Bb5.\n\n',
    ],
    ['a configuration file', 'config', '[remote "origin"]\n\turl = x\n[branch "main"]\n\tremote = origin\n'],
    ['prose under a name that says PGN', 'a.pgn', 'This is a letter.\nIt has no moves in it.\n\n'],
  ])('%s is none', async (_, name, content) => {
    expect(['lines', 'paragraphs', 'line-groups']).toContain((await readingOf(name, content.repeat(20))).format);
  });

  it.each([
    ['leading-comment.pgn', 30, 3],
    ['trailing-space-tags.pgn', 30, 3],
    ['no-tags.pgn', 30, 3],
    ['plain.pgn', 30, 3],
    ['min-bracket.pgn', 2, 2],
  ])('%s: %d games of %d openings', async (name, count, kinds) => {
    const { format, documents, entities: found } = await readingOf(name, fixture(`pgn/${name}`));
    expect([format, documents.length, new Set(found).size]).toEqual(['pgn', count, kinds]);
    expect(documents.every((document) => !document.startsWith('['))).toBe(true);
  });
});
