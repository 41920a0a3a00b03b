/**
 * Element types of safetensors and the conversions the lab needs. Widening to f32 is exact; narrowing rounds to the
 * nearest, ties to even, as PyTorch does. Types that no supported model stores are known by size (so that a header with
 * them is still checked and carried over) but never converted.
 */
import { LabError } from '../error';
import { toBf16, toF16, widenBf16, widenF16 } from '../halves';

export { HALF_OVERFLOW, toBf16, toF16 } from '../halves';

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
  if (dtype === 'BF16') return widenBf16(halves);
  if (dtype === 'F16') return widenF16(halves);
  throw unsupportedDtype(dtype);
}

export function fromF32(values: Float32Array, dtype: WeightDtype): Uint8Array {
  if (dtype === 'F32') return new Uint8Array(values.slice().buffer);
  return new Uint8Array((dtype === 'BF16' ? toBf16(values) : toF16(values)).buffer);
}

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
