/**
 * How new rows start. Input and output side are computed apart, each from its own matrix: a head row made from input
 * rows would be wrong wherever the two are untied. Pieces are ids of the old tokenizer, so every row comes from rows the
 * model was trained with; padding rows past the old ids never take part. A character that the old tokenizer dropped has
 * no pieces, and starts as the mean of all old rows. Sums in f64, rows in f32.
 */
import { LabError } from '../error';
import { NormalGenerator } from './random';

export type VocabularySide = 'input' | 'output';

export interface NewTokenPieces {
  readonly id: number;
  /** The token's text in the old tokenizer's ids, in order; none for a character that it dropped. */
  readonly pieces: readonly number[];
}

export interface InitialRowsRequest {
  /** One method for both sides, or one for each. */
  readonly init: InitMethod | Readonly<Record<VocabularySide, InitMethod>>;
  readonly newTokens: readonly NewTokenPieces[];
  /** Ids below this have rows that were trained; new ids start here. */
  readonly oldIds: number;
  /** Rows of one matrix by id, f32 [ids.length, hiddenSize]. `output` is asked for only when untied. */
  readonly readRows: (side: VocabularySide, ids: readonly number[]) => Promise<Float32Array> | Float32Array;
  readonly hiddenSize: number;
  /** Tied models have one matrix: only the input side is made. */
  readonly tied: boolean;
  /** Standard deviation of `random`: `initializer_range` of config.json. */
  readonly initializerRange: number;
  readonly seed: number;
}

export interface InitialRows {
  /** f32 [newTokens, hiddenSize], in the order of `newTokens`. */
  readonly input: Float32Array;
  /** The same for an untied head. */
  readonly output?: Float32Array;
}

type RowsOf = (request: InitialRowsRequest, side: VocabularySide) => Promise<Float32Array> | Float32Array;

/** Each a row of its own; a new one is an entry here, and what the page calls it. */
const initialisations = {
  'subword-mean': (request, side) => meanOfPieces(request, side, (pieces) => pieces),
  async 'global-mean'(request, side) {
    const rows = zeros(request);
    const mean = await globalMean(request, side);
    for (let at = 0; at < rows.length; at += mean.length) rows.set(mean, at);
    return rows;
  },
  random(request, side) {
    const { newTokens, hiddenSize, initializerRange, seed } = request;
    const rows = zeros(request);
    newTokens.forEach(({ id }, index) => {
      const normal = new NormalGenerator(seed, side === 'input' ? 0 : 1, id);
      for (let i = 0; i < hiddenSize; i++) rows[index * hiddenSize + i] = initializerRange * normal.next();
    });
    return rows;
  },
  'first-subword': (request, side) => meanOfPieces(request, side, (pieces) => pieces.slice(0, 1)),
  zero: zeros,
} satisfies Record<string, RowsOf>;

export type InitMethod = keyof typeof initialisations;
export const initMethods = Object.keys(initialisations) as readonly InitMethod[];
export const defaultInit: InitMethod = 'subword-mean';

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
  const methods = typeof init === 'string' ? { input: init, output: init } : init;
  const input = await initialisations[methods.input](request, 'input');
  return tied ? { input } : { input, output: await initialisations[methods.output](request, 'output') };
}

function zeros({ newTokens, hiddenSize }: InitialRowsRequest): Float32Array {
  return new Float32Array(newTokens.length * hiddenSize);
}

/** Rows read at once: 512 rows of 4,096 floats are 8 MiB. */
const ROWS_AT_ONCE = 512;

async function meanOfPieces(
  request: InitialRowsRequest,
  side: VocabularySide,
  choose: (pieces: readonly number[]) => readonly number[],
): Promise<Float32Array> {
  const { newTokens, readRows, hiddenSize } = request;
  const rows = new Float32Array(newTokens.length * hiddenSize);
  const sum = new Float64Array(hiddenSize);
  const ofNone = newTokens.some(({ pieces }) => pieces.length === 0) ? await globalMean(request, side) : null;
  for (let from = 0; from < newTokens.length; from += ROWS_AT_ONCE) {
    const some = newTokens.slice(from, from + ROWS_AT_ONCE).map(({ pieces }) => choose(pieces));
    const ids = [...new Set(some.flat())].sort((a, b) => a - b);
    const place = new Map(ids.map((id, index) => [id, index]));
    const read = checked(await readRows(side, ids), ids.length * hiddenSize, side);
    some.forEach((pieces, index) => {
      if (pieces.length === 0) return rows.set(ofNone!, (from + index) * hiddenSize);
      sum.fill(0);
      for (const piece of pieces) {
        const start = place.get(piece)! * hiddenSize;
        for (let i = 0; i < hiddenSize; i++) sum[i]! += read[start + i]!;
      }
      for (let i = 0; i < hiddenSize; i++) rows[(from + index) * hiddenSize + i] = sum[i]! / pieces.length;
    });
  }
  return rows;
}

/** f32 [hiddenSize]: the mean of all rows that old ids address. */
async function globalMean(
  { oldIds, readRows, hiddenSize }: InitialRowsRequest,
  side: VocabularySide,
): Promise<Float32Array> {
  const sum = new Float64Array(hiddenSize);
  for (let first = 0; first < oldIds; first += ROWS_AT_ONCE) {
    const ids = Array.from({ length: Math.min(ROWS_AT_ONCE, oldIds - first) }, (_, index) => first + index);
    const read = checked(await readRows(side, ids), ids.length * hiddenSize, side);
    for (let i = 0; i < read.length; i++) sum[i % hiddenSize]! += read[i]!;
  }
  return Float32Array.from(sum, (total) => total / oldIds);
}

function checked(rows: Float32Array, expected: number, side: VocabularySide): Float32Array {
  if (rows.length === expected) return rows;
  throw new LabError(
    'graft/rows-read',
    `Reading ${side} rows gave ${rows.length} values; ${expected} were asked for.`,
    'This is a defect of Tokengraft; please report it with the steps that led here.',
    { side, expected, found: rows.length },
  );
}
