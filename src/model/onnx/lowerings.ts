/**
 * One lowering for every op of a forward graph: the only place that knows how the engine's ops are said in ONNX. A family
 * that is made of these ops can be exported without another line; a new op needs a line here, and says so until it has it.
 */
import type { Activation, GraphNode } from '../../engine/index';
import { LabError } from '../../error';
import { activated } from '../../onnx/index';
import { attentionLowering, slidingWindowLowering } from './attention';
import type { OnnxBuilder } from './builder';
import type { Lowering } from './lowering';
import { layerNormLowering, rmsNormLowering } from './norms';
import { ropeLowering } from './rope';

const any = Infinity;

const lowerings: Readonly<Record<string, Lowering>> = {
  activation: {
    attributes: ['activation'],
    inputs: 1,
    lower: (node, { builder, value }) => activatedNode(builder, value(node.inputs[0]!), node),
  },

  add: {
    attributes: [],
    inputs: 2,
    lower: (node, { builder, value }) => builder.node('Add', node.inputs.map(value)),
  },

  attention: attentionLowering,

  embedding: {
    attributes: ['firstIds', 'scale'],
    inputs: any,
    lower(node, { builder, value }) {
      const [ids, matrix] = wholeMatrix(node);
      const weight = builder.weight(matrix.name, matrix.shape);
      const rows = builder.node('Gather', [weight, value(ids)], { axis: { int: 0 } });
      const scale = (node.attributes.scale ?? 1) as number;
      return scale === 1 ? rows : builder.node('Mul', [rows, builder.scalar(scale)]);
    },
  },

  gatedMlp: {
    attributes: ['activation'],
    inputs: 2,
    lower(node, { builder, value }) {
      const [gate, up] = node.inputs.map(value) as [string, string];
      return builder.node('Mul', [activatedNode(builder, gate, node), up]);
    },
  },

  layerNorm: layerNormLowering,

  linear: {
    attributes: ['layout'],
    inputs: 3,
    lower(node, { builder, value }) {
      const [hidden, matrix, bias] = node.inputs;
      const layout = (node.attributes.layout ?? 'outIn') as 'outIn' | 'inOut';
      const product = builder.matmul(value(hidden!), matrix!.name, matrix!.shape as [number, number], layout);
      return bias ? builder.node('Add', [product, builder.weight(bias.name, bias.shape)]) : product;
    },
  },

  rmsNorm: rmsNormLowering,

  rope: ropeLowering,

  slidingWindow: slidingWindowLowering,

  splitColumns: {
    attributes: ['parts', 'groups'],
    inputs: 1,
    lower(node, { builder, value }) {
      const [whole] = node.inputs;
      const { parts, groups } = node.attributes as unknown as { parts: number; groups: number };
      const width = whole!.shape[1]! / parts / groups;
      const byGroup =
        groups === 1 ? value(whole!) : builder.node('Reshape', [value(whole!), builder.ints(0, 0, groups, -1)]);
      const sizes = builder.ints(...Array.from({ length: parts }, () => width));
      const taken = builder.nodeWith('Split', [byGroup, sizes], { axis: { int: -1 } }, parts);
      return groups === 1
        ? taken
        : taken.map((part) => builder.node('Reshape', [part, builder.ints(0, 0, groups * width)]));
    },
  },

  /** Gemm reads the matrix as [out, in]: a tied one is stored once, and none is transposed in memory. */
  vocabularyLogits: {
    attributes: [],
    inputs: any,
    lower(node, { builder, value }) {
      const [hidden, matrix] = wholeMatrix(node);
      const [rows, width] = matrix.shape as [number, number];
      const flat = builder.node('Reshape', [value(hidden), builder.ints(-1, width)]);
      const logits = builder.node('Gemm', [flat, builder.weight(matrix.name, matrix.shape)], {
        transB: { int: 1 },
      });
      const shape = builder.node('Concat', [builder.node('Shape', ['input_ids']), builder.ints(rows)], {
        axis: { int: 0 },
      });
      return builder.node('Reshape', [logits, shape]);
    },
  },
};

function activatedNode(builder: OnnxBuilder, x: string, node: GraphNode): string {
  const name = (node.attributes.activation ?? 'silu') as Activation;
  const made = activated(builder, x, name);
  if (made === undefined) throw noLowering(`The activation \`${name}\` (${node.label}) has no ONNX lowering`);
  return made;
}

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
    throw noLowering(`A vocabulary in ${others.length + 1} segments (${node.label}) has no ONNX lowering`);
  }
  return [first!, matrix] as const;
}
