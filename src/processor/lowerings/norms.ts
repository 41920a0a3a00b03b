/** Norms over the last dimension and their gradients. Both of onnxruntime's operators give the scale that backward needs. */
import { elementCount, type Tensor } from '../../engine/index';
import type { OnnxNodes } from '../../onnx/index';
import { attribute, type Lowering, type LoweredGraph } from '../lowering';
import { rowSum } from './products';

const last = attribute.axis(-1);

export const rmsNorm: Lowering = (node, graph) => {
  const { nodes, value, give } = graph;
  const [hidden, weight] = node.inputs as [Tensor, Tensor];
  const attributes = { ...last, epsilon: { float: node.attributes.epsilon as number } };
  const factor = factorOf(graph, weight, node.attributes.fromOne as boolean);
  const rows = byWidth(nodes, value(hidden), hidden, weight);
  // onnxruntime's own, though it stands in the domain of the standard.
  const [normed, scale] = nodes.nodeWith('SimplifiedLayerNormalization', [rows, factor], attributes, 2);
  give(node.outputs[0]!, likeHidden(nodes, normed!, hidden, weight));
  give(node.outputs[1]!, graph.provider === 'webgpu' ? scaleOf(nodes, rows, attributes.epsilon.float) : scale!);
};

/** 1 / sqrt(mean(row^2) + epsilon): where that operator should give it, the WebGPU provider gives the row's mean. */
function scaleOf(nodes: OnnxNodes, rows: string, epsilon: number): string {
  const power = nodes.node('Add', [rowMean(nodes, nodes.node('Mul', [rows, rows])), nodes.scalar(epsilon)]);
  return nodes.node('Reciprocal', [nodes.node('Sqrt', [power])]);
}

/** With n = hidden * scale: dHidden = scale (g - n mean(g n)), g = dNormed * factor. */
export const rmsNormBackward: Lowering = (node, graph) => {
  const { nodes, value, give } = graph;
  const [hidden, weight, scale, dNormed] = node.inputs as [Tensor, Tensor, Tensor, Tensor];
  const unit = unitOf(graph, hidden, scale, weight);
  const factor = factorOf(graph, weight, node.attributes.fromOne as boolean);
  const g = nodes.node('Mul', [byWidth(nodes, value(dNormed), hidden, weight), factor]);
  const along = nodes.node('Mul', [unit, rowMean(nodes, nodes.node('Mul', [g, unit]))]);
  const dHidden = nodes.node('Mul', [nodes.node('Sub', [g, along]), value(scale)]);
  give(node.outputs[0]!, likeHidden(nodes, dHidden, hidden, weight));
};

export const rmsNormWeightGradient: Lowering = (node, graph) => {
  const { nodes, value, addToGradient } = graph;
  const [hidden, scale, dNormed] = node.inputs as [Tensor, Tensor, Tensor];
  const [gradient] = node.updates as [Tensor];
  const unit = unitOf(graph, hidden, scale, gradient);
  const product = nodes.node('Mul', [byWidth(nodes, value(dNormed), hidden, gradient), unit]);
  addToGradient(gradient, rowSum(nodes, product));
};

export const layerNorm: Lowering = (node, { nodes, value, give }) => {
  const attributes = { ...last, epsilon: { float: node.attributes.epsilon as number } };
  const made = nodes.nodeWith('LayerNormalization', node.inputs.map(value), attributes, 3);
  for (const [index, output] of node.outputs.entries()) give(output, made[index]!);
};

/** With n = (hidden - mean) * scale: dHidden = scale (g - mean(g) - n mean(g n)), g = dNormed * weight. */
export const layerNormBackward: Lowering = (node, graph) => {
  const { nodes, value, give } = graph;
  const [hidden, weight, mean, scale, dNormed] = node.inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const unit = unitOf(graph, hidden, scale, weight, mean);
  const g = nodes.node('Mul', [value(dNormed), value(weight)]);
  const along = nodes.node('Mul', [unit, rowMean(nodes, nodes.node('Mul', [g, unit]))]);
  const centred = nodes.node('Sub', [nodes.node('Sub', [g, rowMean(nodes, g)]), along]);
  give(node.outputs[0]!, nodes.node('Mul', [centred, value(scale)]));
};

export const layerNormWeightGradient: Lowering = (node, graph) => {
  const { nodes, value, addToGradient } = graph;
  const [hidden, mean, scale, dNormed] = node.inputs as [Tensor, Tensor, Tensor, Tensor];
  const [gradient] = node.updates as [Tensor];
  const unit = unitOf(graph, hidden, scale, gradient, mean);
  addToGradient(gradient, rowSum(nodes, nodes.node('Mul', [value(dNormed), unit])));
};

/** The hidden states before the weight, [rows, width]; made once for both gradients of a norm. */
function unitOf({ nodes, value }: LoweredGraph, hidden: Tensor, scale: Tensor, weight: Tensor, mean?: Tensor): string {
  return nodes.once(`unit ${scale.id}`, () => {
    const rows = byWidth(nodes, value(hidden), hidden, weight);
    const centred = mean ? nodes.node('Sub', [rows, value(mean)]) : rows;
    return nodes.node('Mul', [centred, value(scale)]);
  });
}

function factorOf({ nodes, value }: LoweredGraph, weight: Tensor, fromOne: boolean): string {
  if (!fromOne) return value(weight);
  return nodes.once(`factor ${weight.id}`, () => nodes.node('Add', [value(weight), nodes.scalar(1)]));
}

function rowMean(nodes: OnnxNodes, values: string): string {
  return nodes.node('ReduceMean', [values, nodes.ints(-1)], attribute.keep(true));
}

/** Each stretch of the weight's width as a row, as the norms of heads take them. */
function byWidth(nodes: OnnxNodes, value: string, hidden: Tensor, weight: Tensor): string {
  const width = elementCount(weight.shape);
  return hidden.shape[1] === width ? value : nodes.node('Reshape', [value, nodes.ints(-1, width)]);
}

function likeHidden(nodes: OnnxNodes, value: string, hidden: Tensor, weight: Tensor): string {
  const isByHead = hidden.shape[1] !== elementCount(weight.shape);
  return isByHead ? nodes.node('Reshape', [value, nodes.ints(...hidden.shape)]) : value;
}
