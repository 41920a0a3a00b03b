/** The records of many arms and seeds for other programs: JSON lines with everything, CSV with the curves. */
import { runRows, runSeries, type RecordedRun } from './runRows';

/** Every record as it stands in run.jsonl, its arm and seed in front; a line each. */
export function runsAsJsonLines(runs: readonly RecordedRun[]): string {
  return runs
    .flatMap(({ arm, seed, records }) => records.map((record) => `${JSON.stringify({ arm, seed, ...record })}\n`))
    .join('');
}

/**
 * RFC 4180, UTF-8: a header, CRLF, quotes only where they are needed. One wide table and not one of steps and one of
 * evaluations: an evaluation belongs to one step, so nothing is repeated, and whoever draws bits per byte over the bytes read
 * need not join two files. A cell is empty where a step has no such value; the row of step 0 holds the evaluation before the first.
 * Losses are nats per token.
 */
export function runsAsCsv(runs: readonly RecordedRun[]): string {
  const header = ['arm', 'seed', 'step', ...runSeries.map(({ column }) => column)];
  const rows = runs.flatMap(({ arm, seed, records }) =>
    runRows(records).map((row) => [arm, seed, row.step, ...runSeries.map(({ value }) => value(row))]),
  );
  return [header, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(value: string | number | null | undefined): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
