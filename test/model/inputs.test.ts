import fc from '../support/properties';
import { describe, expect, it } from 'vitest';
import { ignoredTarget } from '../../src/engine/index';
import { modelInputs, segmentVocabulary } from '../../src/model/index';

const none = ignoredTarget;

describe('model inputs', () => {
  it('start positions again in every document and row, and never predict across either', () => {
    const ids = Uint32Array.of(5, 6, 7, 8, 9, 5, 6, 7);
    const inputs = modelInputs({ ids, rowLength: 4, documentLengths: [3, 4, 1] });
    expect([...inputs.positions!]).toEqual([0, 1, 2, 0, 0, 1, 2, 0]);
    expect([...inputs.documentStart!]).toEqual([0, 0, 0, 3, 4, 4, 4, 7]);
    expect([...inputs.documentEnd!]).toEqual([3, 3, 3, 4, 7, 7, 7, 8]);
    expect([...inputs.targets]).toEqual([6, 7, none, none, 5, 6, none, none]);
    expect(inputs.lossScale![0]).toBe(0.25);
  });

  it('scale the loss by the targets of the whole step, and by 0 where there are none', () => {
    const packed = { ids: Uint32Array.of(1, 2), rowLength: 2, documentLengths: [2] };
    expect(modelInputs({ ...packed, targetCount: 8 }).lossScale![0]).toBe(0.125);
    expect(modelInputs({ ...packed, targets: Uint32Array.of(none, none) }).lossScale![0]).toBe(0);
  });

  it('order tokens by id, equal ids by place', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 60 }), (list) => {
        const ids = Uint32Array.from(list);
        const inputs = modelInputs({ ids, rowLength: list.length, documentLengths: [list.length] });
        const wanted = [...list.keys()].sort((a, b) => list[a]! - list[b]! || a - b);
        expect([...inputs.sortedTokens!]).toEqual(wanted);
        expect([...inputs.sortedIds!]).toEqual(wanted.map((token) => list[token]));
      }),
    );
  });

  it.each([
    [3, [4]],
    [2, [5]],
    [2, [3]],
    [2, [2, 0, 2]],
  ])('refuse documents that do not fill the rows: rows of %i, documents %j', (rowLength, documentLengths) => {
    const ids = new Uint32Array(4);
    expect(() => modelInputs({ ids, rowLength, documentLengths })).toThrow(
      expect.objectContaining({ code: 'model/bad-inputs' }),
    );
  });
});

describe('vocabulary segments', () => {
  it('cover all ids in order, below the binding limit, with the new rows on their own', () => {
    const shape = fc.record({
      rows: fc.integer({ min: 1, max: 5000 }),
      hiddenSize: fc.integer({ min: 1, max: 64 }),
      bindingRows: fc.integer({ min: 2, max: 900 }),
      first: fc.nat(5000),
      count: fc.nat(5000),
      bf16: fc.boolean(),
    });
    fc.assert(
      fc.property(shape, ({ rows, hiddenSize, bindingRows, first, count, bf16 }) => {
        const maxBindingBytes = bindingRows * hiddenSize * 4 + 16;
        const fits = count > 0 && first + count <= rows;
        const segments = segmentVocabulary(rows, {
          matrix: 'm',
          hiddenSize,
          maxBindingBytes,
          type: bf16 ? 'bf16' : 'f32',
          trainNew: true,
          ...(fits ? { newIds: { first, count } } : {}),
        });
        let next = 0;
        for (const segment of segments) {
          expect(segment.firstId).toBe(next);
          expect(segment.name).toBe(`m#${next}`);
          expect(segment.rows * hiddenSize * (segment.type === 'bf16' ? 2 : 4)).toBeLessThanOrEqual(maxBindingBytes);
          const isNew = fits && next >= first && next < first + count;
          expect(segment.trainable).toBe(isNew);
          expect(isNew && segment.type !== 'f32').toBe(false);
          next += segment.rows;
        }
        expect(next).toBe(rows);
      }),
    );
  });

  it('refuse new ids beyond the matrix', () => {
    const options = { matrix: 'm', hiddenSize: 4, maxBindingBytes: 1024, newIds: { first: 8, count: 3 } };
    expect(() => segmentVocabulary(10, options)).toThrow(expect.objectContaining({ code: 'model/bad-segments' }));
  });
});
