/** The functions of a feed-forward part in ONNX's operators. */
import type { Activation } from '../engine/index';
import type { OnnxNodes } from './nodes';

/** silu by its definition, which onnxruntime fuses; gelu has an operator. Undefined for a name that has no lowering. */
export function activated(nodes: OnnxNodes, x: string, name: Activation): string | undefined {
  if (name === 'silu') return nodes.node('Mul', [x, nodes.node('Sigmoid', [x])]);
  const approximate = { gelu: 'none', geluTanh: 'tanh' }[name as string];
  return approximate === undefined ? undefined : nodes.node('Gelu', [x], { approximate: { string: approximate } });
}
