/**
 * Fusion for GPUs: what an op would read and write in a pass of its own is done where its operand is computed anyway. A pure
 * rewrite of the nodes right before they are planned, so that gradients, recomputation and the processor know the plain ops alone.
 *
 *   linear, then add               one product that adds the residual as it stores
 *   linear, then activation or gatedMlp   one product that activates as it stores
 *   linearInputGradient, then activationBackward or gatedMlpBackward   one product that stores the gradients of what was activated
 *   a gradient, then add           added into what is there: a product, or a norm's backward pass
 *   attentionBackward, then rope back of both gradients   attention's backward pass, which turns them as it stores
 *   two ropes by the same angles   one dispatch
 *   a projection's columns taken apart for attention   read and written where they lie (fuseParts.ts)
 *
 * A tensor that anybody else reads, or that the caller wants, stays. Every value is computed from the same operands as before.
 */
import { fuseParts } from './fuseParts';
import type { GraphNode, Tensor } from './graph';
import type { Activation } from './ops/activation';
import { fusedAttributes, linearFusion, linearOperands, type LinearFusion } from './ops/fusedLinear';
import type { WeightLayout } from './ops/matmul';

/** `kept`: tensors that are read back. In execution order, as `nodes` is. */
export function fuse(nodes: readonly GraphNode[], kept: readonly Tensor[] = []): readonly GraphNode[] {
  return fuseParts(new Fusion(nodes, kept).run(), kept);
}

/** Ops that can add their output to what is there. */
const accumulating: ReadonlySet<string> = new Set(['linearInputGradient', 'rmsNormBackward', 'layerNormBackward']);

class Fusion {
  /** What stands at each place of the original order. */
  private readonly nodes: (GraphNode | undefined)[];
  private readonly producers = new Map<number, number>();
  private readonly readers = new Map<number, number[]>();
  private readonly kept: ReadonlySet<number>;
  /** By the id of a sum: the tensor in whose place it now lies. */
  private readonly places = new Map<number, Tensor>();

  constructor(nodes: readonly GraphNode[], kept: readonly Tensor[]) {
    this.nodes = [...nodes];
    this.kept = new Set(kept.map(({ id }) => id));
    for (const [at, node] of nodes.entries()) {
      for (const { id } of [...node.outputs, ...node.updates]) this.producers.set(id, at);
      for (const { id } of [...node.inputs, ...node.updates]) {
        const known = this.readers.get(id);
        if (known) known.push(at);
        else this.readers.set(id, [at]);
      }
    }
  }

  run(): GraphNode[] {
    const rules: Readonly<Record<string, (node: GraphNode, at: number) => void>> = {
      add: (node, at) => this.addToGradient(node, at) || this.addAsStored(node, at),
      activation: (node, at) => this.activateAsStored(node, at),
      activationBackward: (node, at) => this.slopeAsStored(node, at),
      gatedMlp: (node, at) => this.activateAsStored(node, at),
      gatedMlpBackward: (node, at) => this.gradientsAsStored(node, at),
      rope: (node, at) => this.turnAsStored(node) || this.pairRopes(node, at),
    };
    for (let at = 0; at < this.nodes.length; at++) {
      const node = this.nodes[at];
      if (node) rules[node.op]?.(node, at);
    }
    return this.nodes.flatMap((node) => (node ? [this.placed(node)] : []));
  }

  /** x + gradient, where nobody reads x afterwards. */
  private addToGradient({ inputs, outputs }: GraphNode, at: number): boolean {
    const [x, y] = inputs.map((input) => this.placeOf(input)) as [Tensor, Tensor];
    const gradient = this.nodes[at - 1];
    const sum = outputs[0]!;
    if (!gradient || !accumulating.has(gradient.op) || gradient.outputs[0] !== y) return false;
    if (x === y || x.kind !== 'activation' || gradient.inputs.some((input) => this.placeOf(input) === x)) return false;
    const isElsewhere = [x, y, sum].some(({ id }) => this.kept.has(id)) || !this.isReadOnly(y, at);
    if (isElsewhere || this.isReadAfter(x, at)) return false;
    this.nodes[at - 1] = undefined;
    this.nodes[at] = { ...gradient, updates: [x], outputs: [] };
    this.places.set(sum.id, x);
    return true;
  }

