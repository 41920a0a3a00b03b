/** The row of its first piece. */
import { meanOfPieces, type Start } from './start';

export const firstSubword: Start = (request, side) => meanOfPieces(request, side, (pieces) => pieces.slice(0, 1));
