// The table of the training step's benchmark: paired ratios, losses held to ours, and failures that keep their reason.
import { describe, expect, it } from 'vitest';
import { resultRow, spreadOf, tableOf } from '../../bench/trainStep/table';
import type { Turns } from '../../bench/trainStep/turns';

const turns = (name: string, milliseconds: readonly number[], losses: readonly number[]): Turns => ({
  name,
  about: { product: `${name} 1.0`, backend: 'wasm', threads: 2 },
  steps: milliseconds.map((each, step) => ({ milliseconds: each, loss: losses[step]! })),
});
const ours = turns('ours', [900, 10, 20, 40], [4, 3, 2, 1]);

describe('a row of the benchmark', () => {
  it('spreads values from least to most', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ minimum: 1, median: 2, maximum: 3 });
    expect(spreadOf([])).toBeUndefined();
  });

  it('pairs each step with ours of the same round and leaves the first out', () => {
    const row = resultRow(turns('peer', [5000, 30, 40, 20], [4, 3, 2, 1.001]), ours);
    expect(row.milliseconds).toEqual({ minimum: 20, median: 30, maximum: 40 });
    expect(row.ratio).toEqual({ minimum: 0.5, median: 2, maximum: 3 });
    expect(row.result).toBe('measured');
    expect(tableOf([row])[1]).toEqual([
      'peer',
      '20',
      '30',
      '40',
      expect.any(String),
      '2.00 (0.50 to 3.00)',
      '1.0e-3',
      '2',
      'peer 1.0, wasm',
    ]);
  });

  it.each([[[4, 3, 2, 1.1]], [[4, NaN, 2, 1]]])('has no result where losses are not ours: %j', (losses) => {
    const row = resultRow(turns('peer', [1, 1, 1, 1], losses), ours);
    expect(row.result).toBe('losses differ');
    expect(tableOf([row])[1]![6]).toMatch(/: no result$/);
  });

  it('shows why it failed instead of a time', () => {
    const row = resultRow({ ...turns('peer', [1, 1], [4, 3]), failure: 'Error: no kernel Gather' }, ours);
    expect(row.result).toBe('failed');
    expect(tableOf([row])[1]).toEqual(['peer', '-', '-', '-', '-', '-', '-', '2', 'Error: no kernel Gather']);
  });

  it('has times and no ratio where ours failed', () => {
    const row = resultRow(turns('peer', [1, 7], [4, 3]), { name: 'ours', steps: [], failure: 'Error: no adapter' });
    expect(row).toMatchObject({ result: 'measured', milliseconds: { median: 7 } });
    expect(row.ratio).toBeUndefined();
  });
});
