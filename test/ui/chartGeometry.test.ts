// Scales, labels, means, intervals and CSV of the experiment's charts: the parts that need no page.
import fc from '../support/properties';
import { describe, expect, test } from 'vitest';
import { csvText, fileStem } from '../../src/ui/charts/csv';
import {
  armCurves,
  commonSeeds,
  curvesTable,
  leadingLine,
  referencesOf,
  spreadOf,
  valueAt,
  type CurveArm,
} from '../../src/ui/charts/curves-data';
import { bitsRange, curvesNote, drawCurves, markers } from '../../src/ui/charts/curves-drawing';
import { doseTable } from '../../src/ui/charts/dose-drawing';
import { intervalAxis, intervalsTable, rowKind } from '../../src/ui/charts/intervals-drawing';
import {
  linearTicks,
  logarithmic,
  logTicks,
  pushApart,
  shortened,
  textWidth,
  thinned,
  wrapped,
  type Point,
} from '../../src/ui/charts/scales';
import { arm, BUDGET, control, curves, dose, intervals, references } from './chartFixtures';

describe('scales', () => {
  test('ticks lie inside and never touch, however narrow the range', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 20, noNaN: true }),
        fc.double({ min: 1.02, max: 200, noNaN: true }),
        (low, ratio) => {
          const high = low * ratio;
          const y = logarithmic(low, high, 340, 14);
          const ticks = logTicks(low, high, y, 36);
          expect(ticks.length).toBeGreaterThanOrEqual(1);
          for (const tick of ticks) expect(tick >= low * 0.9999 && tick <= high * 1.0001).toBe(true);
          expect(ticks).toEqual([...ticks].sort((a, b) => a - b));
        },
      ),
    );
    expect(logTicks(1.3, 11.6, logarithmic(1.3, 11.6, 340, 14), 36)).toEqual([1.5, 2, 3, 4, 6, 10]);
  });

  test('linear ticks carry no rounding noise', () => {
    expect(linearTicks(-0.1, 0.3, 4)).toEqual([-0.1, 0, 0.1, 0.2, 0.3]);
    expect(linearTicks(0, 30, 6)).toEqual([0, 5, 10, 15, 20, 25, 30]);
  });

  test('a thinned line keeps its ends and its extremes', () => {
    const points = Array.from({ length: 5000 }, (_, at): Point => [at / 10, at === 2345 ? 99 : Math.sin(at)]);
    const kept = thinned(points);
    expect(kept.length).toBeLessThan(2100);
    expect(kept[0]).toBe(points[0]);
    expect(kept.at(-1)).toBe(points.at(-1));
    expect(kept).toContain(points[2345]);
  });

  test('a text is cut to its room, Han letters counted as wide', () => {
    expect(shortened('Old vocabulary', 1000)).toBe('Old vocabulary');
    expect(textWidth(shortened('Continued on the texts of patents', 100), 11)).toBeLessThanOrEqual(100);
    expect(textWidth('词表', 12)).toBe(24);
  });
});

describe('lines of a note', () => {
  test('words stay whole, Han text breaks between letters, no line begins with a stop', () => {
    expect(wrapped('Bands: lowest to highest seed', 100)).toEqual(['Bands: lowest', 'to highest', 'seed']);
    const lines = wrapped('色带：最低到最高的种子，不是区间。', 66);
    expect(lines.join('')).toBe('色带：最低到最高的种子，不是区间。');
    for (const line of lines) expect(line).not.toMatch(/^[，。：；]/);
    expect(wrapped('', 100)).toEqual([]);
  });
});

describe('labels at the edge', () => {
  test('labels that have room stay where their lines end', () => {
    expect(pushApart([100, 20, 60], 16, 0, 200)).toEqual([100, 20, 60]);
  });

  test('labels that would touch move apart by as little as they can', () => {
    expect(pushApart([100, 102], 16, 0, 200)).toEqual([93, 109]);
    expect(pushApart([195, 199], 16, 0, 200)).toEqual([184, 200]);
    expect(pushApart([100, 100, 100], 10, 0, 200)).toEqual([90, 100, 110]);
  });

  test('they keep order and distance and stay inside', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -50, max: 450, noNaN: true }), { minLength: 1, maxLength: 12 }),
        (wanted) => {
          const placed = pushApart(wanted, 16, 10, 340);
          const byWish = wanted.map((_, at) => at).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
          for (let rank = 0; rank < byWish.length; rank++) {
            const at = placed[byWish[rank]!]!;
            expect(at).toBeGreaterThanOrEqual(10 - 1e-6);
            expect(at).toBeLessThanOrEqual(340 + 1e-6);
            if (rank > 0) expect(at - placed[byWish[rank - 1]!]!).toBeGreaterThanOrEqual(16 - 1e-6);
          }
        },
      ),
    );
  });

  test('more labels than fit share the room', () => {
    const placed = pushApart(new Array<number>(30).fill(50), 16, 0, 100);
    expect(Math.min(...placed)).toBeCloseTo(0);
    expect(Math.max(...placed)).toBeCloseTo(100);
  });
});

