/** No workgroup memory: subgroups, of whatever size, share what they read. */
import source from '../../../../shaders/matmulSubgroup.wgsl?raw';
import { liesInQuads } from './quads';
import { f32Tolerance, type MatmulVariant } from './variant';

/** No subgroup of WebGPU is larger, so every subgroup is full. */
const LANES = 128;
const columnTiles = [4, 2, 1];

export const subgroup: MatmulVariant = {
  shader: { kernel: 'matmulSubgroup', source },
  needs: { features: ['subgroups'], limits: { maxInvocationsPerWorkgroup: LANES } },
  family: 'workgroup',
  precision: 'f32',
  tolerance: f32Tolerance,
  shape(matmul) {
    const { columns, rows, depth, right } = matmul;
    const padded = (tile: number) => Math.ceil(columns / (LANES * tile)) * LANES * tile;
    // The widest that computes at most an eighth more than the narrowest.
    const COLUMN_TILE = columnTiles.find((tile) => padded(tile) * 8 <= padded(1) * 9)!;
    const ROW_TILE = Math.min(16, rows);
    const STEP = right.depth === 1 && liesInQuads(right, columns, depth) ? 4 : 1;
    return { constants: { ROW_TILE, LANES, COLUMN_TILE, STEP }, tile: [ROW_TILE, LANES * COLUMN_TILE] };
  },
};
