/** What the lowering of one op of the engine to ONNX nodes is, and what it may ask of the graph around it. */
import type { GraphNode, Tensor } from '../../engine/index';
import type { OnnxBuilder } from './builder';

export interface LoweredGraph {
  readonly builder: OnnxBuilder;
  /** The ONNX name of an activation [batch, sequence, width] or an input [batch, sequence]. */
  value(tensor: Tensor): string;
  /** Registers a layer's cache: its past as inputs. The present is what the caller writes under `present`'s names. */
  cache(kvHeads: number, headSize: number): CacheNames;
}

export interface CacheNames {
  readonly pastKey: string;
  readonly pastValue: string;
  readonly presentKey: string;
  readonly presentValue: string;
}

export interface Lowering {
  /** Attributes of the node that the lowering obeys; a node with another is refused by its name. */
  readonly attributes: readonly string[];
  /** How many inputs the lowering obeys at most; a node with more is refused. Vocabulary ops take any number. */
  readonly inputs: number;
  /** Returns the names of the op's outputs, the first of them alone where a forward graph uses no other. */
  lower(node: GraphNode, graph: LoweredGraph): string | readonly string[];
}
