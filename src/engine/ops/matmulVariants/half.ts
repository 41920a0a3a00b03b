/**
 * `block64` with f16 in workgroup memory and in multiplications, and f32 sums: never chosen by tuning, only where a program asks
 * for f16 (`TrainingOptions.precision`).
 */
import type { Matmul } from '../matmul';
import { blockNeeds, blockShader, blockShape, type BlockTile } from './block';
import type { MatmulVariant } from './variant';

const tile: BlockTile = { rows: 64, columns: 64, threadRows: 8, threadColumns: 8, slab: 16 };

/**
 * f16 holds 2^-24 to 65504. Gradients of a mean over thousands of tokens lie below its normal numbers (2^-14), hidden states and
 * weights do not, so that gradients alone are scaled, by a power of two that leaves them room up to 16.
 */
const gradientScale = 4096;

export const half: MatmulVariant = {
  shader: blockShader,
  needs: { features: ['shader-f16'], limits: blockNeeds(tile, 2) },
  family: 'workgroup',
  precision: 'f16',
  // Operands are good to 2^-11, and so is each of three additions behind each other.
  tolerance: 2e-3,
  shape: blockShape(tile, (matmul) => ({ HALF: true, ...scales(matmul) })),
};

function scales({ left, right }: Matmul) {
  const [leftScale, rightScale] = [left, right].map(({ isGradient }) => (isGradient ? gradientScale : 1)) as [
    number,
    number,
  ];
  return {
    LEFT_SCALE: leftScale.toFixed(1),
    RIGHT_SCALE: rightScale.toFixed(1),
    SUM_SCALE: String(1 / (leftScale * rightScale)),
  };
}
