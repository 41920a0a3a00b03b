/**
 * How new rows start. Input and output side are computed apart, each from its own matrix: a head row made from input
 * rows would be wrong wherever the two are untied. Pieces are ids of the old tokenizer, so every row comes from rows the
 * model was trained with; padding rows past the old ids never take part. A character that the old tokenizer dropped has
 * no pieces, and starts as the mean of all old rows.
 */
import { LabError } from '../error';
import { toMedianNorm } from './medianNorm';
import { starts, type InitMethod } from './starts/index';
import type { StartRequest, VocabularySide } from './starts/start';

export { defaultInit, initMethods, type InitMethod } from './starts/index';
export type { NewTokenPieces, VocabularySide } from './starts/start';

/** A start for each side of the vocabulary. */
export interface SidedStart extends Readonly<Record<VocabularySide, InitMethod>> {
  /** Sides whose rows are scaled to the median norm of the old ones; absent: neither. */
  readonly medianNorm?: VocabularySide | 'both';
  /** Rows of the output side are moved until a new token is as likely as its pieces (the lab does it, with the model on an engine). */
  readonly logitCorrection?: boolean;
}

export interface InitialRowsRequest extends StartRequest {
  /** One method for both sides, or one for each. */
  readonly init: InitMethod | SidedStart;
  /** Tied models have one matrix: only the input side is made. */
  readonly tied: boolean;
}

export interface InitialRows {
  /** f32 [newTokens, hiddenSize], in the order of `newTokens`. */
  readonly input: Float32Array;
  /** The same for an untied head. */
  readonly output?: Float32Array;
}

/** Throws `graft/piece-not-old` when a piece is not an old id. */
export async function initialRows(request: InitialRowsRequest): Promise<InitialRows> {
  const { init, newTokens, oldIds, tied } = request;
  for (const { id, pieces } of newTokens) {
    const foreign = pieces.find((piece) => !Number.isSafeInteger(piece) || piece < 0 || piece >= oldIds);
    if (foreign !== undefined) {
      throw new LabError(
        'graft/piece-not-old',
        `New token ${id} has the piece ${foreign}; the old tokenizer's ids end at ${oldIds - 1}.`,
        'Pieces must come from the tokenizer as it was before it was extended.',
        { id, piece: foreign, oldIds },
      );
    }
  }
  const start: SidedStart = typeof init === 'string' ? { input: init, output: init } : init;
  const rowsOf = async (side: VocabularySide): Promise<Float32Array> => {
    const rows = await starts[start[side]](request, side);
    if (start.medianNorm === 'both' || start.medianNorm === side) await toMedianNorm(rows, request, side);
    return rows;
  };
  const input = await rowsOf('input');
  return tied ? { input } : { input, output: await rowsOf('output') };
}
