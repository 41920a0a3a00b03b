/** The mean of its pieces' rows, each as heavy as it has UTF-8 bytes: a long piece says more of the token than a letter. */
import { meanOfPieces, type Start } from './start';

export const lengthWeightedMean: Start = (request, side) =>
  meanOfPieces(request, side, (pieces) => pieces.map((piece) => Math.max(1, request.pieceLength(piece))));
