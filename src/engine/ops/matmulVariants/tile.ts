/** 64 x 64 of the product a workgroup, through workgroup memory; 8 x 8 an invocation. */
import source from '../../../../shaders/matmulTile.wgsl?raw';
import { f32Tolerance, type MatmulVariant } from './variant';

export const tile: MatmulVariant = {
  shader: { kernel: 'matmulTile', source },
  // Two tiles of 16 x 64 floats.
  needs: { limits: { maxWorkgroupStorageBytes: 8192, maxInvocationsPerWorkgroup: 64 } },
  family: 'workgroup',
  precision: 'f32',
  tolerance: f32Tolerance,
  shape: () => ({ constants: { THREAD: 8 }, tile: [64, 64] }),
};
