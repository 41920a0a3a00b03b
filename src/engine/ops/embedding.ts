/** Token ids to embedding rows, and back: the gradient is scattered by sorted runs of ids, without atomics. */
import { LabError } from '../../error';
import { storedBytes } from '../elementTypes';
import { byteLength, type Graph, type Tensor } from '../graph';
import { registerOp } from '../op';
import { invocationGrid, reads, shapeOf, updates, workgroupGrid, writes } from './dispatch';
import { reductionLanes } from '../variants';
import { storedAs } from './storedAs';
import { segmentRows, type VocabularySegment } from './vocabulary';

/** Both u32 [tokens], made by the host for every batch: needed where a segment is trainable. */
export interface ScatterInputs {
  /** Token indices ordered by their id; equal ids in order of the index. */
  readonly sortedTokens: Tensor;
  /** The ids in that order. */
  readonly sortedIds: Tensor;
}

/**
 * ids u32 [tokens] -> hidden [tokens, hiddenSize], times `scale` (Gemma's sqrt(hiddenSize)). Ids outside every segment give
 * rows of zeros.
 */
export function embedding(
  graph: Graph,
  ids: Tensor,
  segments: readonly VocabularySegment[],
  scatter?: ScatterInputs,
  scale = 1,
): Tensor {
  const hiddenSize = shapeOf(segments[0]!.parameter, 1);
  segmentRows(segments, hiddenSize);
  const inputs = [ids, ...segments.map((segment) => segment.parameter)];
  if (scatter) inputs.push(scatter.sortedTokens, scatter.sortedIds);
  const shape = [shapeOf(ids, 0), hiddenSize];
  const attributes = { firstIds: segments.map((segment) => segment.firstId), scale };
  return graph.append('embedding', inputs, [{ name: 'hidden', shape }], attributes)[0]!;
}

registerOp({
  name: 'embedding',
  dispatches(node, target) {
    const [ids] = node.inputs as [Tensor];
    const [hidden] = node.outputs as [Tensor];
    const [TOKENS, HIDDEN] = hidden.shape as [number, number];
    const firstIds = node.attributes.firstIds as readonly number[];
    const allRows = firstIds.reduce((sum, _, index) => sum + shapeOf(node.inputs[1 + index]!, 0), 0);
    return firstIds.map((FIRST_ID, index) => {
      const table = node.inputs[1 + index]!;
      // As if ids were spread evenly: each segment gives its share of the rows.
      const found = Math.round((TOKENS * shapeOf(table, 0)) / allRows);
      return {
        kernel: 'embedding',
        constants: {
          TOKENS,
          HIDDEN,
          FIRST_ID,
          ROWS: shapeOf(table, 0),
          ...storedAs('TABLE', table),
          CLEAR: index === 0,
          SCALE: Math.fround(node.attributes.scale as number),
        },
        bindings: [reads(ids), reads(table), writes(hidden)],
        workgroups: invocationGrid(TOKENS * HIDDEN, target),
        work: {
          reads: byteLength(ids) + storedBytes({ shape: [found * HIDDEN], type: table.type }),
          writes: 4 * (index === 0 ? TOKENS : found) * HIDDEN,
        },
      };
    });
  },
  gradient(node, [dHidden], wanted, graph) {
    const firstIds = node.attributes.firstIds as readonly number[];
    const [sortedTokens, sortedIds] = node.inputs.slice(1 + firstIds.length);
    for (const [index, firstId] of firstIds.entries()) {
      if (!dHidden || !wanted[1 + index]) continue;
      const table = node.inputs[1 + index]!;
      if (!sortedTokens || !sortedIds) {
        throw new LabError('engine/no-scatter', `${table.name} is trainable, but embedding() got no sorted ids.`);
      }
      const inputs = [dHidden, sortedTokens, sortedIds];
      graph.append('embeddingScatter', inputs, [], { firstId, scale: node.attributes.scale! }, [
        graph.gradientOf(table),
      ]);
    }
    return node.inputs.map(() => undefined);
  },
});

registerOp({
  name: 'embeddingScatter',
  dispatches(node, target) {
    const [dHidden, sortedTokens, sortedIds] = node.inputs as [Tensor, Tensor, Tensor];
    const [dTable] = node.updates as [Tensor];
    const [TOKENS, HIDDEN] = dHidden.shape as [number, number];
    const FIRST_ID = node.attributes.firstId as number;
    const SCALE = Math.fround(node.attributes.scale as number);
    // At most: ids that do not occur again, all of this segment.
    const scattered = 4 * Math.min(TOKENS, shapeOf(dTable, 0)) * HIDDEN;
    return [
      {
        kernel: 'embeddingScatter',
        constants: { TOKENS, HIDDEN, FIRST_ID, ROWS: shapeOf(dTable, 0), SCALE, LANES: reductionLanes(target) },
        bindings: [reads(dHidden), reads(sortedTokens), reads(sortedIds), updates(dTable)],
        workgroups: workgroupGrid(TOKENS, target),
        work: {
          reads: byteLength(dHidden) + 2 * byteLength(sortedIds) + scattered,
          writes: scattered,
        },
      },
    ];
  },
});
