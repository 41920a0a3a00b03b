/** The row of its first piece. */
import { meanOfPieces, type Start } from './start';

export const firstSubword: Start = (request, side) =>
  meanOfPieces(request, side, (pieces) => pieces.map((_, at) => (at === 0 ? 1 : 0)));