  /** x + linear, or linear + x. */
  private addAsStored(node: GraphNode, at: number): void {
    for (const [x, y] of [node.inputs, node.inputs.toReversed()] as [Tensor, Tensor][]) {
      const linear = this.movable(y, at, ['linear']);
      if (!linear || x === y) continue;
      const { hidden, weight, bias } = linearOperands(linear);
      const fusion = { ...linearFusion(linear), addend: true };
      const inputs = [hidden, weight, ...(bias ? [bias] : []), x];
      this.replace(y, at, fusedLinear(node, inputs, node.outputs, fusion));
      return;
    }
  }

  /** With a gate, which stands before what is multiplied with it, and without one. */
  private activateAsStored(node: GraphNode, at: number): void {
    const computed = node.inputs.at(-1)!;
    const gate = node.inputs.length > 1 ? node.inputs[0]! : undefined;
    if (gate === computed) return;
    const others = this.readers.get(computed.id)!.filter((reader) => reader !== at);
    const linear = this.producerOf(computed, at, ['linear', 'linearFused']);
    if (!linear || linearFusion(linear).activation || others.some((reader) => reader < at)) return;
    if (gate && linear.inputs.includes(gate)) return;
    const keep = others.length > 0 || this.kept.has(computed.id);
    const activation = node.attributes.activation as Activation;
    const fusion = { ...linearFusion(linear), activation, gated: gate !== undefined, keep };
    const outputs = keep ? [computed, ...node.outputs] : node.outputs;
    this.replace(computed, at, fusedLinear(node, [...linear.inputs, ...(gate ? [gate] : [])], outputs, fusion));
  }

  private slopeAsStored(node: GraphNode, at: number): void {
    const [x, dActivated] = node.inputs as [Tensor, Tensor];
    const gradient = this.movable(dActivated, at, ['linearInputGradient']);
    if (!gradient) return;
    const { layout } = gradient.attributes as { layout: WeightLayout };
    const op = 'activatedInputGradient';
    const attributes = { layout, activation: node.attributes.activation as Activation };
    const fused = { ...node, label: relabelled(node, op), op, attributes };
    this.replace(dActivated, at, { ...fused, inputs: [...gradient.inputs, x] });
  }

  private gradientsAsStored(node: GraphNode, at: number): void {
    const [gate, up, dActivated] = node.inputs as [Tensor, Tensor, Tensor];
    const gradient = this.movable(dActivated, at, ['linearInputGradient']);
    if (!gradient || gate === up) return;
    const { layout } = gradient.attributes as { layout: WeightLayout };
    const { activation } = node.attributes as { activation: Activation };
    const label = relabelled(node, 'gatedInputGradient');
    const fused = { ...node, label, op: 'gatedInputGradient', attributes: { layout, activation } };
    this.replace(dActivated, at, { ...fused, inputs: [...gradient.inputs, gate, up] });
  }

  /** The first of the two ropes back, where the other one stands behind it and nobody else reads either gradient. */
  private turnAsStored(node: GraphNode): boolean {
    const from = this.producers.get(node.inputs[0]!.id) ?? -1;
    const attention = this.nodes[from];
    const { heads: _, ...angles } = node.attributes;
    const isTable = (angles.table as readonly number[]).length > 0;
    if (attention?.op !== 'attentionBackward' || attention.attributes.table || !angles.backward || !isTable)
      return false;
    const [, positions] = node.inputs as [Tensor, Tensor];
    const ropes = attention.outputs.slice(0, 2).map(({ id }) => {
      const readers = this.readers.get(id) ?? [];
      const reader = readers.length === 1 && !this.kept.has(id) ? this.nodes[readers[0]!] : undefined;
      return reader?.op === 'rope' && reader.inputs[0]!.id === id ? { reader, at: readers[0]! } : undefined;
    });
    const isFit = (rope: (typeof ropes)[number]): rope is { reader: GraphNode; at: number } => {
      if (!rope) return false;
      const { heads: __, ...others } = rope.reader.attributes;
      return rope.reader.inputs[1] === positions && JSON.stringify(others) === JSON.stringify(angles);
    };
    if (!ropes.every(isFit)) return false;
    const [dV, rows] = attention.outputs.slice(2) as [Tensor, Tensor];
    const [, heads, tokens] = rows.shape as [number, number, number];
    const outputs = [...ropes.map(({ reader }) => reader.outputs[0]!), dV, { ...rows, shape: [2 * heads + 1, tokens] }];
    const { rotarySize, table } = angles;
    const attributes = { ...attention.attributes, rotarySize: rotarySize!, table: table! };
    for (const rope of ropes) this.nodes[rope.at] = undefined;
    this.nodes[from] = { ...attention, inputs: [...attention.inputs, positions], outputs, attributes };
    for (const { id } of outputs) this.producers.set(id, from);
    return true;
  }

