/** The mean of its pieces' rows. */
import { meanOfPieces, type Start } from './start';

export const subwordMean: Start = (request, side) => meanOfPieces(request, side, (pieces) => pieces.map(() => 1));
