import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine, StoredType } from '../../src/engine/index';
import { engineNames, openTestEngine } from '../support/engines';
import { asStored, normals } from './ops/values';

const types: readonly StoredType[] = ['f32', 'bf16', 'f16', 'q8'];

describe.each(engineNames)('%s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });

  describe.each(types)('weights held as %s', (type) => {
    // Three blocks a row: the scales of an odd number of rows are no whole words.
    const shape = [7, 96];
    const values = normals(7 * 96, 1, 0.1);
    const { rounded, packed } = asStored(values, type, shape);
    const row = (start: number, end: number) => rounded.subarray(start * 96, end * 96);

    it('are rounded when they are written, by pieces of rows as in one, and read by any rows', async () => {
      const store = await engine.weights([{ name: 'w', shape, type }]);
      store.writeRows('w', 0, values.subarray(0, 4 * 96));
      store.writeRows('w', 4, values.subarray(4 * 96));
      expect(await store.readF32('w')).toEqual(rounded);
      expect(await store.readRows('w', 3, 6)).toEqual(row(3, 6));
      expect(await store.readRows('w', 6, 7)).toEqual(row(6, 7));
      store.writeRows('w', 2, values.subarray(0, 2 * 96));
      expect(await store.readRows('w', 1, 5)).toEqual(Float32Array.of(...row(1, 2), ...row(0, 2), ...row(4, 5)));
      store.close();
    });

    it('are given back as the bytes that they were written as, and again the same when written from values', async () => {
      const store = await engine.weights([{ name: 'w', shape, type }]);
      store.writeRows('w', 0, values);
      const stored = await store.read('w');
      expect(stored).toEqual(new Uint8Array(packed.buffer).subarray(0, stored.length));
      const other = await engine.weights([{ name: 'w', shape, type }]);
      other.write('w', stored);
      expect(await other.readF32('w')).toEqual(rounded);
      other.writeRows('w', 0, rounded);
      expect(await other.read('w')).toEqual(stored);
      store.close();
      other.close();
    });

    it('do not write past their end', async () => {
      const store = await engine.weights([{ name: 'w', shape, type }]);
      expect(() => store.writeRows('w', 4, values.subarray(0, 4 * 96))).toThrow(/do not fit|offset is out of bounds/);
      store.close();
    });
  });

  it('refuse q8 for rows that are no whole blocks', async () => {
    await expect(
      Promise.resolve().then(() => engine.weights([{ name: 'w', shape: [4, 40], type: 'q8' }])),
    ).rejects.toThrow(/multiple of 32/);
  });
});
