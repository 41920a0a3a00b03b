/** 64 x 64 of the product a workgroup, 8 x 8 an invocation, in 16 KiB of workgroup memory. */
import { blockNeeds, blockShader, blockShape, type BlockTile } from './block';
import { f32Tolerance, type MatmulVariant } from './variant';

const tile: BlockTile = { rows: 64, columns: 64, threadRows: 8, threadColumns: 8, slab: 16 };

export const block64: MatmulVariant = {
  shader: blockShader,
  needs: { limits: blockNeeds(tile, 4) },
  family: 'workgroup',
  precision: 'f32',
  tolerance: f32Tolerance,
  shape: blockShape(tile, () => ({ HALF: false })),
};
