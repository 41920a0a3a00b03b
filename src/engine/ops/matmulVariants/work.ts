/** What a tiled matrix product reads and writes: each operand once for every tile across it. */
import { storedBytes } from '../../elementTypes';
import type { Work } from '../../op';
import type { Matmul } from '../matmul';
import { epilogueBytes } from './epilogue';

/** @param tile rows and columns of the product that one workgroup computes. */
export function matmulWork(matmul: Matmul, [tileRows, tileColumns]: readonly [number, number]): Work {
  const { rows, columns, depth, right, bias, accumulate } = matmul;
  const product = 4 * rows * columns;
  const beside = epilogueBytes(matmul);
  const rowTiles = Math.ceil(rows / tileRows);
  return {
    reads:
      4 * rows * depth * Math.ceil(columns / tileColumns) +
      storedBytes({ shape: [depth * columns], type: right.tensor.type }) * rowTiles +
      (bias ? storedBytes(bias) * rowTiles : 0) +
      (accumulate ? product : 0) +
      beside.reads,
    writes: product + beside.writes,
    flops: 2 * rows * columns * depth,
  };
}