describe('the mean of finished seeds', () => {
  test('only seeds that every trained arm has finished count', () => {
    expect([...commonSeeds(curves.started)]).toEqual([]);
    expect([...commonSeeds(curves.running)]).toEqual([1]);
    expect([...commonSeeds(curves.diverged)]).toEqual([1]);
    expect([...commonSeeds(curves.finished)]).toEqual([1, 2, 3]);
    expect([...commonSeeds([])]).toEqual([]);
  });

  test('a diverged seed is in no mean and no band, and is drawn', () => {
    const atomic = armCurves(curves.diverged).find(({ arm }) => arm.look === 'atomic')!;
    expect(atomic.lost.map(({ seed }) => seed)).toEqual([2]);
    expect(atomic.band).toEqual([]);
    expect(Math.max(...atomic.mean.map(({ bitsPerByte }) => bitsPerByte))).toBeLessThan(9.7);
  });

  test('the mean of readings at the same bytes is their mean; between readings a seed is read along its line', () => {
    const at = (...pairs: [number, number][]) => pairs.map(([bytes, bitsPerByte]) => ({ bytes, bitsPerByte }));
    expect(spreadOf([at([0, 4], [10, 2]), at([0, 6], [10, 4])], 2)).toEqual([
      { bytes: 0, low: 4, mean: 5, high: 6, seeds: 2 },
      { bytes: 10, low: 2, mean: 3, high: 4, seeds: 2 },
    ]);
    const mixed = spreadOf([at([0, 4], [10, 2]), at([0, 6], [5, 5], [20, 1])], 2);
    expect(mixed.map(({ bytes }) => bytes)).toEqual([0, 5, 10]);
    expect(mixed[1]).toMatchObject({ low: 3, high: 5, mean: 4 });
    expect(valueAt(at([0, 4], [10, 2]), 11)).toBeNull();
    expect(valueAt([], 0)).toBeNull();
  });

  test('before a common seed the farthest one speaks; then the mean does', () => {
    const [started] = armCurves(curves.started);
    expect(started!.mean).toEqual([]);
    expect(leadingLine(started!).at(-1)!.bytes).toBe(2_500);
    const [finished] = armCurves(curves.finished);
    expect(leadingLine(finished!).at(-1)).toEqual({ bytes: BUDGET, bitsPerByte: expect.closeTo(1.49 + 0.01 / 3, 6) });
  });

  test('readings that are no numbers are left out, and the base is a line', () => {
    const arm: CurveArm = {
      key: 'x',
      name: 'x',
      role: 'expanded',
      look: 7,
      seeds: [
        {
          seed: 1,
          finished: true,
          points: [
            { bytes: 0, bitsPerByte: 4 },
            { bytes: 1, bitsPerByte: Number.NaN },
            { bytes: 2, bitsPerByte: Infinity },
          ],
        },
      ],
    };
    expect(armCurves([arm])[0]!.mean).toEqual([{ bytes: 0, bitsPerByte: 4 }]);
    expect(referencesOf(curves.running, references).map(({ name, isBase }) => [name, isBase])).toContainEqual([
      'Untouched base',
      true,
    ]);
    expect(armCurves(curves.running).map(({ arm: { role } }) => role)).not.toContain('base');
  });

  test('one diverging seed does not flatten the others', () => {
    const wild = armCurves([
      {
        key: 'wild',
        name: 'wild',
        role: 'expanded',
        look: 0,
        seeds: [
          { seed: 1, finished: true, points: [{ bytes: 0, bitsPerByte: 4 }] },
          { seed: 2, finished: true, diverged: true, points: [{ bytes: 0, bitsPerByte: 4000 }] },
        ],
      },
    ]);
    expect(bitsRange(wild, [])[1]).toBeLessThan(10);
  });

  test('before a trained arm is read, the axes are those that its readings come to stand in', () => {
    const [low, high] = bitsRange([], [{ name: 'uniform', bitsPerByte: 8 }]);
    expect(low).toBeLessThan(1);
    expect(high).toBeGreaterThan(10);
    const unread = armCurves([arm('waiting', 'expanded', 'continued', [])]);
    expect(bitsRange(unread, [{ name: 'base', bitsPerByte: 12 }])[1]).toBeGreaterThan(12);
    const read = armCurves(curves.finished);
    expect(bitsRange(read, [])[0]).toBeGreaterThan(1);
    const texts = (budget: number) =>
      JSON.stringify(
        drawCurves(
          { arms: [], curves: [], references: [{ name: 'uniform', bitsPerByte: 8 }], budget },
          800,
          'sans-serif',
        ),
      );
    expect(texts(40_000)).toContain('"20"');
    // Nobody knows how much text will be read: an axis with a name and no figures.
    expect(texts(0)).not.toMatch(/"0\.\d+"/);
    expect(texts(0)).toContain('kB of training text read');
  });

  test('the note speaks of the lines that are there', () => {
    const note = (arms: readonly CurveArm[]) => curvesNote(armCurves(arms), referencesOf(arms, references));
    expect(note(curves.started)).not.toContain('Bands');
    expect(note(curves.running)).toContain('Thin lines: the others.');
    expect(note(curves.finished)).toContain('Lines: mean of 3 seeds.');
    expect(note(curves.finished)).toContain('out of its domain');
    expect(note(curves.finished.slice(1))).not.toContain('out of its domain');
  });

  test('markers stand on readings, the last among them', () => {
    const points = Array.from({ length: 500 }, (_, at): Point => [at, 0]);
    const placed = markers(points, 80);
    expect(placed.length).toBeLessThanOrEqual(8);
    expect(placed.at(-1)).toBe(points.at(-1));
    for (const point of placed) expect(points).toContain(point);
  });
});

