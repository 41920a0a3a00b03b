/** Games in algebraic notation, played from the first position by chess.js: every move must be legal where it stands. */
import { drawBoard } from './chessBoard';
import type { Notation, SampleReading } from './notation';

/** Comments, variations and annotation glyphs are no moves. */
const aside = /\{[^}]*\}|;[^\n]*|\$\d+/gu;
const number = /^\d+\.*/u;
const result = /^(?:1-0|0-1|1\/2-1\/2|\*)$/u;

export const chess: Notation = {
  library: { name: 'chess.js', licence: 'BSD-2-Clause' },
  grammars: ['chess-moves'],
  longest: 256,
  async open() {
    const { Chess } = await import('chess.js');
    const play = (text: string, isCut: boolean): { readonly reading: SampleReading; readonly fen: string } => {
      const game = new Chess();
      const refused = (why: string) => ({ reading: { valid: false, why } as const, fen: game.fen() });
      const words = withoutVariations(text.replace(aside, ' ')).split(/\s+/u);
      // The last word may be half a move.
      if (isCut && !/\s$/u.test(text)) words.pop();
      let ended = false;
      for (const word of words) {
        const move = result.test(word) ? word : word.replace(number, '').replace(/[!?]+$/u, '');
        if (move === '') continue;
        if (ended) return refused(`“${word}” after the result`);
        if (result.test(move)) {
          ended = true;
          continue;
        }
        try {
          game.move(move, { strict: true });
        } catch {
          return refused(`move ${game.moveNumber()}: “${move}” is not legal`);
        }
      }
      const moves = game.history();
      if (moves.length === 0) return refused('no move');
      return { reading: { valid: true, canonical: moves.join(' ') }, fen: game.fen() };
    };
    return {
      parse: (text, isCut) => play(text, isCut).reading,
      draw: (text, isCut) => ({ kind: 'svg', markup: drawBoard(play(text, isCut).fen) }),
    };
  },
};

function withoutVariations(text: string): string {
  let [depth, kept] = [0, ''];
  for (const character of text) {
    if (character === '(') depth++;
    else if (character === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0) kept += character;
  }
  return kept;
}
