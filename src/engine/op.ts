/**
 * What an op is: one file in ops/ that registers this record. Forward and backward are both plain nodes; an op's
 * gradient rule appends further nodes (often of a sibling op such as `rmsNormBackward`) to the same graph.
 */
import type { Graph, GraphNode, Tensor } from './graph';

/** What the adapter offers and which kernel shapes were chosen for it; kernels are picked from this alone. */
export interface KernelTarget {
  readonly maxWorkgroupsPerDimension: number;
  readonly maxInvocationsPerWorkgroup: number;
  readonly maxWorkgroupStorageBytes: number;
  readonly maxBindingBytes: number;
  /** Name of the matmul variant timed fastest on this adapter (tuning.ts), or the default for its kind. */
  readonly matmulVariant: string;
}

export interface Binding {
  readonly tensor: Tensor;
  readonly access: 'read' | 'readWrite';
  /** With `readWrite`: what is there is read before it is written. */
  readonly inPlace?: boolean;
  /** In elements of the tensor's first dimension, to bind only some rows. Offsets obey the 256-byte rule. */
  readonly rows?: readonly [start: number, end: number];
}

/** What a dispatch must do, counted as work.ts says. Reads and writes in bytes. */
export interface Work {
  readonly reads: number;
  readonly writes: number;
  /** Multiplications and additions of matrix products and attention; 0 elsewhere. */
  readonly flops: number;
}

/** One compute dispatch. `bindings[i]` is `@group(0) @binding(i)` of the shader. */
export interface Dispatch {
  /** File stem in shaders/, for example `rmsNorm`. */
  readonly kernel: string;
  /** Values for the shader's compile-time constants: shapes, flags, tile sizes (see wgsl.ts). */
  readonly constants: Readonly<Record<string, number | boolean | string>>;
  readonly bindings: readonly Binding[];
  readonly workgroups: readonly [number, number, number];
  /** Where it is not what follows from the bindings (work.ts). */
  readonly work?: Partial<Work>;
}

export interface Op {
  readonly name: string;
  dispatches(node: GraphNode, target: KernelTarget): readonly Dispatch[];
  /**
   * Appends backward nodes. `outputGradients[i]` is the gradient of `node.outputs[i]`, or undefined where nothing
   * flows back. `wanted[i]` says whether input i needs a gradient. Returns one entry per input; for parameters the
   * rule accumulates into `graph.gradientOf(parameter)` by an updating node and returns undefined.
   * Absent: the op cannot be differentiated through (index inputs, terminal bookkeeping).
   */
  gradient?(
    node: GraphNode,
    outputGradients: readonly (Tensor | undefined)[],
    wanted: readonly boolean[],
    graph: Graph,
  ): readonly (Tensor | undefined)[];
}

const table = new Map<string, Op>();

export function registerOp(op: Op): Op {
  if (table.has(op.name)) throw new Error(`op ${op.name} is registered twice`);
  table.set(op.name, op);
  return op;
}

export function opNamed(name: string): Op {
  const op = table.get(name);
  if (!op) throw new Error(`no op is called ${name}`);
  return op;
}
