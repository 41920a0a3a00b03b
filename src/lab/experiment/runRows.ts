/**
 * What runs recorded, as rows and as named series: one row a step, with what an evaluation found after it. One table of series
 * gives the columns of the CSV file and the tags of the TensorBoard files, so that they cannot differ.
 */
import type { EvaluationRecord, RunRecord, StepRecord } from '../training/records';

/** One arm with one seed, as far as it was run. */
export interface RecordedRun {
  readonly arm: string;
  readonly seed: number;
  readonly records: readonly RunRecord[];
  /** When it began, milliseconds since 1970; absent: 0, so that its wall times are durations. */
  readonly startedAt?: number;
}

export interface RunRow {
  readonly step: number;
  /** UTF-8 bytes and tokens of training text read up to here. */
  readonly bytesRead: number;
  readonly tokensRead: number;
  /** Spent on steps and evaluations up to here. */
  readonly milliseconds: number;
  /** Absent in the row before the first step. */
  readonly trained?: StepRecord;
  readonly evaluated?: EvaluationRecord;
}

/** Ascending by step. A run that went on from an earlier checkpoint recorded some steps twice: the later one holds. */
export function runRows(records: readonly RunRecord[]): RunRow[] {
  const found = new Map<number, { trained?: StepRecord; evaluated?: EvaluationRecord }>();
  const at = (step: number) => found.get(step) ?? found.set(step, {}).get(step)!;
  for (const record of records) {
    if (record.type === 'step') at(record.step).trained = record;
    if (record.type === 'evaluation') at(record.step).evaluated = record;
  }
  let [bytesRead, tokensRead, milliseconds] = [0, 0, 0];
  return [...found]
    .sort(([first], [second]) => first - second)
    .map(([step, { trained, evaluated }]) => {
      bytesRead += trained?.bytes ?? 0;
      tokensRead += trained?.tokens ?? 0;
      milliseconds += (trained?.milliseconds ?? 0) + (evaluated?.milliseconds ?? 0);
      return {
        step,
        bytesRead,
        tokensRead,
        milliseconds,
        ...(trained ? { trained } : {}),
        ...(evaluated ? { evaluated } : {}),
      };
    });
}

export interface RunSeries {
  /** The column's name in CSV. */
  readonly column: string;
  /** TensorBoard's tag; what stands before the slash is a group of charts. */
  readonly tag: string;
  /** Undefined or null where the row has no such value. */
  readonly value: (row: RunRow) => number | null | undefined;
}

export const runSeries: readonly RunSeries[] = [
  { column: 'bytesRead', tag: 'text/bytesRead', value: (row) => row.bytesRead },
  { column: 'tokensRead', tag: 'text/tokensRead', value: (row) => row.tokensRead },
  { column: 'milliseconds', tag: 'time/milliseconds', value: (row) => row.milliseconds },
  { column: 'heldOutBitsPerByte', tag: 'heldOut/bitsPerByte', value: ({ evaluated }) => evaluated?.bitsPerByte },
  {
    column: 'heldOutLostBytes',
    tag: 'heldOut/lostBytes',
    value: ({ evaluated }) => evaluated && (evaluated.lostBytes ?? 0),
  },
  { column: 'loss', tag: 'train/loss', value: ({ trained }) => trained?.loss },
  { column: 'newTokenLoss', tag: 'train/newTokenLoss', value: ({ trained }) => trained?.newTokenLoss },
  { column: 'oldTokenLoss', tag: 'train/oldTokenLoss', value: ({ trained }) => trained?.oldTokenLoss },
  { column: 'afterNewTokenLoss', tag: 'train/afterNewTokenLoss', value: ({ trained }) => trained?.afterNewTokenLoss },
  { column: 'learningRate', tag: 'train/learningRate', value: ({ trained }) => trained?.learningRate },
  { column: 'gradientNorm', tag: 'train/gradientNorm', value: ({ trained }) => trained?.gradientNorm },
];
