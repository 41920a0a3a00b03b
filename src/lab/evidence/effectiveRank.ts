/**
 * How many directions the new rows really use: exp of the entropy of their normalised singular values (Roy and Vetterli, 2007). Rows
 * that all drift the same way have an effective rank near 1, whatever their number. Singular values are the square roots of the Gram
 * matrix's eigenvalues, which ml-matrix finds; it is loaded when it is asked for.
 */
import { dot } from './rows';

export interface EffectiveRank {
  readonly rank: number;
  /** The most it could be: the rows looked at, or the hidden size. */
  readonly most: number;
  /** Rows looked at. */
  readonly rows: number;
}

/** A Gram matrix of more would take minutes. */
const mostRows = 1024;

/** @param values f32 [rows, hiddenSize]; of more than 1,024 rows as many evenly spread ones. Null where all are zero. */
export async function effectiveRank(values: Float32Array, hiddenSize: number): Promise<EffectiveRank | null> {
  const all = values.length / hiddenSize;
  const rows = Array.from({ length: Math.min(all, mostRows) }, (_, index) => {
    const row = Math.floor((index * all) / Math.min(all, mostRows));
    return values.subarray(row * hiddenSize, (row + 1) * hiddenSize);
  });
  if (rows.length === 0) return null;
  // The smaller of the two Gram matrices has the same eigenvalues.
  const vectors = rows.length <= hiddenSize ? rows : columnsOf(rows, hiddenSize);
  const gram = vectors.map((a, i) => vectors.map((b, j) => (j <= i ? dot(a, b) : 0)));
  for (const [i, row] of gram.entries()) for (let j = 0; j < i; j++) gram[j]![i] = row[j]!;
  const { EigenvalueDecomposition, Matrix } = await import('ml-matrix');
  const { realEigenvalues } = new EigenvalueDecomposition(new Matrix(gram), { assumeSymmetric: true });
  const singular = realEigenvalues.map((value) => Math.sqrt(Math.max(0, value)));
  const total = singular.reduce((sum, value) => sum + value, 0);
  if (total === 0) return null;
  const entropy = singular.reduce(
    (sum, value) => (value > 0 ? sum - (value / total) * Math.log(value / total) : sum),
    0,
  );
  return { rank: Math.exp(entropy), most: Math.min(rows.length, hiddenSize), rows: rows.length };
}

function columnsOf(rows: readonly Float32Array[], hiddenSize: number): Float64Array[] {
  return Array.from({ length: hiddenSize }, (_, column) => Float64Array.from(rows, (row) => row[column]!));
}
