import fc from '../../support/properties';
import { describe, expect, it } from 'vitest';
import { ignoredTarget } from '../../../src/engine/index';
import { rateShareAt } from '../../../src/lab/training/learningRate';
import { epochRandom, seededRandom, shuffledIndices } from '../../../src/random';
import { addLosses, emptySplit, TokenCurves } from '../../../src/lab/training/tokenLosses';
import { blockLengthOf, documentWindows, packWindows } from '../../../src/lab/scoring/windows';

const startId = 7;

describe('windows', () => {
  it('predict every token of a document exactly once, in order, whatever its length', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 200 }), fc.integer({ min: 2, max: 40 }), (ids, length) => {
        const windows = documentWindows(0, Uint32Array.from(ids), startId, length);
        const predicted = windows.flatMap((w) => [...w.targets].filter((target) => target !== ignoredTarget));
        expect(predicted).toEqual(ids);
        for (const window of windows) expect(window.ids.length).toBeLessThanOrEqual(length);
      }),
    );
  });
  it('start with the start token and give later targets at least half a window of context', () => {
    const windows = documentWindows(
      0,
      Uint32Array.from({ length: 20 }, (_, i) => i),
      startId,
      8,
    );
    expect(windows[0]!.ids[0]).toBe(startId);
    for (const window of windows.slice(1)) {
      expect(window.targets.findIndex((target) => target !== ignoredTarget)).toBeGreaterThanOrEqual(4);
    }
  });
  it('lie side by side without seeing each other', () => {
    const windows = [3, 5, 4, 9].flatMap((n, d) => documentWindows(d, new Uint32Array(n).fill(d + 1), startId, 16));
    const packed = [...packWindows(windows, 10)];
    expect(packed.map((p) => [...p.documents])).toEqual([
      [0, 0, 0, 1, 1, 1, 1, 1, -1, -1],
      [2, 2, 2, 2, -1, -1, -1, -1, -1, -1],
      [3, 3, 3, 3, 3, 3, 3, 3, 3, -1],
    ]);
    const first = packed[0]!;
    expect(first.windowLengths).toEqual([3, 5, 1, 1]);
    expect(first.targets[9]).toBe(ignoredTarget);
  });
});

describe('windows in blocks', () => {
  it('never cross a block, lie apart, and are all there, whatever their lengths', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 16 }), { maxLength: 60 }), (lengths) => {
        const windows = lengths.flatMap((length, d) =>
          documentWindows(d, new Uint32Array(length).fill(d + 1), startId, 16),
        );
        const found = new Map<number, number[]>();
        for (const packed of packWindows(windows, 64, 16)) {
          expect(packed.blockLength).toBe(16);
          const { windowLengths, documents, targets } = packed;
          let end = 0;
          for (const length of windowLengths) {
            end += length;
            expect(Math.floor((end - length) / 16)).toBe(Math.floor((end - 1) / 16));
            expect(new Set(documents.subarray(end - length, end)).size).toBe(1);
          }
          expect(end).toBe(64);
          for (let at = 0; at < 64; at++) {
            if (documents[at]! < 0) expect(targets[at]).toBe(ignoredTarget);
            else found.set(documents[at]!, [...(found.get(documents[at]!) ?? []), targets[at]!]);
          }
        }
        lengths.forEach((length, d) => expect(found.get(d)).toEqual(new Array(length).fill(d + 1)));
      }),
    );
  });

  it('are as short as the longest window allows', () => {
    expect(blockLengthOf(1, 1024)).toBe(128);
    expect(blockLengthOf(200, 1024)).toBe(256);
    expect(blockLengthOf(1024, 1024)).toBe(1024);
    expect(blockLengthOf(300, 500)).toBe(500);
  });
});

describe('the learning rate', () => {
  const schedule = { steps: 100, warmupSteps: 10, final: 0.1 };
  it('rises in a line to its peak, then falls along a cosine to a tenth', () => {
    expect(rateShareAt(1, schedule)).toBeCloseTo(0.1, 10);
    expect(rateShareAt(10, schedule)).toBeCloseTo(1, 10);
    expect(rateShareAt(55, schedule)).toBeCloseTo(0.55, 10);
    expect(rateShareAt(100, schedule)).toBeCloseTo(0.1, 10);
  });
  it('never leaves zero to a run without warm-up', () => {
    expect(rateShareAt(1, { ...schedule, warmupSteps: 0 })).toBeGreaterThan(0.9);
  });
});

describe('randomness', () => {
  it('is the same for the same seed and a permutation always', () => {
    expect([...shuffledIndices(50, seededRandom(3))]).toEqual([...shuffledIndices(50, seededRandom(3))]);
    expect([...shuffledIndices(50, seededRandom(3))]).not.toEqual([...shuffledIndices(50, seededRandom(4))]);
    expect([...shuffledIndices(50, seededRandom(3))].sort((a, b) => a - b)).toEqual([...Array(50).keys()]);
  });
  it('goes on from a state, and is what recorded figures were made with', () => {
    for (const random of [seededRandom(3), epochRandom(3, 2)]) {
      random();
      const { state } = random;
      const numbers = [random(), random()];
      random.state = state;
      expect([random(), random()]).toEqual(numbers);
    }
    expect([...shuffledIndices(8, seededRandom(3))]).toEqual([7, 4, 1, 3, 6, 2, 0, 5]);
    expect([...shuffledIndices(8, epochRandom(3, 2))]).toEqual([3, 6, 7, 5, 4, 0, 2, 1]);
  });
});

describe('losses', () => {
  it('are split by new target, old target and what stands before', () => {
    const split = emptySplit();
    const seen: [number, number][] = [];
    addLosses(
      split,
      Uint32Array.of(1, 9, 2, 9),
      Uint32Array.of(9, 2, 9, ignoredTarget),
      Float32Array.of(4, 1, 3, 0),
      (id) => id === 9,
      (id, loss) => seen.push([id, loss]),
    );
    expect(split).toEqual({
      loss: 8,
      targets: 3,
      newTokenLoss: 7,
      newTargets: 2,
      afterNewTokenLoss: 1,
      afterNewTargets: 1,
    });
    expect(seen).toEqual([
      [9, 4],
      [9, 3],
    ]);
  });
  it('make a curve of at most 24 points for each new token and count those never seen', () => {
    const curves = new TokenCurves([5, 6]);
    for (let i = 0; i < 1000; i++) curves.add(5, 10 - i / 100);
    const [seen, unseen] = curves.progress();
    expect(curves.neverSeen).toBe(1);
    expect(seen!.exposures).toBe(1000);
    expect(seen!.firstLoss).toBeCloseTo(9.99, 2);
    expect(seen!.loss).toBeLessThan(0.2);
    expect(seen!.curve.length).toBeLessThanOrEqual(24);
    expect(seen!.curve[0]).toBeGreaterThan(seen!.curve.at(-1)!);
    expect(unseen).toEqual({ id: 6, exposures: 0, firstLoss: null, loss: null, curve: [] });
  });
});