  /** This one, and the next one that turns by the same angles and whose input is there already. */
  private pairRopes(node: GraphNode, at: number): void {
    const { heads: _, ...angles } = node.attributes;
    const isFit = (other: GraphNode | undefined): other is GraphNode => {
      if (other?.op !== 'rope') return false;
      const { heads: __, ...otherAngles } = other.attributes;
      const rest = (each: GraphNode) => each.inputs.slice(1).map(({ id }) => id);
      const [x] = other.inputs as [Tensor];
      return (
        JSON.stringify([angles, rest(node)]) === JSON.stringify([otherAngles, rest(other)]) &&
        x !== node.inputs[0] &&
        !this.places.has(x.id) &&
        (this.producers.get(x.id) ?? -1) < at
      );
    };
    const second = this.nodes.slice(at + 1, at + 1 + ropeDistance).findIndex(isFit);
    if (second < 0) return;
    const other = this.nodes[at + 1 + second]!;
    const attributes = { ...node.attributes, moreHeads: other.attributes.heads as number };
    this.nodes[at + 1 + second] = undefined;
    this.nodes[at] = {
      ...node,
      label: relabelled(node, 'ropePair'),
      op: 'ropePair',
      inputs: [node.inputs[0]!, other.inputs[0]!, ...node.inputs.slice(1)],
      outputs: [...node.outputs, ...other.outputs],
      attributes,
    };
  }

  /** The node that computes a tensor which is read at `at` alone, if it may as well run there. */
  private movable(tensor: Tensor, at: number, ops: readonly string[]): GraphNode | undefined {
    if (this.kept.has(tensor.id) || !this.isReadOnly(tensor, at)) return undefined;
    return this.producerOf(tensor, at, ops);
  }

  /** Unless something between there and `at` adds to one of its operands. */
  private producerOf(tensor: Tensor, at: number, ops: readonly string[]): GraphNode | undefined {
    const from = this.producers.get(tensor.id) ?? -1;
    const node = this.nodes[from];
    if (!node || !ops.includes(node.op) || node.updates.length > 0) return undefined;
    const added = this.nodes
      .slice(from + 1, at)
      .flatMap((between) => between?.updates.map((each) => this.placeOf(each)) ?? []);
    return node.inputs.some((input) => added.includes(this.placeOf(input))) ? undefined : node;
  }

  private replace(computed: Tensor, at: number, node: GraphNode): void {
    this.nodes[this.producers.get(computed.id)!] = undefined;
    this.nodes[at] = node;
    for (const { id } of node.outputs) this.producers.set(id, at);
    for (const { id } of node.inputs) this.readers.set(id, [...(this.readers.get(id) ?? []), at]);
  }

  private isReadOnly({ id }: Tensor, at: number): boolean {
    return this.readers.get(id)?.every((reader) => reader === at) ?? false;
  }

  /** Under any of the names of what lies there. */
  private isReadAfter(tensor: Tensor, at: number): boolean {
    const names = [tensor.id, ...[...this.places].flatMap(([id, place]) => (place === tensor ? [id] : []))];
    return names.some((id) => this.kept.has(id) || this.readers.get(id)?.some((reader) => reader > at));
  }

  private placeOf(tensor: Tensor): Tensor {
    return this.places.get(tensor.id) ?? tensor;
  }

  private placed(node: GraphNode): GraphNode {
    const place = (tensor: Tensor) => this.placeOf(tensor);
    return { ...node, inputs: node.inputs.map(place), updates: node.updates.map(place) };
  }
}

/** In nodes: within one layer's backward pass. */
const ropeDistance = 8;

function fusedLinear(
  { id, label }: GraphNode,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  fusion: LinearFusion & { readonly layout: WeightLayout },
): GraphNode {
  const op = 'linearFused';
  return {
    id,
    label: relabelled({ label }, op),
    op,
    inputs,
    outputs,
    updates: [],
    attributes: fusedAttributes(fusion),
  };
}

/** "layer 3 / add" becomes "layer 3 / linearFused". */
function relabelled({ label }: Pick<GraphNode, 'label'>, op: string): string {
  return [...label.split(' / ').slice(0, -1), op].join(' / ');
}
