/**
 * Norms. In f32 also where activations are f16: squares of large activations are beyond its range. The root-mean-square
 * norm is written the way onnxruntime recognises and fuses; its own operator for it is in no standard.
 */
import type { OnnxBuilder } from './builder';
import type { Lowering } from './lowering';

export const rmsNormLowering: Lowering = {
  attributes: ['epsilon', 'fromOne'],
  inputs: 2,
  lower(node, { builder, value }) {
    const [hidden, weight] = node.inputs;
    const width = weight!.shape[0]!;
    const isByHead = hidden!.shape[1] !== width;
    const whole = value(hidden!);
    const shaped = isByHead ? builder.node('Reshape', [whole, builder.ints(0, 0, -1, width)]) : whole;
    const normed = inF32(builder, shaped, (x) => {
      const square = builder.node('Pow', [x, builder.scalar(2, 'float')]);
      const mean = builder.node('ReduceMean', [square, builder.ints(-1)], { keepdims: { int: 1 } });
      const shifted = builder.node('Add', [mean, builder.scalar(node.attributes.epsilon as number, 'float')]);
      const scaled = builder.node('Div', [x, builder.node('Sqrt', [shifted])]);
      const factor = builder.weight(weight!.name, weight!.shape, 'float');
      const fromOne = node.attributes.fromOne === true;
      return builder.node('Mul', [
        scaled,
        fromOne ? builder.node('Add', [factor, builder.scalar(1, 'float')]) : factor,
      ]);
    });
    return isByHead ? builder.node('Reshape', [normed, builder.ints(0, 0, hidden!.shape[1]!)]) : normed;
  },
};

export const layerNormLowering: Lowering = {
  attributes: ['epsilon'],
  inputs: 3,
  lower(node, { builder, value }) {
    const [hidden, weight, bias] = node.inputs;
    const attributes = { axis: { int: -1 }, epsilon: { float: node.attributes.epsilon as number } };
    const parameters = [weight!, bias!].map(({ name, shape }) => builder.weight(name, shape, 'float'));
    return inF32(builder, value(hidden!), (x) => builder.node('LayerNormalization', [x, ...parameters], attributes));
  },
};

function inF32(builder: OnnxBuilder, x: string, compute: (x: string) => string): string {
  if (builder.float === 'float') return compute(x);
  return builder.cast(compute(builder.cast(x, 'float')), 'float16');
}
