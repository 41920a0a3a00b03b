/** Rotary position embedding (Su et al. 2021) in the half-split order of Hugging Face checkpoints. */
import { LabError } from '../../error';
import type { Graph, GraphNode, Tensor } from '../graph';
import { registerOp, type Dispatch, type KernelTarget } from '../op';
import { inputPlaces, type InPlace } from './attentionPlaces';
import { invocationGrid, reads, requireShape, shapeOf, updates, writes } from './dispatch';

export interface RopeShape {
  readonly heads: number;
  readonly headSize: number;
  /** Dimensions of each head that turn; the rest is copied. */
  readonly rotarySize: number;
}

/**
 * x [tokens, heads * headSize], positions u32 [tokens], inverseFrequencies f32 [rotarySize / 2] as a tensor the host
 * writes or as numbers compiled into the kernel -> the shape of x.
 */
export function rope(
  graph: Graph,
  x: Tensor,
  positions: Tensor,
  inverseFrequencies: Tensor | readonly number[],
  shape: RopeShape,
): Tensor {
  const { heads, headSize, rotarySize } = shape;
  requireShape(shapeOf(x, 1) === heads * headSize, `rope: ${x.name} is not [tokens, ${heads} * ${headSize}].`);
  if (headSize % 2 !== 0 || rotarySize % 2 !== 0 || rotarySize > headSize) {
    throw new LabError(
      'engine/shape',
      `rope: cannot turn ${rotarySize} of ${headSize} dimensions.`,
      'Both must be even.',
    );
  }
  const isTensor = 'shape' in inverseFrequencies;
  const count = isTensor ? inverseFrequencies.shape[0] : inverseFrequencies.length;
  requireShape(count === rotarySize / 2, `rope: ${count} inverse frequencies for ${rotarySize} dimensions.`);
  const inputs = isTensor ? [x, positions, inverseFrequencies] : [x, positions];
  const table: readonly number[] = isTensor ? [] : [...inverseFrequencies];
  const attributes = { heads, headSize, rotarySize, table, backward: false };
  return graph.append('rope', inputs, [{ name: 'rotated', shape: x.shape }], attributes)[0]!;
}

/** As the kernels have it compiled in. */
export function tableText(inverseFrequencies: readonly number[]): string {
  return inverseFrequencies.map((value) => Math.fround(value).toString()).join(', ');
}

interface Turn extends RopeShape {
  /** Of the second tensor of a pair. */
  readonly moreHeads?: number;
  readonly table: readonly number[];
  readonly backward: boolean;
}

function turnDispatch(node: GraphNode, tensors: number, target: KernelTarget): Dispatch {
  const { heads, moreHeads = 0, headSize, rotarySize, table, backward } = node.attributes as unknown as Turn;
  const xs = node.inputs.slice(0, tensors);
  const [positions, frequencies] = node.inputs.slice(tensors) as [Tensor, Tensor | undefined];
  const TOKENS = shapeOf(xs[0]!, 0);
  const TABLE = tableText(table);
  const sizes = { TOKENS, TENSORS: tensors, HEADS: heads, MORE_HEADS: moreHeads, HEAD_SIZE: headSize };
  return {
    kernel: 'rope',
    constants: { ...sizes, ROTARY: rotarySize, TABLE, BACKWARD: backward },
    bindings: [
      reads(positions),
      ...xs.flatMap((x, index) => [reads(x), writes(node.outputs[index]!)]),
      ...(frequencies ? [reads(frequencies)] : []),
    ],
    workgroups: invocationGrid((TOKENS * (heads + moreHeads) * headSize) / 2, target),
  };
}

/** Two tensors that turn by the same angles; fuse.ts makes it of two ropes. */
registerOp({ name: 'ropePair', dispatches: (node, target) => [turnDispatch(node, 2, target)] });

/** Queries and keys where they lie, in a projection's output that holds values too; fuse.ts makes it of a split and two ropes. */
registerOp({
  name: 'ropeParts',
  dispatches(node, target) {
    const { heads, headSize, rotarySize, table, groups } = node.attributes as unknown as Turn & Required<InPlace>;
    const [positions, frequencies] = node.inputs as [Tensor, Tensor | undefined];
    const [whole] = node.updates as [Tensor];
    const tokens = shapeOf(whole, 0);
    const places = inputPlaces({ heads, kvHeads: heads, headSize, groups });
    const turned = 4 * 2 * tokens * heads * rotarySize;
    return [
      {
        kernel: 'ropeParts',
        constants: { ...places, TOKENS: tokens, HEADS: heads, ROTARY: rotarySize, TABLE: tableText(table) },
        bindings: [reads(positions), updates(whole), ...(frequencies ? [reads(frequencies)] : [])],
        workgroups: invocationGrid(tokens * heads * rotarySize, target),
        work: { reads: turned + 4 * tokens, writes: turned },
      },
    ];
  },
});

registerOp({
  name: 'rope',
  dispatches: (node, target) => [turnDispatch(node, 1, target)],
  gradient(node, [dRotated], [wanted], graph) {
    if (!dRotated || !wanted) return node.inputs.map(() => undefined);
    const inputs = [dRotated, ...node.inputs.slice(1)];
    const outputs = [{ name: 'dX', shape: dRotated.shape }];
    const [dX] = graph.append('rope', inputs, outputs, { ...node.attributes, backward: !node.attributes.backward });
    return node.inputs.map((_, index) => (index === 0 ? dX : undefined));
  },
});
