/** One part of the benchmark: measured on a device of its own, so that one part's failure is not the next one's. */
import type { Device } from '../../src/engine/index';

/** First argument of this program as a contestant. */
export const contestant = 'contestant';
export const onnxContestant = 'onnx-contestant';

export interface Options {
  readonly gpu: GPU;
  /** Sizes for a software adapter. */
  readonly isSmall: boolean;
  /** Arguments of Node with which this program starts again; followed by `contestant` or `onnxContestant`, as one of those. */
  readonly ownProgram: readonly string[];
  /** Where jax.mjs and tensorflow.mjs lie. */
  readonly peersFolder: string;
}

export interface Measured {
  /** What goes into the JSON. */
  readonly value: unknown;
  /** What is printed; the first row is the head. */
  readonly table: readonly (readonly string[])[];
}

export interface Part {
  readonly name: string;
  /** Yields all that it has so far; what came last stays where the rest fails. `earlier` holds values by part. */
  measure(device: Device, options: Options, earlier: ReadonlyMap<string, unknown>): AsyncIterable<Measured>;
}

/** Columns as wide as their widest cell. */
export function tableText(rows: Measured['table']): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
