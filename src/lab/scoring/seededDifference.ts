/**
 * One arm and its control over several seeds and the same held-out documents: paired by both, with an interval that
 * holds for other seeds and other documents.
 *
 *     difference = mean over seeds of sum(arm nats - control nats) / (ln 2 x sum bytes)         [bits per byte]
 *
 * Hierarchical bootstrap: each draw takes seeds with replacement, and documents with replacement, one draw of documents
 * for both arms and all drawn seeds, because the documents are the same across seeds (drawn apart, what is hard about a
 * document would average out over seeds that never differed in it). Both levels are widened for few units (studentT.ts);
 * noise that belongs to neither level alone is counted in both, so that the interval errs towards wide.
 */
import { seededRandom } from '../../random';
import { leastDocuments, losesText, percentiles, sum, type DocumentScores, type Interval } from './bootstrap';
import { fewUnitsFactor } from './studentT';

export interface SeedScores {
  readonly seed: number;
  readonly scores: DocumentScores;
}

/** Seed by seed; or once, of an arm without training, which no seed changes. */
export type ScoresOverSeeds = readonly SeedScores[] | DocumentScores;

/** Standard deviations of the mean that one level alone gives, in bits per byte, unbiased; null where it has one unit. */
export interface Spread {
  readonly documents: number | null;
  readonly seeds: number | null;
}

export interface SeededScore {
  /** Mean over seeds. Null where text is lost, or where no seed is finished. */
  readonly bitsPerByte: number | null;
  /** 95 %; null where text is lost, and under `leastDocuments` documents. */
  readonly interval: Interval;
  /** What was drawn: with one seed (or none, of arms without training) the interval says nothing of other seeds. */
  readonly levels: 'documents' | 'documents-and-seeds';
  readonly seeds: readonly number[];
  readonly documents: number;
  readonly losesText: boolean;
  readonly spread: Spread;
}

/** `bitsPerByte` is arm - control: negative where the arm needs fewer bits. */
export interface SeededDifference extends SeededScore {
  /** Seeds that only one side has finished; they are in no number here. */
  readonly leftOut: { readonly arm: readonly number[]; readonly control: readonly number[] };
  /** Each side's mean over the paired seeds; null where that side loses text. */
  readonly armBitsPerByte: number | null;
  readonly controlBitsPerByte: number | null;
  /** (control tokens - arm tokens) / control tokens on these documents; null where either loses text. */
  readonly tokensSaved: number | null;
}

export const seededDraws = 2000;
const bootstrapSeed = 20260101;

/** Throws where the two were not scored on the same documents. */
export function seededDifference(arm: ScoresOverSeeds, control: ScoresOverSeeds): SeededDifference {
  const armSeeds = seedsOf(arm);
  const controlSeeds = seedsOf(control);
  const seeds = intersection(armSeeds, controlSeeds) ?? [];
  const pairs = armSeeds || controlSeeds ? seeds.length : 1;
  const armRows = rowsOf(arm, seeds, pairs);
  const controlRows = rowsOf(control, seeds, pairs);
  const bytes = sameDocuments([...armRows, ...controlRows]);
  const isLost = [...armRows, ...controlRows].some(losesText);
  const rows = armRows.map(({ nats }, n) => nats.map((each, d) => each - controlRows[n]!.nats[d]!));
  const tokens = (scored: readonly DocumentScores[]) => sum(scored.map((each) => sum(each.tokens)));
  return {
    ...resampled(isLost ? [] : rows, bytes),
    seeds,
    losesText: isLost,
    leftOut: {
      arm: (armSeeds ?? []).filter((seed) => !seeds.includes(seed)),
      control: (controlSeeds ?? []).filter((seed) => !seeds.includes(seed)),
    },
    armBitsPerByte: meanBits(armRows),
    controlBitsPerByte: meanBits(controlRows),
    tokensSaved:
      isLost || pairs === 0 ? null : (tokens(controlRows) - tokens(armRows)) / Math.max(1, tokens(controlRows)),
  };
}

/** One arm's bits per byte over its finished seeds, with an interval over both levels. */
export function seededScore(scores: ScoresOverSeeds): SeededScore {
  const seeds = seedsOf(scores) ?? [];
  const scored = rowsOf(scores, seeds, 1);
  const bytes = sameDocuments(scored);
  const isLost = scored.some(losesText);
  const rows = scored.map(({ nats }) => nats);
  return { ...resampled(isLost ? [] : rows, bytes), seeds, losesText: isLost };
}

