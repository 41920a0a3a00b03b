import { describe, expect, it } from 'vitest';
import { equalCompute, type SeedCurve } from '../../../src/lab/scoring/equalCompute';

const curve = (seed: number, ...points: readonly (readonly [number, number | null])[]): SeedCurve => ({
  seed,
  curve: points.map(([flops, bitsPerByte]) => ({ flops, bitsPerByte })),
});

describe('two curves at equal compute', () => {
  it('are read where the cheaper one ends, over the logarithm of FLOPs', () => {
    const arm = [curve(1, [0, 9], [100, 5], [400, 3])];
    const control = [curve(1, [0, 8], [200, 4], [800, 2])];
    expect(equalCompute(arm, control)).toEqual({
      flops: 400,
      armBitsPerByte: 3,
      // Half-way between 200 and 800 by ratio.
      controlBitsPerByte: expect.closeTo(3, 12) as number,
      difference: expect.closeTo(0, 12) as number,
      seeds: [1],
    });
    expect(equalCompute(control, arm)).toMatchObject({ flops: 400, armBitsPerByte: expect.closeTo(3, 12) as number });
  });

  it('are read over FLOPs themselves where the dearer one starts from none', () => {
    const read = equalCompute([curve(1, [0, 9], [50, 6])], [curve(1, [0, 8], [200, 4])])!;
    expect(read.controlBitsPerByte).toBe(7);
  });

  it('are means over the seeds that both have', () => {
    const arm = [curve(1, [0, 9], [10, 5]), curve(2, [0, 9], [20, 3]), curve(3, [0, 9], [20, 1])];
    const control = [curve(2, [0, 9], [20, 4]), curve(1, [0, 9], [10, 5])];
    expect(equalCompute(arm, control)).toEqual({
      flops: 15,
      armBitsPerByte: 4,
      controlBitsPerByte: 4.5,
      difference: -0.5,
      seeds: [1, 2],
    });
  });

  it.each([
    ['no seed in common', [curve(1, [0, 9], [10, 5])], [curve(2, [0, 9], [10, 5])]],
    ['no curve', [curve(1)], [curve(1, [0, 9])]],
    ['lost text', [curve(1, [0, null], [10, null])], [curve(1, [0, 9], [10, 5])]],
    ['nothing', [], []],
  ])('are nothing with %s', (_, arm, control) => expect(equalCompute(arm, control)).toBeNull());
});
