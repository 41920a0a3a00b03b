import fc from '../support/properties';
import { describe, expect, it } from 'vitest';
import { fromF32, toBf16, toF16, toF32 } from '../../src/checkpoint/index';

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);
const bitsOf = (values: Float32Array): number[] => [...new Uint32Array(values.slice().buffer)];

/** The definition of rounding: the nearer of the two neighbours among all halves of this type; ties to the even one. */
function nearestEven(value: number, widen: (half: number) => number): number {
  let low = 0;
  let high = 0x7fff;
  const magnitude = Math.abs(value);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    // Past infinity lie the NaNs: larger than anything.
    if (widen(middle) <= magnitude) low = middle;
    else high = middle;
  }
  const below = widen(low);
  // Above the largest finite number the next step counts, as if exponents went on.
  const above = widen(high) === Infinity ? 2 * below - widen(low - 1) : widen(high);
  const half =
    magnitude - below < above - magnitude || (magnitude - below === above - magnitude && low % 2 === 0) ? low : high;
  return half | (Object.is(value, -0) || value < 0 ? 0x8000 : 0);
}

const widenBf16 = (half: number): number => ((scratchBits[0] = half << 16), scratch[0]!);
const widenF16 = (half: number): number => {
  const exponent = (half >> 10) & 31;
  const mantissa = half & 0x3ff;
  if (exponent === 31) return mantissa ? NaN : Infinity;
  return exponent ? 2 ** (exponent - 15) * (1 + mantissa / 1024) : 2 ** -24 * mantissa;
};

describe('element types', () => {
  it('widens every one of the 65,536 bf16 and f16 patterns exactly and narrows it back to the same bits', () => {
    const all = Uint16Array.from({ length: 0x10000 }, (_, i) => i);
    for (const [dtype, widen, isNaNHalf] of [
      ['BF16', widenBf16, (h: number) => (h & 0x7fff) > 0x7f80],
      ['F16', widenF16, (h: number) => (h & 0x7fff) > 0x7c00],
    ] as const) {
      const wide = toF32(new Uint8Array(all.buffer), dtype);
      const back = new Uint16Array(fromF32(wide, dtype).buffer);
      let wrong = 0;
      for (let half = 0; half < 0x10000; half++) {
        if (isNaNHalf(half)) {
          if (!Number.isNaN(wide[half]) || !isNaNHalf(back[half]!)) wrong++;
        } else if (wide[half] !== (half & 0x8000 ? -1 : 1) * widen(half & 0x7fff) || back[half] !== half) wrong++;
      }
      expect(wrong, dtype).toBe(0);
    }
  });

  it('rounds f32 to the nearest bf16 and f16, ties to even', () => {
    const anyFloat = fc.integer({ min: 0, max: 0xffffffff }).map((bits) => ((scratchBits[0] = bits), scratch[0]!));
    const aroundHalves = fc
      .tuple(fc.integer({ min: 0, max: 0x7bff }), fc.constantFrom(-1, 0, 1), fc.boolean())
      .map(([half, step, negative]) => {
        scratch[0] = (widenF16(half) + widenF16(half + 1)) / 2;
        scratchBits[0] = scratchBits[0]! + step;
        return negative ? -scratch[0]! : scratch[0]!;
      });
    fc.assert(
      fc.property(fc.oneof(anyFloat, aroundHalves), (value) => {
        fc.pre(Number.isFinite(value));
        expect(toBf16(Float32Array.of(value))[0]).toBe(nearestEven(value, widenBf16));
        expect(toF16(Float32Array.of(value))[0]).toBe(nearestEven(value, widenF16));
      }),
      { numRuns: 5000 },
    );
  });

  it('keeps NaN a NaN and infinity infinite', () => {
    const values = Float32Array.of(NaN, Infinity, -Infinity);
    scratchBits[0] = 0x7f800001;
    const quiet = Float32Array.of(...values, scratch[0]!);
    for (const dtype of ['BF16', 'F16'] as const) {
      const [nan, plus, minus, other] = toF32(fromF32(quiet, dtype), dtype);
      expect([Number.isNaN(nan), plus, minus, Number.isNaN(other)]).toEqual([true, Infinity, -Infinity, true]);
    }
  });

  it('gives f32 back to the bit, from any offset', () => {
    const values = Float32Array.of(1, -0, 1e-45, NaN);
    const shifted = new Uint8Array(17);
    shifted.set(new Uint8Array(values.buffer), 1);
    expect(bitsOf(toF32(shifted.subarray(1), 'F32'))).toEqual(bitsOf(values));
  });

  it('refuses to read other types as weights, by name', () => {
    expect(() => toF32(new Uint8Array(8), 'F8_E4M3')).toThrow(/F8_E4M3/);
  });
});
