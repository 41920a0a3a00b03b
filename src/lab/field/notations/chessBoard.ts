/** A position (Forsyth-Edwards notation) as an SVG board, White below; pieces are the characters of Unicode, so that no font is loaded. */
const side = 20;
const glyphs: Readonly<Record<string, string>> = { k: '♚', q: '♛', r: '♜', b: '♝', n: '♞', p: '♟' };

export function drawBoard(fen: string): string {
  const rows = fen.split(' ')[0]!.split('/');
  const squares: string[] = [];
  for (const [rank, row] of rows.entries()) {
    const pieces = [...row].flatMap((each) => (/\d/u.test(each) ? Array<string>(Number(each)).fill('') : [each]));
    for (const [file, piece] of pieces.entries()) {
      const fill = (rank + file) % 2 === 0 ? '#eef1f2' : '#a9b8be';
      squares.push(`<rect x="${file * side}" y="${rank * side}" width="${side}" height="${side}" fill="${fill}"/>`);
      const glyph = glyphs[piece.toLowerCase()];
      if (!glyph) continue;
      const isWhite = piece !== piece.toLowerCase();
      const paint = isWhite ? 'fill="#fff" stroke="#12181a" stroke-width="0.6"' : 'fill="#12181a"';
      // U+FE0E: as text, never as a coloured emoji.
      squares.push(
        `<text x="${(file + 0.5) * side}" y="${(rank + 0.8) * side}" font-size="${side * 0.85}" text-anchor="middle" ${paint}>${glyph}\uFE0E</text>`,
      );
    }
  }
  const size = 8 * side;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}">${squares.join('')}</svg>`;
}