/** Ascending; undefined where the scores were given once. */
function seedsOf(scores: ScoresOverSeeds): number[] | undefined {
  if ('nats' in scores) return undefined;
  const seeds = scores.map(({ seed }) => seed).sort((a, b) => a - b);
  const twice = seeds.find((seed, n) => seed === seeds[n + 1]);
  if (twice !== undefined) throw new Error(`Seed ${twice} was scored twice.`);
  return seeds;
}

/** Scores given once go with every seed of the other side. */
function intersection(some: number[] | undefined, others: number[] | undefined): number[] | undefined {
  return some && others ? some.filter((seed) => others.includes(seed)) : (some ?? others);
}

/** One for each seed; of scores given once, the same `length` times. */
function rowsOf(scores: ScoresOverSeeds, seeds: readonly number[], length: number): DocumentScores[] {
  if ('nats' in scores) return Array.from({ length }, () => scores);
  return seeds.map((seed) => scores.find((each) => each.seed === seed)!.scores);
}

function meanBits(scored: readonly DocumentScores[]): number | null {
  if (scored.length === 0 || scored.some(losesText)) return null;
  return bitsOf(sum(scored.map(({ nats }) => sum(nats))) / scored.length, sum(scored[0]!.bytes));
}

/** Bytes of each document, which all scores must share. */
function sameDocuments(scored: readonly DocumentScores[]): readonly number[] {
  const bytes = scored[0]?.bytes ?? [];
  for (const other of scored) {
    if (other.bytes.length !== bytes.length || other.bytes.some((each, d) => each !== bytes[d])) {
      throw new Error('Scores of different documents cannot be paired.');
    }
  }
  return bytes;
}

const bitsOf = (nats: number, bytes: number): number => nats / (Math.LN2 * Math.max(1, bytes));

/** @param rows nats (or differences of nats) of each document, a row a seed; none where there is nothing to say. */
function resampled(
  rows: readonly (readonly number[])[],
  bytes: readonly number[],
): Pick<SeededScore, 'bitsPerByte' | 'interval' | 'levels' | 'documents' | 'spread'> {
  const documents = bytes.length;
  const levels = rows.length > 1 ? 'documents-and-seeds' : 'documents';
  if (rows.length === 0 || documents === 0) {
    return { bitsPerByte: null, interval: null, levels, documents, spread: { documents: null, seeds: null } };
  }
  const ofSeeds = rows.map((row) => bitsOf(sum(row), sum(bytes)));
  const estimate = sum(ofSeeds) / rows.length;
  const draws = drawBoth(rows, bytes);
  const documentFactor = documents > 1 ? fewUnitsFactor(documents) : 1;
  const seedFactor = rows.length > 1 ? fewUnitsFactor(rows.length) : 0;
  const values = draws.documentsOnly.map(
    (drawn, n) => estimate + documentFactor * (drawn - estimate) + seedFactor * (draws.both[n]! - drawn),
  );
  return {
    bitsPerByte: estimate,
    interval: documents < leastDocuments ? null : percentiles(values),
    levels,
    documents,
    spread: {
      documents: documents > 1 ? standardDeviation(draws.documentsOnly) * Math.sqrt(documents / (documents - 1)) : null,
      // The bootstrap of a plain mean has a closed form: no draws needed.
      seeds: rows.length > 1 ? standardDeviation(ofSeeds) / Math.sqrt(rows.length - 1) : null,
    },
  };
}

/** Bits per byte of each draw: of all seeds on the drawn documents, and of the drawn seeds on the same. */
function drawBoth(rows: readonly (readonly number[])[], bytes: readonly number[]) {
  const random = seededRandom(bootstrapSeed);
  const documentsOnly = new Float64Array(seededDraws);
  const both = new Float64Array(seededDraws);
  const nats = new Float64Array(rows.length);
  for (let draw = 0; draw < seededDraws; draw++) {
    nats.fill(0);
    let drawnBytes = 0;
    for (let n = 0; n < bytes.length; n++) {
      const document = Math.floor(random() * bytes.length);
      drawnBytes += bytes[document]!;
      for (let seed = 0; seed < rows.length; seed++) nats[seed]! += rows[seed]![document]!;
    }
    let all = 0;
    let drawn = 0;
    for (let seed = 0; seed < rows.length; seed++) {
      all += nats[seed]!;
      drawn += nats[Math.floor(random() * rows.length)]!;
    }
    documentsOnly[draw] = bitsOf(all / rows.length, drawnBytes);
    both[draw] = bitsOf(drawn / rows.length, drawnBytes);
  }
  return { documentsOnly, both };
}

/** Of the population: divided by n. */
function standardDeviation(values: readonly number[] | Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  const mean = total / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / values.length);
}
