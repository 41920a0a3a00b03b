/**
 * What the rows of new tokens look like beside the old ones: their norm, and whether they look under-trained by the indicators of Land
 * and Bartolo ("Fishing for Magikarp", 2024): an input row that is short (weight decay shrinks what is never read; untied models
 * only), an output row that lies near the mean of all rows (where what is never right drifts to). "Short" and "near" are what the
 * lowest two percent of the old rows are, as in the paper.
 */
import { cosine, eachRow, norm, type VocabularyRows } from './rows';
import { median } from './exposuresNeeded';

export const indicators = ['short-input-row', 'output-row-near-mean'] as const;
export type Indicator = (typeof indicators)[number];

/** Share of the old rows that look under-trained by definition. */
const lowest = 0.02;

export interface RowFigures {
  /** Norm over the median norm of the old rows; `output` of untied models. */
  readonly norm: { readonly input: number; readonly output?: number };
  readonly indicators: readonly Indicator[];
}

interface SideFigures {
  readonly relativeNorm: ReadonlyMap<number, number>;
  readonly isShort: (id: number) => boolean;
  readonly isNearMean: (id: number) => boolean;
}

/**
 * By id, of the new tokens.
 * @param sides `output` absent: the matrix is tied.
 * @param isOld whether an id has a token that was there before.
 */
export async function rowFigures(
  sides: { readonly input: VocabularyRows; readonly output?: VocabularyRows },
  newIds: readonly number[],
  isOld: (id: number) => boolean,
): Promise<Map<number, RowFigures>> {
  const input = await sideFigures(sides.input, newIds, isOld);
  const output = sides.output ? await sideFigures(sides.output, newIds, isOld) : undefined;
  return new Map(
    newIds.map((id): [number, RowFigures] => {
      const found: Record<Indicator, boolean> = {
        'short-input-row': output !== undefined && input.isShort(id),
        'output-row-near-mean': (output ?? input).isNearMean(id),
      };
      const inputNorm = input.relativeNorm.get(id)!;
      return [
        id,
        {
          norm: output ? { input: inputNorm, output: output.relativeNorm.get(id)! } : { input: inputNorm },
          indicators: indicators.filter((indicator) => found[indicator]),
        },
      ];
    }),
  );
}

async function sideFigures(
  rows: VocabularyRows,
  newIds: readonly number[],
  isOld: (id: number) => boolean,
): Promise<SideFigures> {
  const wanted = new Set(newIds);
  const mean = new Float64Array(rows.hiddenSize);
  const [oldNorms, newNorms] = [[] as number[], new Map<number, number>()];
  for await (const { id, row } of eachRow(rows)) {
    if (wanted.has(id)) newNorms.set(id, norm(row));
    else if (isOld(id)) {
      oldNorms.push(norm(row));
      for (let i = 0; i < row.length; i++) mean[i]! += row[i]!;
    }
  }
  const [oldDistances, newDistances] = [[] as number[], new Map<number, number>()];
  for await (const { id, row } of eachRow(rows)) {
    if (wanted.has(id)) newDistances.set(id, 1 - cosine(row, mean));
    else if (isOld(id)) oldDistances.push(1 - cosine(row, mean));
  }
  const middle = median(oldNorms) ?? 0;
  const [short, near] = [quantile(oldNorms, lowest), quantile(oldDistances, lowest)];
  return {
    relativeNorm: new Map([...newNorms].map(([id, value]) => [id, middle === 0 ? 0 : value / middle])),
    isShort: (id) => newNorms.get(id)! < short,
    isNearMean: (id) => newDistances.get(id)! < near,
  };
}

/** The value that so many of them lie below; -Infinity of none. */
function quantile(values: readonly number[], below: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor(below * (sorted.length - 1))] ?? -Infinity;
}
