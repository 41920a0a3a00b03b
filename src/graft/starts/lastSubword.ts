/** The row of its last piece. */
import { meanOfPieces, type Start } from './start';

export const lastSubword: Start = (request, side) =>
  meanOfPieces(request, side, (pieces) => pieces.map((_, at) => (at === pieces.length - 1 ? 1 : 0)));
