/** Rotary embedding by onnxruntime's own operator, from tables of every position that a token may have. */
import { type RopeShape, type Tensor } from '../../engine/index';
import { MICROSOFT } from '../../onnx/index';
import { noLowering, type Lowering } from '../lowering';

export const rope: Lowering = (node, { nodes, value, give }) => {
  const [x, positions] = node.inputs as [Tensor, Tensor];
  const { heads, headSize, rotarySize } = node.attributes as unknown as RopeShape;
  const table = node.attributes.table as readonly number[];
  const half = rotarySize / 2;
  if (table.length !== half) throw noLowering(node);
  const tokens = x.shape[0]!;
  // Turning back is turning by the same angles the other way.
  const sign = node.attributes.backward ? -1 : 1;
  const turns = (name: 'cos' | 'sin', turn: (angle: number) => number) =>
    nodes.table(`${name} ${sign} ${tokens} ${table.join()}`, [tokens, half], () =>
      Float32Array.from({ length: tokens * half }, (_, at) =>
        turn(Math.floor(at / half) * Math.fround(table[at % half]!)),
      ),
    );
  const inputs = [
    nodes.node('Reshape', [value(x), nodes.ints(1, tokens, heads * headSize)]),
    nodes.once(`row of ${positions.id}`, () => nodes.node('Unsqueeze', [value(positions), nodes.ints(0)])),
    turns('cos', Math.cos),
    turns('sin', (angle) => sign * Math.sin(angle)),
  ];
  const attributes = {
    num_heads: { int: heads },
    ...(rotarySize < headSize ? { rotary_embedding_dim: { int: rotarySize } } : {}),
  };
  const [turned] = nodes.nodeWith('RotaryEmbedding', inputs, attributes, 1, MICROSOFT);
  give(node.outputs[0]!, nodes.node('Reshape', [turned!, nodes.ints(tokens, heads * headSize)]));
};
