/**
 * Tiles through workgroup memory, loaded as vectors wherever sizes and strides allow it and twice buffered: what the variants
 * named for a tile of this kind share, and how their constants follow from a product.
 */
import source from '../../../../shaders/matmulBlock.wgsl?raw';
import type { AdapterNeeds } from '../../deviceReport';
import type { Matmul } from '../matmul';
import { liesInQuads } from './quads';
import type { MatmulVariant } from './variant';

export interface BlockTile {
  /** Of the product, by a workgroup and by an invocation; multiples of 4. */
  readonly rows: number;
  readonly columns: number;
  readonly threadRows: number;
  readonly threadColumns: number;
  /** Of the summed dimension at a time, a multiple of 4. */
  readonly slab: number;
}

export const blockShader = { kernel: 'matmulBlock', source };

/** @param valueBytes of what lies in workgroup memory: 4, or 2 for f16. */
export function blockNeeds(tile: BlockTile, valueBytes: 2 | 4): NonNullable<AdapterNeeds['limits']> {
  return {
    maxWorkgroupStorageBytes: 2 * tile.slab * (tile.rows + tile.columns) * valueBytes,
    maxInvocationsPerWorkgroup: lanesOf(tile),
  };
}

export function blockShape(tile: BlockTile, constants: (matmul: Matmul) => Constants): MatmulVariant['shape'] {
  const lanes = lanesOf(tile);
  const [leftBlocks, rightBlocks] = [tile.rows, tile.columns].map((side) => (side / 4) * (tile.slab / 4)) as [
    number,
    number,
  ];
  return (matmul) => ({
    constants: {
      TILE_ROWS: tile.rows,
      TILE_COLUMNS: tile.columns,
      THREAD_ROWS: tile.threadRows,
      THREAD_COLUMNS: tile.threadColumns,
      SLAB: tile.slab,
      LANES: lanes,
      LEFT_BLOCKS: leftBlocks,
      RIGHT_BLOCKS: rightBlocks,
      LOADS: Math.ceil((leftBlocks + rightBlocks) / lanes),
      LEFT_VECTOR: liesInQuads(matmul.left, matmul.rows, matmul.depth),
      RIGHT_VECTOR: liesInQuads(matmul.right, matmul.columns, matmul.depth),
      PRODUCT_VECTOR: [matmul.columns, matmul.product.row, matmul.product.offset ?? 0].every((size) => size % 4 === 0),
      ...constants(matmul),
    },
    tile: [tile.rows, tile.columns],
  });
}

type Constants = Readonly<Record<string, number | boolean | string>>;

function lanesOf({ rows, columns, threadRows, threadColumns }: BlockTile): number {
  return (rows / threadRows) * (columns / threadColumns);
}
