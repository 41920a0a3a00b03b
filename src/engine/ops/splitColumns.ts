/**
 * One projection's output taken apart into the several it holds side by side: query, key and value, laid one after the
 * other (GPT-2) or head by head (GPT-NeoX).
 */
import { byteLength, type Graph, type Tensor } from '../graph';
import { registerOp, type KernelTarget } from '../op';
import { invocationGrid, reads, requireShape, shapeOf, writes } from './dispatch';

export interface ColumnSplit {
  /** Tensors to take out. */
  readonly parts: number;
  /** How often they come again within a row: 1, or the number of heads. */
  readonly groups: number;
}

/** whole [tokens, groups * parts * width] -> `parts` tensors of [tokens, groups * width]. */
export function splitColumns(graph: Graph, whole: Tensor, { parts, groups }: ColumnSplit): readonly Tensor[] {
  const [tokens, columns] = [shapeOf(whole, 0), shapeOf(whole, 1)];
  requireShape(
    columns % (parts * groups) === 0,
    `splitColumns: ${whole.name} of ${columns} columns does not hold ${groups} x ${parts} parts.`,
  );
  const outputs = Array.from({ length: parts }, (_, index) => ({
    name: `part ${index}`,
    shape: [tokens, columns / parts],
  }));
  return graph.append('splitColumns', [whole], outputs, { parts, groups });
}

function splitConstants(whole: Tensor, { parts, groups }: ColumnSplit) {
  const [TOKENS, columns] = whole.shape as [number, number];
  return { TOKENS, PARTS: parts, GROUPS: groups, WIDTH: columns / parts / groups };
}

function partGrid(whole: Tensor, parts: number, target: KernelTarget) {
  return invocationGrid((shapeOf(whole, 0) * shapeOf(whole, 1)) / parts, target);
}

registerOp({
  name: 'splitColumns',
  dispatches(node, target) {
    const [whole] = node.inputs as [Tensor];
    const split = node.attributes as unknown as ColumnSplit;
    return node.outputs.map((part, INDEX) => ({
      kernel: 'splitColumns',
      constants: { ...splitConstants(whole, split), INDEX, JOIN: false },
      bindings: [reads(whole), writes(part)],
      workgroups: partGrid(whole, split.parts, target),
      work: { reads: byteLength(part) },
    }));
  },
  gradient(node, dParts, [wanted], graph) {
    const [whole] = node.inputs as [Tensor];
    const present = dParts.flatMap((gradient, index) => (gradient ? [index] : []));
    if (!wanted || present.length === 0) return [undefined];
    const inputs = present.map((index) => dParts[index]!);
    const outputs = [{ name: 'dWhole', shape: whole.shape }];
    return graph.append('joinColumns', inputs, outputs, { ...node.attributes, present });
  },
});

/** Parts without a gradient are joined as zeros. */
registerOp({
  name: 'joinColumns',
  dispatches(node, target) {
    const [whole] = node.outputs as [Tensor];
    const { present, ...split } = node.attributes as unknown as ColumnSplit & { present: readonly number[] };
    return Array.from({ length: split.parts }, (_, INDEX) => {
      const part = node.inputs[present.indexOf(INDEX)];
      return {
        kernel: 'splitColumns',
        constants: { ...splitConstants(whole, split), INDEX, JOIN: true, PRESENT: part !== undefined },
        bindings: [writes(whole), ...(part ? [reads(part)] : [])],
        workgroups: partGrid(whole, split.parts, target),
        work: { writes: byteLength(whole) / split.parts },
      };
    });
  },
});
