import fc from '../../support/properties';
import { describe, expect, it } from 'vitest';
import type { Weights } from '../../../src/engine/index';
import { copyRows, readPieces, rowWidth, writeRows } from '../../../src/lab/device/rowPieces';

const mebibyte = 2 ** 20;

describe('values by pieces of rows', () => {
  it('are every row once and in order, on whole words, however long rows are', async () => {
    const parameters = fc.record({
      rows: fc.integer({ min: 1, max: 5000 }),
      width: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: mebibyte, max: 3 * mebibyte })),
      type: fc.constantFrom('f32' as const, 'bf16' as const, 'f16' as const),
      firstRow: fc.nat(1000),
    });
    await fc.assert(
      fc.asyncProperty(parameters, async ({ rows, width, type, firstRow }) => {
        const parameter = { name: 'p', shape: [rows, width], type, firstRow };
        const elementBytes = type === 'f32' ? 4 : 2;
        let [next, written, rounded] = [firstRow, 0, 0];
        const store = {
          write: (name: string, { byteLength }: ArrayBufferView, byteOffset = 0) => {
            expect(name).toBe('p');
            expect(byteOffset).toBe(written);
            expect(byteOffset % 4).toBe(0);
            written += byteLength;
          },
          writeRows: (_: string, start: number, { length }: ArrayLike<number>) => {
            expect(start).toBe(rounded);
            expect((start * width) % 2).toBe(0);
            rounded += length / width;
          },
          readRows: (_: string, start: number, end: number) => Promise.resolve({ start, end }),
        } as unknown as Weights;
        await copyRows(store, parameter, ({ start, end }) => {
          expect(start).toBe(next);
          next = end;
          return { byteLength: (end - start) * width * elementBytes } as Uint8Array;
        });
        expect(next).toBe(firstRow + rows);
        await writeRows(
          store,
          parameter,
          ({ start, end }) => ({ length: (end - start) * width }) as unknown as Float32Array,
        );
        expect(rounded).toBe(rows);
        expect(written).toBe(rows * width * elementBytes);
        let read = 0;
        for await (const piece of readPieces(store, parameter)) {
          const { start, end } = piece as unknown as { start: number; end: number };
          expect(start).toBe(read);
          read = end;
        }
        expect(read).toBe(rows);
      }),
      { numRuns: 60 },
    );
  });

  it('take a vector as rows of one, and a scalar as one row', () => {
    expect(rowWidth({ shape: [12] })).toBe(1);
    expect(rowWidth({ shape: [] })).toBe(1);
  });
});