describe('intervals', () => {
  const axis = intervalAxis(intervals, 0.149, 'cont');

  test('zero, the margin and every near interval lie inside', () => {
    expect(axis.low).toBeLessThan(0);
    expect(axis.high).toBeGreaterThan(0.28);
    expect(axis.high).toBeLessThan(1);
  });

  test('what stands in a row', () => {
    expect(intervals.map((row) => rowKind(row, axis))).toEqual(['interval', 'interval', 'control', 'off']);
    expect(rowKind({ ...intervals[0]!, interval: null }, axis)).toBe('value');
    // A base inside the scale is not drawn: a difference to it is nobody's finding.
    expect(rowKind({ ...intervals[3]!, difference: 0.2 }, axis)).toBe('none');
    expect(rowKind({ ...intervals[0]!, difference: null }, axis)).toBe('none');
  });

  test('an arm far away leaves the others their room, on either side', () => {
    const far = { ...intervals[1]!, key: 'far', difference: -2.57, interval: [-2.8, -2.4] as const };
    const crowded = intervalAxis([...intervals, far], 0.03, 'cont');
    expect(crowded.low).toBeGreaterThan(-1);
    expect(rowKind(far, crowded)).toBe('off');
    // The chosen arm is never off the scale.
    expect(intervalAxis([...intervals, far], 0.03, 'far').low).toBeLessThan(-2.8);
    expect(intervalAxis([], null)).toMatchObject({ margin: null });
  });
});

describe('data as CSV', () => {
  test('names with commas and quotes are quoted, numbers stand in full, nothing is empty', () => {
    const text = csvText({
      columns: ['arm', 'x'],
      rows: [
        ['Continued, "128"', 1 / 3],
        ['two\nlines', null],
        ['词', Number.NaN],
      ],
    });
    expect(text).toBe(`arm,x\r\n"Continued, ""128""",${1 / 3}\r\n"two\nlines",\r\n词,\r\n`);
  });

  test('a name is never a formula', () => {
    expect(csvText({ columns: ['a'], rows: [['=1+1'], [-1]] })).toBe("a\r\n'=1+1\r\n-1\r\n");
  });

  test('every reading of every seed is there, with what counts', () => {
    const { columns, rows } = curvesTable(curves.running, references);
    expect(columns).toHaveLength(7);
    expect(rows.every((row) => row.length === columns.length)).toBe(true);
    const seeds = curves.running.flatMap(({ seeds }) => seeds.flatMap(({ points }) => points));
    expect(rows).toHaveLength(seeds.length + references.length);
    expect(rows.filter((row) => row[5] === 'running').every((row) => row[6] === false)).toBe(true);
    expect(intervalsTable(intervals, 0.149).rows.at(-1)![2]).toBeNull();
    expect(doseTable({ points: [...dose].reverse(), control, chosen: 64 }).rows.map(([size]) => size)).toEqual([
      0, 16, 64, 128, 256, 1024,
    ]);
  });

  test('a file is called after its title', () => {
    expect(fileStem('Bits per byte, held out')).toBe('bits-per-byte-held-out');
    expect(fileStem('与对照之差：比特/字节')).toBe('与对照之差-比特-字节');
    expect(fileStem('../..')).toBe('chart');
  });
});
