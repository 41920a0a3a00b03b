/** Rows picked by index, sums, and projections taken apart and put together. */
import type { ColumnSplit, Tensor } from '../../engine/index';
import type { OnnxNodes } from '../../onnx/index';
import { attribute, type Lowering } from '../lowering';

export const add: Lowering = (node, { nodes, value, give }) => {
  give(node.outputs[0]!, nodes.node('Add', node.inputs.map(value)));
};

export const scaled: Lowering = (node, { nodes, value, give }) => {
  const factor = nodes.scalar(node.attributes.factor as number);
  give(node.outputs[0]!, nodes.node('Mul', [value(node.inputs[0]!), factor]));
};

export const gatherRows: Lowering = (node, { nodes, value, give }) => {
  give(node.outputs[0]!, nodes.node('Gather', node.inputs.map(value), attribute.axis(0)));
};

/** Ids outside of all segments give rows of zeros. */
export const embedding: Lowering = (node, { nodes, value, give, joined }) => {
  const firstIds = node.attributes.firstIds as readonly number[];
  const parameters = node.inputs.slice(1, 1 + firstIds.length);
  const rows = parameters.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const places = placesOf(nodes, value(node.inputs[0]!), firstIds[0]!, rows);
  const hidden = nodes.node('Gather', [joined(parameters), places.clipped], attribute.axis(0));
  const scale = nodes.node('Mul', [places.isInside, nodes.scalar(Math.fround(node.attributes.scale as number))]);
  give(node.outputs[0]!, nodes.node('Mul', [hidden, scale]));
};

/** Ids as rows of a matrix that begins with `firstId`; `isInside` is f32 [tokens, 1], 1 or 0. */
export function placesOf(nodes: OnnxNodes, ids: string, firstId: number, rows: number) {
  const at = firstId === 0 ? ids : nodes.node('Sub', [ids, nodes.int(firstId)]);
  const clipped = nodes.node('Min', [nodes.node('Max', [at, nodes.int(0)]), nodes.int(rows - 1)]);
  const isInside = nodes.cast(nodes.node('Unsqueeze', [nodes.node('Equal', [at, clipped]), nodes.ints(1)]), 'float');
  return { clipped, isInside };
}

export const embeddingScatter: Lowering = (node, { scatter }) => {
  const [values, sortedTokens, sortedIds] = node.inputs as [Tensor, Tensor, Tensor];
  const { firstId, scale } = node.attributes as { firstId: number; scale: number };
  scatter({ gradient: node.updates[0]!, values, sortedTokens, sortedIds, firstId, scale: Math.fround(scale) });
};

export const splitColumns: Lowering = (node, { nodes, value, give }) => {
  const [whole] = node.inputs as [Tensor];
  const { parts, groups } = node.attributes as unknown as ColumnSplit;
  const width = whole.shape[1]! / parts / groups;
  const byGroup = groups === 1 ? value(whole) : nodes.node('Reshape', [value(whole), nodes.ints(0, groups, -1)]);
  const sizes = nodes.ints(...Array.from({ length: parts }, () => width));
  const taken = nodes.nodeWith('Split', [byGroup, sizes], attribute.axis(-1), parts);
  for (const [index, part] of taken.entries()) {
    give(node.outputs[index]!, groups === 1 ? part : nodes.node('Reshape', [part, nodes.ints(0, groups * width)]));
  }
};

/** Parts without a gradient are joined as zeros. */
export const joinColumns: Lowering = (node, { nodes, value, give }) => {
  const [whole] = node.outputs as [Tensor];
  const { present, parts, groups } = node.attributes as unknown as ColumnSplit & { present: readonly number[] };
  const [tokens, columns] = whole.shape as [number, number];
  const width = columns / parts / groups;
  const joined = Array.from({ length: parts }, (_, index) => {
    const part = node.inputs[present.indexOf(index)];
    const shape = [tokens, groups, width];
    if (part === undefined)
      return nodes.table(`zeros ${shape.join()}`, shape, () => new Float32Array(tokens * groups * width));
    return nodes.node('Reshape', [value(part), nodes.ints(...shape)]);
  });
  give(whole, nodes.node('Reshape', [nodes.node('Concat', joined, attribute.axis(-1)), nodes.ints(tokens, columns)]));
};
