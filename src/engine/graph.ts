/**
 * The static graph: tensors with fixed shapes and the nodes that compute them, in execution order.
 *
 * It knows nothing of language models and nothing of WebGPU: ops (ops/*.ts) append nodes, gradients.ts appends the
 * backward nodes to the same list, plan.ts places its tensors in memory, program.ts turns it into pipelines.
 * A node may also update tensors in place: that is how parameter gradients accumulate over micro-batches.
 */

import { requireHeld, type ElementType } from './elementTypes';

export { byteLength, elementCount, type ElementType } from './elementTypes';

export type TensorKind =
  | 'parameter' // lives in the ParameterStore, shared by all programs
  | 'gradient' // of one trainable parameter; persistent, f32, accumulated, cleared by the optimizer
  | 'input' // written by the host before a run
  | 'activation'; // placed in an arena by the plan

export interface Tensor {
  readonly id: number;
  readonly name: string;
  /** Row-major. */
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly kind: TensorKind;
  /** Parameters only: does the optimizer move it? */
  readonly trainable: boolean;
}

export type Attributes = Readonly<Record<string, number | boolean | string | readonly number[]>>;

export interface GraphNode {
  readonly id: number;
  /** Key into the op table. */
  readonly op: string;
  readonly inputs: readonly Tensor[];
  /** Read and written in place (gradients that accumulate). */
  readonly updates: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly attributes: Attributes;
  /** For messages and profiles: "layer 3 / rmsNorm". */
  readonly label: string;
  /** Computes again what an earlier node computed, which was not kept (recomputation.ts). */
  readonly isAgain?: true;
}

/** Nodes from one id to before another. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** A parameter as whatever computes holds it. */
export interface ParameterSpec extends Pick<Tensor, 'name' | 'shape' | 'type'> {
  /** The larger tensor whose rows from `firstRow` on it holds; itself where both are absent. */
  readonly tensor?: string;
  readonly firstRow?: number;
}

/** By input tensor name. Lengths must be those of the graph. */
export type Inputs = Readonly<Record<string, Uint32Array | Float32Array>>;

export class Graph {
  readonly tensors: Tensor[] = [];
  readonly nodes: GraphNode[] = [];
  /** Parameter id -> its gradient tensor, filled by `gradientOf`. */
  readonly parameterGradients = new Map<number, Tensor>();
  /** What the backward pass computes again, in the order of the nodes. */
  readonly recomputed: Stretch[] = [];
  private scope: string[] = [];

  /** Throws `engine/shape` where `type` cannot hold its rows. */
  parameter(name: string, shape: readonly number[], type: ElementType, trainable = false): Tensor {
    requireHeld({ name, shape, type });
    return this.tensor(name, shape, type, 'parameter', trainable);
  }

  input(name: string, shape: readonly number[], type: ElementType): Tensor {
    return this.tensor(name, shape, type, 'input', false);
  }

  /** Appends a node and returns its outputs. Called by op builders, not by models. */
  append(
    op: string,
    inputs: readonly Tensor[],
    outputs: readonly { name: string; shape: readonly number[]; type?: ElementType }[],
    attributes: Attributes = {},
    updates: readonly Tensor[] = [],
  ): readonly Tensor[] {
    const label = [...this.scope, op].join(' / ');
    const made = outputs.map((o) => this.tensor(`${label}.${o.name}`, o.shape, o.type ?? 'f32', 'activation', false));
    this.nodes.push({ id: this.nodes.length, op, inputs, updates, outputs: made, attributes, label });
    return made;
  }

  /** The persistent gradient buffer of a trainable parameter; made on first use. */
  gradientOf(parameter: Tensor): Tensor {
    const existing = this.parameterGradients.get(parameter.id);
    if (existing) return existing;
    const made = this.tensor(`gradient of ${parameter.name}`, parameter.shape, 'f32', 'gradient', false);
    this.parameterGradients.set(parameter.id, made);
    return made;
  }

  /** What `build` appends is computed again for the backward pass instead of being kept for it, but for what others read of it. */
  recomputing<T>(build: () => T): T {
    const from = this.nodes.length;
    const built = build();
    this.recomputed.push({ from, until: this.nodes.length });
    return built;
  }

  /** Another activation of the same shape. */
  like({ name, shape, type }: Tensor, scope: string): Tensor {
    return this.tensor(`${scope} / ${name}`, shape, type, 'activation', false);
  }

  /** Before the node that has the id `at`; those from there on are numbered anew. */
  insert(at: number, nodes: readonly GraphNode[]): void {
    const later = this.nodes.splice(at);
    for (const node of [...nodes, ...later]) this.nodes.push({ ...node, id: this.nodes.length });
  }

  /** Prefixes the labels of the nodes that `build` appends. */
  within<T>(name: string, build: () => T): T {
    this.scope.push(name);
    try {
      return build();
    } finally {
      this.scope.pop();
    }
  }

  private tensor(
    name: string,
    shape: readonly number[],
    type: ElementType,
    kind: TensorKind,
    trainable: boolean,
  ): Tensor {
    const tensor: Tensor = { id: this.tensors.length, name, shape, type, kind, trainable };
    this.tensors.push(tensor);
    return tensor;
  }
}
