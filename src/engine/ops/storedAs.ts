/** The constants with which a shader includes storedValue.wgsl for a parameter. */
import { elementCount, type Tensor } from '../graph';
import type { Dispatch } from '../op';

/** @param prefix what the shader calls it: `AS` of its include. */
export function storedAs(prefix: string, { type, shape }: Pick<Tensor, 'type' | 'shape'>): Dispatch['constants'] {
  return {
    [`${prefix}_F32`]: type === 'f32',
    [`${prefix}_BF16`]: type === 'bf16',
    [`${prefix}_F16`]: type === 'f16',
    [`${prefix}_Q8`]: type === 'q8',
    ...(type === 'q8' ? { [`${prefix}_SCALES`]: elementCount(shape) / 4 } : {}),
  };
}
