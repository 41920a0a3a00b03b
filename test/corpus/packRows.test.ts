// Rows hold every document once, in order, with targets that never cross from one document to the next.
import fc from '../support/properties';
import { describe, expect, it } from 'vitest';
import { emptyRow, packedLength, packInOrder } from '../../src/corpus/index';
import { ignoredTarget } from '../../src/engine/index';

const START = 900;
const END = 901;
const ends = { startId: START, endId: END };

describe('packInOrder', () => {
  it('gives every document once, between its start and end tokens, and fills the last row', () => {
    const documents = [[1, 2, 3], [4, 5], [], [6]];
    const rows = [...packInOrder(documents, { rowLength: 5, ...ends })];
    expect(rows.map(({ ids }) => [...ids])).toEqual([
      [START, 1, 2, 3, END],
      [START, 4, 5, END, START],
      [6, END, 0, 0, 0],
    ]);
    expect(rows.map(({ documentLengths }) => documentLengths)).toEqual([[5], [4, 1], [2, 3]]);
  });

  it('predicts within a document only, cuts documents at the ends of rows, and takes as many tokens as it says', () => {
    const anyDocuments = fc.array(fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 30 }), { maxLength: 8 });
    fc.assert(
      fc.property(anyDocuments, fc.integer({ min: 2, max: 16 }), fc.boolean(), (documents, rowLength, withEnds) => {
        const frame = withEnds ? ends : { startId: null, endId: null };
        const rows = [...packInOrder(documents, { rowLength, ...frame })];
        const tokens = documents.reduce((sum, document) => sum + packedLength(document, frame), 0);
        expect(rows).toHaveLength(Math.ceil(tokens / rowLength));
        const stream = rows.flatMap((row) => Array.from(row.ids));
        rows.forEach((row, index) => {
          let end = 0;
          for (const length of row.documentLengths) {
            expect(length).toBeGreaterThan(0);
            end += length;
            for (let at = end - length; at < end; at++) {
              const place = index * rowLength + at;
              const next = place + 1 < tokens ? stream[place + 1] : ignoredTarget;
              if (at + 1 < end && place < tokens) expect(row.targets[at]).toBe(next);
              else expect([next, ignoredTarget]).toContain(row.targets[at]);
              if (row.ids[at] === END) expect(row.targets[at]).toBe(ignoredTarget);
            }
          }
          expect(end).toBe(rowLength);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('fills a batch up with rows that predict nothing', () => {
    const { targets, documentLengths } = emptyRow(4);
    expect([...targets]).toEqual(Array(4).fill(ignoredTarget));
    expect(documentLengths).toEqual([4]);
  });
});
