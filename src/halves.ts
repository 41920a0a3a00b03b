/**
 * Sixteen-bit floats: f16 and bf16 from f32, rounded to the nearest, ties to even, as PyTorch rounds; and back, exactly. Files hold
 * weights so (checkpoint/), and engines do.
 */

/** f32 -> bf16 bits, nearest even; NaN stays a (quiet) NaN instead of rounding up to infinity. */
export function toBf16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) {
    const x = bits[i]!;
    halves[i] = (x & 0x7fffffff) > 0x7f800000 ? (x >>> 16) | 0x40 : (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
  }
  return halves;
}

export function widenBf16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}

/** From here on a half is infinity: halfway between the largest one, 65504, and what would follow. */
export const HALF_OVERFLOW = 65520;

/** f32 -> f16 bits, nearest even; too large becomes infinity, too small a subnormal or zero. */
export function toF16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) halves[i] = halfBits(bits[i]!);
  return halves;
}

export function widenF16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = HALF_TO_F32[halves[i]!]!;
  return new Float32Array(bits.buffer);
}

function halfBits(x: number): number {
  const sign = (x >>> 16) & 0x8000;
  const magnitude = x & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520, halfway between the largest half and the next step
  if (magnitude < 0x33000001) return sign; // at most 2^-25, half of the smallest subnormal: ties to even, zero
  const exponent = magnitude >>> 23;
  if (exponent < 113) {
    const mantissa = (magnitude & 0x7fffff) | 0x800000;
    const shift = 126 - exponent;
    const kept = mantissa >>> shift;
    const rest = mantissa & ((1 << shift) - 1);
    const half = 1 << (shift - 1);
    return sign | (kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0));
  }
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

/** All 65,536 halves as f32 bits: a table is simpler than the case analysis and as fast. */
const HALF_TO_F32: Uint32Array = (() => {
  const value = new Float32Array(1);
  const valueBits = new Uint32Array(value.buffer);
  return Uint32Array.from({ length: 0x10000 }, (_, half) => {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >>> 10) & 31;
    const mantissa = half & 0x3ff;
    if (exponent === 31) return sign | 0x7f800000 | (mantissa << 13);
    if (exponent > 0) return sign | ((exponent + 112) << 23) | (mantissa << 13);
    value[0] = mantissa * 2 ** -24;
    return sign | valueBits[0]!;
  });
})();
