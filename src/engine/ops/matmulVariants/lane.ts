/** No workgroup memory and no barriers: for software adapters. */
import source from '../../../../shaders/matmulLane.wgsl?raw';
import { f32Tolerance, type MatmulVariant } from './variant';

export const lane: MatmulVariant = {
  shader: { kernel: 'matmulLane', source },
  needs: {},
  family: 'lane',
  precision: 'f32',
  tolerance: f32Tolerance,
  shape({ rows }) {
    // 8 x 8 ran as fast as 16 x 8 on lavapipe and compiles in half the time.
    const ROW_TILE = Math.min(8, rows);
    const LANES = 8;
    const COLUMN_TILE = 8;
    return { constants: { ROW_TILE, LANES, COLUMN_TILE }, tile: [ROW_TILE, LANES * COLUMN_TILE] };
  },
};
