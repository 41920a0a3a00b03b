/** 128 x 64 of the product a workgroup of 128: for products that are too narrow for 128 x 128 to fill a GPU. */
import { blockNeeds, blockShader, blockShape, type BlockTile } from './block';
import { f32Tolerance, type MatmulVariant } from './variant';

const tile: BlockTile = { rows: 128, columns: 64, threadRows: 8, threadColumns: 8, slab: 8 };

export const block128x64: MatmulVariant = {
  shader: blockShader,
  needs: { limits: blockNeeds(tile, 4) },
  family: 'workgroup',
  precision: 'f32',
  tolerance: f32Tolerance,
  shape: blockShape(tile, () => ({ HALF: false })),
};
