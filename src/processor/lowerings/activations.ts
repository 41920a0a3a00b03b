/**
 * Activations and their slopes, with the formulas of shaders/activationFunction.wgsl: activate(x) = x share(x), so that
 * slope(x) = share(x) + x share'(x).
 */
import type { Activation, GraphNode, Tensor } from '../../engine/index';
import { activated } from '../../onnx/index';
import { noLowering, type Lowering, type LoweredGraph } from '../lowering';

export const activation: Lowering = (node, graph) => {
  graph.give(node.outputs[0]!, activate(graph, node.inputs[0]!, node));
};

export const activationBackward: Lowering = (node, graph) => {
  const { nodes, value, give } = graph;
  const [x, dActivated] = node.inputs as [Tensor, Tensor];
  give(node.outputs[0]!, nodes.node('Mul', [value(dActivated), slope(graph, x, node)]));
};

export const gatedMlp: Lowering = (node, graph) => {
  const { nodes, value, give } = graph;
  const [gate, up] = node.inputs as [Tensor, Tensor];
  give(node.outputs[0]!, nodes.node('Mul', [activate(graph, gate, node), value(up)]));
};

export const gatedMlpBackward: Lowering = (node, graph) => {
  const { nodes, value, give } = graph;
  const [gate, up, dActivated] = node.inputs as [Tensor, Tensor, Tensor];
  const [dGate, dUp] = node.outputs as [Tensor, Tensor];
  const above = value(dActivated);
  give(dGate, nodes.node('Mul', [nodes.node('Mul', [above, value(up)]), slope(graph, gate, node)]));
  give(dUp, nodes.node('Mul', [above, activate(graph, gate, node)]));
};

function activate(graph: LoweredGraph, x: Tensor, node: GraphNode): string {
  const { nodes, value } = graph;
  const name = node.attributes.activation as Activation;
  return nodes.once(`activated ${x.id}`, () => {
    if (name === 'silu') return nodes.node('Mul', [value(x), sigmoidOf(graph, x)]);
    const made = activated(nodes, value(x), name);
    if (made === undefined) throw noLowering(node);
    return made;
  });
}

function sigmoidOf({ nodes, value }: LoweredGraph, x: Tensor): string {
  return nodes.once(`sigmoid ${x.id}`, () => nodes.node('Sigmoid', [value(x)]));
}

function slope(graph: LoweredGraph, x: Tensor, node: GraphNode): string {
  const { nodes, value } = graph;
  const times = (a: string, b: string) => nodes.node('Mul', [a, b]);
  const plus = (a: string, b: string) => nodes.node('Add', [a, b]);
  const [of, one] = [value(x), nodes.scalar(1)];
  switch (node.attributes.activation as Activation) {
    case 'silu': {
      // s + x s (1 - s) = s (1 + x - x s)
      const rest = nodes.node('Sub', [plus(of, one), activate(graph, x, node)]);
      return times(sigmoidOf(graph, x), rest);
    }
    case 'gelu': {
      const half = nodes.scalar(0.5);
      const erf = nodes.node('Erf', [times(of, nodes.scalar(Math.SQRT1_2))]);
      const density = nodes.node('Exp', [times(times(of, of), nodes.scalar(-0.5))]);
      const share = times(plus(erf, one), half);
      return plus(share, times(of, times(density, nodes.scalar(0.3989422804014327))));
    }
    case 'geluTanh': {
      const square = times(of, of);
      const inner = plus(times(square, nodes.scalar(0.071354812827444)), nodes.scalar(1.5957691216057308));
      const share = nodes.node('Sigmoid', [times(of, inner)]);
      const innerSlope = plus(times(square, nodes.scalar(0.214064438482333)), nodes.scalar(1.5957691216057308));
      const shareSlope = times(times(share, nodes.node('Sub', [one, share])), innerSlope);
      return plus(share, times(of, shareSlope));
    }
    default:
      throw noLowering(node);
  }
}
