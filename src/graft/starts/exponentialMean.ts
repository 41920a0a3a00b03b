/**
 * The mean of its pieces' rows with weights e^(2i): on the input side the last piece weighs most, since the next token goes on
 * from it; on the output side the first, since it decides what is written (AdaptiVocab, Nakash et al. 2025, section 3.3). A tied
 * model has the input side alone.
 */
import { meanOfPieces, type Start } from './start';

export const exponentialMean: Start = (request, side) =>
  meanOfPieces(request, side, (pieces) =>
    // From the heaviest down: e^(2i) of a long token would overflow.
    pieces.map((_, at) => Math.exp(-2 * (side === 'input' ? pieces.length - 1 - at : at))),
  );
