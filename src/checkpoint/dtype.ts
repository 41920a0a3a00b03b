/**
 * Element types of safetensors and the conversions the lab needs. Widening to f32 is exact; narrowing rounds to the
 * nearest, ties to even, as PyTorch does. Types that no supported model stores are known by size (so that a header with
 * them is still checked and carried over) but never converted.
 */
import { LabError } from '../error';

/** Bits an element (safetensors 0.8, `Dtype::bitsize`). */
export const DTYPE_BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;

export type Dtype = keyof typeof DTYPE_BITS;

/** The types weights come in. */
export type WeightDtype = 'F32' | 'F16' | 'BF16';

export function isDtype(name: unknown): name is Dtype {
  return typeof name === 'string' && Object.hasOwn(DTYPE_BITS, name);
}

export function isWeightDtype(dtype: Dtype): dtype is WeightDtype {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
}

export function bytesPerElement(dtype: Dtype): number {
  return DTYPE_BITS[dtype] / 8;
}

/** Little-endian bytes of F32, F16 or BF16 as f32, exactly; F32 that lies aligned is not copied. Throws `checkpoint/unsupported-dtype` for other types. */
export function toF32(bytes: Uint8Array, dtype: Dtype): Float32Array {
  const whole = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  if (dtype === 'F32') return new Float32Array(whole.buffer, whole.byteOffset, Math.floor(whole.byteLength / 4));
  const halves = new Uint16Array(whole.buffer, whole.byteOffset, Math.floor(whole.byteLength / 2));
  const widened = new Float32Array(halves.length);
  const bits = new Uint32Array(widened.buffer);
  if (dtype === 'BF16') {
    for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  } else if (dtype === 'F16') {
    for (let i = 0; i < halves.length; i++) bits[i] = HALF_TO_F32[halves[i]!]!;
  } else {
    throw unsupportedDtype(dtype);
  }
  return widened;
}

export function fromF32(values: Float32Array, dtype: WeightDtype): Uint8Array {
  if (dtype === 'F32') return new Uint8Array(values.slice().buffer);
  return new Uint8Array((dtype === 'BF16' ? toBf16(values) : toF16(values)).buffer);
}

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

/** From here on a half is infinity: halfway between the largest one, 65504, and what would follow. */
export const HALF_OVERFLOW = 65520;

/** f32 -> f16 bits, nearest even; too large becomes infinity, too small a subnormal or zero. */
export function toF16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) halves[i] = halfBits(bits[i]!);
  return halves;
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

export function unsupportedDtype(dtype: Dtype, where?: { readonly file: string; readonly tensor: string }): LabError {
  const what = where
    ? `\`${where.tensor}\` in \`${where.file}\` is stored as ${dtype}`
    : `Weights are stored as ${dtype}`;
  return new LabError(
    'checkpoint/unsupported-dtype',
    `${what}; F32, F16 and BF16 are read.`,
    'Convert the checkpoint to BF16 or F32 first (model.to(torch.bfloat16).save_pretrained(...)).',
    { ...where, expected: ['F32', 'F16', 'BF16'], found: dtype },
  );
}
