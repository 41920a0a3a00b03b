/** What a start for new rows is, and means of old rows to make one of. Sums in f64, rows in f32. */
import { LabError } from '../../error';

export type VocabularySide = 'input' | 'output';

export interface NewTokenPieces {
  readonly id: number;
  /** The token's text in the old tokenizer's ids, in order; none for a character that it dropped. */
  readonly pieces: readonly number[];
}

export interface StartRequest {
  readonly newTokens: readonly NewTokenPieces[];
  /** Ids below this have rows that were trained; new ids start here. */
  readonly oldIds: number;
  /** Rows of one matrix by id, f32 [ids.length, hiddenSize]. `output` is asked for only when untied. */
  readonly readRows: (side: VocabularySide, ids: readonly number[]) => Promise<Float32Array> | Float32Array;
  /** UTF-8 bytes of an old token. */
  readonly pieceLength: (id: number) => number;
  readonly hiddenSize: number;
  /** Standard deviation of `random`: `initializer_range` of config.json. */
  readonly initializerRange: number;
  readonly seed: number;
}

/** Rows of one side, f32 [newTokens, hiddenSize], in the order of `newTokens`. */
export type Start = (request: StartRequest, side: VocabularySide) => Promise<Float32Array> | Float32Array;

/** f32 [newTokens, hiddenSize] */
export function zeros({ newTokens, hiddenSize }: StartRequest): Float32Array {
  return new Float32Array(newTokens.length * hiddenSize);
}

/** Rows read at once: 512 rows of 4,096 floats are 8 MiB. */
const ROWS_AT_ONCE = 512;

/**
 * Of each new token the weighted mean of its pieces' rows; of one without pieces the mean of all old rows.
 * @param weigh a weight of each piece, of any sum above zero; pieces of weight zero are not read.
 */
export async function meanOfPieces(
  request: StartRequest,
  side: VocabularySide,
  weigh: (pieces: readonly number[]) => readonly number[],
): Promise<Float32Array> {
  const { newTokens, hiddenSize } = request;
  const rows = new Float32Array(newTokens.length * hiddenSize);
  const sum = new Float64Array(hiddenSize);
  const ofNone = newTokens.some(({ pieces }) => pieces.length === 0) ? await meanOfAllRows(request, side) : null;
  for (let from = 0; from < newTokens.length; from += ROWS_AT_ONCE) {
    const some = newTokens.slice(from, from + ROWS_AT_ONCE).map(({ pieces }) => {
      const weights = weigh(pieces);
      return pieces.map((piece, at) => ({ piece, weight: weights[at]! })).filter(({ weight }) => weight > 0);
    });
    const ids = [...new Set(some.flatMap((weighed) => weighed.map(({ piece }) => piece)))].sort((a, b) => a - b);
    const place = new Map(ids.map((id, index) => [id, index]));
    const read = await rowsOf(request, side, ids);
    some.forEach((weighed, index) => {
      if (weighed.length === 0) return rows.set(ofNone!, (from + index) * hiddenSize);
      sum.fill(0);
      let total = 0;
      for (const { piece, weight } of weighed) {
        const start = place.get(piece)! * hiddenSize;
        for (let i = 0; i < hiddenSize; i++) sum[i]! += weight * read[start + i]!;
        total += weight;
      }
      for (let i = 0; i < hiddenSize; i++) rows[(from + index) * hiddenSize + i] = sum[i]! / total;
    });
  }
  return rows;
}

/** f32 [hiddenSize]: the mean of all rows that old ids address. */
export async function meanOfAllRows(request: StartRequest, side: VocabularySide): Promise<Float32Array> {
  const { oldIds, hiddenSize } = request;
  const sum = new Float64Array(hiddenSize);
  for await (const read of oldRows(request, side)) {
    for (let i = 0; i < read.length; i++) sum[i % hiddenSize]! += read[i]!;
  }
  return Float32Array.from(sum, (total) => total / oldIds);
}

/** Every row that an old id addresses, some at a time: f32 [some, hiddenSize]. */
export async function* oldRows(request: StartRequest, side: VocabularySide): AsyncGenerator<Float32Array> {
  const { oldIds } = request;
  for (let first = 0; first < oldIds; first += ROWS_AT_ONCE) {
    const ids = Array.from({ length: Math.min(ROWS_AT_ONCE, oldIds - first) }, (_, index) => first + index);
    yield await rowsOf(request, side, ids);
  }
}

/** f32 [ids.length, hiddenSize] */
export async function rowsOf(
  { readRows, hiddenSize }: StartRequest,
  side: VocabularySide,
  ids: readonly number[],
): Promise<Float32Array> {
  return checked(await readRows(side, ids), ids.length * hiddenSize, side);
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
