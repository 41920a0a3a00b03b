/** Rotary embedding in the half-split order, from `position_ids`; angles in f32, once for all layers that share a table. */
import type { RopeShape } from '../../engine/index';
import { LabError } from '../../error';
import type { OnnxBuilder } from './builder';
import type { Lowering } from './lowering';

export const ropeLowering: Lowering = {
  attributes: ['heads', 'headSize', 'rotarySize', 'table', 'backward'],
  inputs: 2,
  lower(node, { builder, value }) {
    const { heads, headSize, rotarySize } = node.attributes as unknown as RopeShape;
    const table = node.attributes.table as readonly number[];
    if (node.attributes.backward || table.length !== rotarySize / 2) {
      throw new LabError('onnx/no-lowering', `\`${node.label}\` turns backward or without a table of frequencies.`);
    }
    const [x, positions] = node.inputs.map(value) as [string, string];
    const half = rotarySize / 2;
    const rest = headSize - rotarySize;
    const byHead = builder.node('Reshape', [x, builder.ints(0, 0, heads, headSize)]);
    const sizes = builder.ints(half, half, ...(rest > 0 ? [rest] : []));
    const parts = builder.nodeWith('Split', [byHead, sizes], { axis: { int: -1 } }, rest > 0 ? 3 : 2);
    const [first, second, kept] = parts as [string, string, string | undefined];
    const cosine = turn(builder, 'Cos', positions, table);
    const sine = turn(builder, 'Sin', positions, table);
    const times = (a: string, b: string) => builder.node('Mul', [a, b]);
    const turned = [
      builder.node('Sub', [times(first, cosine), times(second, sine)]),
      builder.node('Add', [times(second, cosine), times(first, sine)]),
      ...(kept === undefined ? [] : [kept]),
    ];
    const joined = builder.node('Concat', turned, { axis: { int: -1 } });
    return builder.node('Reshape', [joined, builder.ints(0, 0, heads * headSize)]);
  },
};

/** cos or sin of position x inverse frequency, [batch, sequence, 1, rotarySize / 2]. */
function turn(builder: OnnxBuilder, op: 'Cos' | 'Sin', positions: string, table: readonly number[]): string {
  return builder.once(`${op} ${positions} ${table.join()}`, () => {
    const angles = builder.once(`angles ${positions} ${table.join()}`, () => {
      const column = builder.node('Unsqueeze', [builder.cast(positions, 'float'), builder.ints(2, 3)]);
      return builder.node('Mul', [column, builder.vector(table)]);
    });
    const turned = builder.node(op, [angles]);
    return builder.float === 'float16' ? builder.cast(turned, 'float16') : turned;
  });
}
