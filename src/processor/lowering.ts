/** What the lowering of one op to ONNX nodes is, forward or backward, and what it may ask of the graph around it. */
import type { GraphNode, Tensor } from '../engine/index';
import { LabError } from '../error';
import type { OnnxNodes } from '../onnx/index';

/** Who computes in onnxruntime-web. */
export type Provider = 'wasm' | 'webgpu';

export interface LoweredGraph {
  readonly nodes: OnnxNodes;
  readonly provider: Provider;
  /** The ONNX value of a tensor that was computed, or that is fed: f32, or int64 for indices. */
  value(tensor: Tensor): string;
  /** Tells the ONNX value of an output. */
  give(tensor: Tensor, value: string): void;
  /** Adds to the gradient of a trainable parameter. */
  addToGradient(gradient: Tensor, value: string): void;
  /** The gradient so far, where a product can be added to it; the value given next takes its place. */
  gradientSoFar(gradient: Tensor): string | undefined;
  setGradient(gradient: Tensor, value: string): void;
  /** Parameters of consecutive rows as one matrix [all rows, width]. */
  joined(parameters: readonly Tensor[]): string;
  /** Leaves adding rows of `values` to a gradient to the host, which does it in the order of the rows. */
  scatter(scatter: HostScatter): void;
  /** What forward nodes keep for their backward nodes. */
  readonly kept: Map<string, readonly string[]>;
}

/** gradient[ids[t] - firstId] += scale * values[t], where that is a row of it, in the order of t. */
export interface HostScatter {
  readonly gradient: Tensor;
  /** f32 [tokens, width]. */
  readonly values: Tensor;
  readonly sortedTokens: Tensor;
  readonly sortedIds: Tensor;
  readonly firstId: number;
  readonly scale: number;
}

export type Lowering = (node: GraphNode, graph: LoweredGraph) => void;

export function noLowering(node: GraphNode): LabError {
  return new LabError(
    'processor/no-lowering',
    `The op \`${node.op}\` (${node.label}) cannot run on the processor.`,
    'Run this model on a GPU, and please report it.',
    { op: node.op },
  );
}

export const attribute = {
  axis: (int: number) => ({ axis: { int } }),
  perm: (...ints: readonly number[]) => ({ perm: { ints } }),
  keep: (isKept: boolean) => ({ keepdims: { int: isKept ? 1 : 0 } }),
} as const;
