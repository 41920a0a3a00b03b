/**
 * One lowering for every op of a forward graph: the only place that knows how the engine's ops are said in ONNX. A family
 * that is made of these ops can be exported without another line; a new op needs a line here, and says so until it has it.
 */
import type { GraphNode } from '../../engine/index';
import { LabError } from '../../error';
import { attentionLowering } from './attention';
import { weightName, type Lowering } from './lowering';
import { ropeLowering } from './rope';

const any = Infinity;

const lowerings: Readonly<Record<string, Lowering>> = {
  add: {
    attributes: [],
    inputs: 2,
    lower: (node, { builder, value }) => builder.node('Add', node.inputs.map(value)),
  },

  attention: attentionLowering,

  embedding: {
    attributes: ['firstIds'],
    inputs: any,
    lower(node, { builder, value }) {
      const [ids, matrix] = wholeMatrix(node);
      return builder.node('Gather', [builder.weight(weightName(matrix), matrix.shape), value(ids)], {
        axis: { int: 0 },
      });
    },
  },

  gatedMlp: {
    attributes: [],
    inputs: 2,
    lower(node, { builder, value }) {
      const [gate, up] = node.inputs.map(value) as [string, string];
      return builder.node('Mul', [builder.node('Mul', [gate, builder.node('Sigmoid', [gate])]), up]);
    },
  },

  linear: {
    attributes: [],
    inputs: 3,
    lower(node, { builder, value }) {
      const [hidden, matrix, bias] = node.inputs;
      const product = builder.matmul(value(hidden!), weightName(matrix!), matrix!.shape as [number, number]);
      return bias ? builder.node('Add', [product, builder.weight(bias.name, bias.shape)]) : product;
    },
  },

  /** In f32 also where activations are f16: squares of large activations are beyond its range. */
  rmsNorm: {
    attributes: ['epsilon'],
    inputs: 2,
    lower(node, { builder, value }) {
      const [hidden, weight] = node.inputs;
      const width = weight!.shape[0]!;
      const isByHead = hidden!.shape[1] !== width;
      const shaped = isByHead
        ? builder.node('Reshape', [value(hidden!), builder.ints(0, 0, -1, width)])
        : value(hidden!);
      const x = builder.float === 'float16' ? builder.cast(shaped, 'float') : shaped;
      const square = builder.node('Mul', [x, x]);
      const mean = builder.node('ReduceMean', [square, builder.ints(-1)], { keepdims: { int: 1 } });
      const shifted = builder.node('Add', [mean, builder.scalar(node.attributes.epsilon as number, 'float')]);
      const scaled = builder.node('Div', [x, builder.node('Sqrt', [shifted])]);
      const normed = builder.node('Mul', [scaled, builder.weight(weight!.name, weight!.shape, 'float')]);
      const result = builder.float === 'float16' ? builder.cast(normed, 'float16') : normed;
      return isByHead ? builder.node('Reshape', [result, builder.ints(0, 0, hidden!.shape[1]!)]) : result;
    },
  },

  rope: ropeLowering,

  /** Gemm reads the matrix as [out, in]: a tied one is stored once, and none is transposed in memory. */
  vocabularyLogits: {
    attributes: [],
    inputs: any,
    lower(node, { builder, value }) {
      const [hidden, matrix] = wholeMatrix(node);
      const [rows, width] = matrix.shape as [number, number];
      const flat = builder.node('Reshape', [value(hidden), builder.ints(-1, width)]);
      const logits = builder.node('Gemm', [flat, builder.weight(weightName(matrix), matrix.shape)], {
        transB: { int: 1 },
      });
      const shape = builder.node('Concat', [builder.node('Shape', ['input_ids']), builder.ints(rows)], {
        axis: { int: 0 },
      });
      return builder.node('Reshape', [logits, shape]);
    },
  },
};

/** Throws `onnx/no-lowering`, naming the op and what of it cannot be said in ONNX. */
export function loweringOf(node: GraphNode): Lowering {
  const lowering = Object.hasOwn(lowerings, node.op) ? lowerings[node.op] : undefined;
  if (!lowering) throw noLowering(`The op \`${node.op}\` (${node.label}) has no ONNX lowering`);
  const unknown = Object.keys(node.attributes).find((name) => !lowering.attributes.includes(name));
  if (unknown !== undefined) {
    throw noLowering(`The attribute \`${unknown}\` of the op \`${node.op}\` (${node.label}) has no ONNX lowering`);
  }
  if (node.inputs.length > lowering.inputs) {
    throw noLowering(
      `The op \`${node.op}\` (${node.label}) has ${node.inputs.length} inputs; its ONNX lowering knows ${lowering.inputs}`,
    );
  }
  return lowering;
}

function noLowering(what: string): LabError {
  return new LabError('onnx/no-lowering', `${what}.`, 'This model can be saved as safetensors.');
}

/** The vocabulary comes as one segment of all rows. */
function wholeMatrix(node: GraphNode) {
  const [first, matrix, ...others] = node.inputs;
  const firstIds = node.attributes.firstIds as readonly number[] | undefined;
  if (!matrix || others.length > 0 || (firstIds && firstIds[0] !== 0)) {
    throw noLowering(`A vocabulary in ${others.length + 1} segments (${node.label})`);
  }
  return [first!, matrix] as const;
}
