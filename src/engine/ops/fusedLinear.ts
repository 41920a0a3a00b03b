/**
 * Products of a linear layer that do with each value what an op behind them would do in a pass of its own. Models do not
 * append them: fuse.ts puts them in the place of what they fuse.
 */
import type { Attributes, GraphNode, Tensor } from '../graph';
import { registerOp } from '../op';
import type { Activation } from './activation';
import { shapeOf } from './dispatch';
import { forwardMatmul, inputGradientMatmul, type WeightLayout } from './matmul';
import { matmulDispatch } from '../variants';

/** Which inputs stand behind hidden and weight, in this order. */
export interface LinearFusion {
  readonly bias: boolean;
  /** Added to the product, bias included. */
  readonly addend: boolean;
  /** The product is activated; with `gated` it is `up` of a gated MLP, and a gate is there. */
  readonly activation?: Activation;
  readonly gated: boolean;
  /** The product is an output too, before what it activates. */
  readonly keep: boolean;
}

export function linearFusion(node: GraphNode): LinearFusion & { readonly layout: WeightLayout } {
  const attributes = node.attributes as unknown as Partial<LinearFusion> & { readonly layout: WeightLayout };
  return { bias: node.inputs.length > 2, addend: false, gated: false, keep: true, ...attributes };
}

/** The inputs of a `linear` or `linearFused` by what they are. */
export function linearOperands(node: GraphNode): {
  readonly hidden: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  readonly addend: Tensor | undefined;
} {
  const { bias, addend } = linearFusion(node);
  const [hidden, weight, ...rest] = node.inputs as [Tensor, Tensor, ...Tensor[]];
  return { hidden, weight, bias: bias ? rest.shift() : undefined, addend: addend ? rest.shift() : undefined };
}

export function fusedAttributes(fusion: LinearFusion & { readonly layout: WeightLayout }): Attributes {
  return { ...fusion };
}

/** hidden, weight[, bias][, addend][, gate] -> product; or [product,] activated values. */
registerOp({
  name: 'linearFused',
  dispatches(node, target) {
    const { layout, activation, gated, keep } = linearFusion(node);
    const { hidden, weight, bias, addend } = linearOperands(node);
    const [product, values] = node.outputs as [Tensor, Tensor | undefined];
    const matmul = forwardMatmul(hidden, weight, product, shapeOf(hidden, 0), bias, layout);
    const activated = activation && {
      activated: { activation, ...(gated ? { gate: node.inputs.at(-1)! } : {}), ...(keep ? { values: values! } : {}) },
    };
    return [matmulDispatch({ ...matmul, ...(addend ? { addend } : {}), ...activated }, target)];
  },
});

/** dy, weight, gate, up -> dGate, dUp, of a gated MLP whose activated values the layer multiplies. */
registerOp({
  name: 'gatedInputGradient',
  dispatches(node, target) {
    const [dy, weight, gate, up] = node.inputs as [Tensor, Tensor, Tensor, Tensor];
    const [dGate, dUp] = node.outputs as [Tensor, Tensor];
    const { layout, activation } = node.attributes as { layout: WeightLayout; activation: Activation };
    const matmul = inputGradientMatmul(dy, weight, dGate, shapeOf(dy, 0), layout);
    return [matmulDispatch({ ...matmul, backward: { of: gate, activation, gated: { up, dUp } } }, target)];
  },
});

/** dy, weight, x -> dX, of an activation of x without a gate whose values the layer multiplies. */
registerOp({
  name: 'activatedInputGradient',
  dispatches(node, target) {
    const [dy, weight, x] = node.inputs as [Tensor, Tensor, Tensor];
    const { layout, activation } = node.attributes as { layout: WeightLayout; activation: Activation };
    const matmul = inputGradientMatmul(dy, weight, node.outputs[0]!, shapeOf(dy, 0), layout);
    return [matmulDispatch({ ...matmul, backward: { of: x, activation } }, target)];
  },
});
