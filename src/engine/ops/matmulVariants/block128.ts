/** 128 x 128 of the product a workgroup of 256, each value loaded a 128th as often as it is used. */
import { blockNeeds, blockShader, blockShape, type BlockTile } from './block';
import { f32Tolerance, type MatmulVariant } from './variant';

const tile: BlockTile = { rows: 128, columns: 128, threadRows: 8, threadColumns: 8, slab: 8 };

export const block128: MatmulVariant = {
  shader: blockShader,
  needs: { limits: blockNeeds(tile, 4) },
  family: 'workgroup',
  precision: 'f32',
  tolerance: f32Tolerance,
  shape: blockShape(tile, () => ({ HALF: false })),
};
