// Rows hold every document once an epoch, in order, with targets that never cross from one document to the next.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PackedRow, packRows, type PackOptions } from '../../src/corpus/index';
import { ignoredTarget } from '../../src/engine/index';

const START = 900;
const END = 901;

function firstRows(documents: readonly number[][], options: PackOptions, count: number): PackedRow[] {
  const rows: PackedRow[] = [];
  for (const row of packRows(documents, options)) {
    rows.push(row);
    if (rows.length === count) break;
  }
  return rows;
}

describe('packRows', () => {
  const documents = [[1, 2, 3], [4, 5], [6], [7, 8, 9, 10, 11, 12, 13]];
  const options = { rowLength: 5, startId: START, endId: END, seed: 3 };
  const epochTokens = 13 + 2 * documents.length;

  it('gives every document once an epoch, between its start and end tokens', () => {
    const stream = firstRows(documents, options, 2 * epochTokens).flatMap((row) => Array.from(row.ids));
    for (let epoch = 0; epoch < 2; epoch++) {
      const text = stream.slice(epoch * epochTokens, (epoch + 1) * epochTokens).join(' ');
      const found = text
        .split(` ${END}`)
        .map((part) => part.trim())
        .filter(Boolean);
      expect(found.toSorted()).toEqual(documents.map((ids) => [START, ...ids].join(' ')).toSorted());
    }
  });

  it('orders documents by seed and epoch, the same each time', () => {
    const ids = (seed: number): number[] =>
      firstRows(documents, { ...options, seed }, 40).flatMap((row) => Array.from(row.ids));
    expect(ids(3)).toEqual(ids(3));
    expect(ids(3)).not.toEqual(ids(4));
    expect(ids(3).slice(0, epochTokens)).not.toEqual(ids(3).slice(epochTokens, 2 * epochTokens));
  });

  it('predicts within a document only, and cuts documents at the ends of rows', () => {
    const anyDocuments = fc.array(fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 30 }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(anyDocuments, fc.integer({ min: 2, max: 16 }), fc.boolean(), (texts, rowLength, withEnds) => {
        const ends = withEnds ? { startId: START, endId: END } : { startId: null, endId: null };
        const rows = firstRows(texts, { rowLength, seed: 1, ...ends }, 20);
        const stream = rows.flatMap((row) => Array.from(row.ids));
        rows.forEach((row, index) => {
          let end = 0;
          for (const length of row.documentLengths) {
            expect(length).toBeGreaterThan(0);
            end += length;
            for (let at = end - length; at < end; at++) {
              const next = stream[index * rowLength + at + 1];
              if (at + 1 < end) expect(row.targets[at]).toBe(next);
              else if (next !== undefined) expect([next, ignoredTarget]).toContain(row.targets[at]);
              if (row.ids[at] === END) expect(row.targets[at]).toBe(ignoredTarget);
            }
          }
          expect(end).toBe(rowLength);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('refuses what can never fill a row', () => {
    expect(() => packRows([[]], options).next()).toThrow(RangeError);
    expect(() => packRows(documents, { ...options, rowLength: 1 }).next()).toThrow(RangeError);
  });
});
