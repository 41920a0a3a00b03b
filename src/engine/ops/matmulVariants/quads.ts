/** When an operand can be loaded as vectors. */
import type { MatmulOperand } from '../matmul';

/** Whether four neighbours along the contiguous dimension are a vector, and no vector is half outside. */
export function liesInQuads({ across, depth: along, offset = 0 }: MatmulOperand, size: number, depth: number): boolean {
  const [contiguous, stride] = along === 1 ? [depth, across] : [size, along];
  return (along === 1 || across === 1) && [contiguous, stride, offset].every((count) => count % 4 === 0);
}
