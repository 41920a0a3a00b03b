/**
 * Recomputation (gradient checkpointing, Chen et al. 2016, arXiv 1604.06174): of a stretch of nodes, usually a layer, only what
 * others read is kept, and the backward pass computes the rest once more before it needs it. The same kernels run on the same
 * values, so that no gradient differs, to the bit. What backward does not read is not computed again: of a decoder layer, its
 * last product and what only that reads.
 */
import type { Graph, GraphNode, Tensor } from './graph';

const scope = 'again';

export class Recomputations {
  /** By node id; absent: kept as it is. */
  private readonly stretches = new Map<number, Stretched>();
  private current: Stretched | undefined;

  /** @param graph with forward nodes alone. */
  constructor(graph: Graph) {
    const all = graph.recomputed.map(({ from, until }) => {
      const stretched = new Stretched(graph, graph.nodes.slice(from, until));
      for (let id = from; id < until; id++) this.stretches.set(id, stretched);
      return stretched;
    });
    for (const node of graph.nodes) {
      const own = this.stretches.get(node.id);
      for (const stretched of all) if (stretched !== own) stretched.keep(node.inputs);
    }
  }

  /** The node with the tensors that backward nodes are to read. Nodes are asked for from the last to the first. */
  again(node: GraphNode): GraphNode {
    const stretched = this.stretches.get(node.id);
    if (stretched !== this.current) {
      this.finish();
      stretched?.begin();
      this.current = stretched;
    }
    return stretched ? stretched.again(node) : node;
  }

  /** To be called when all backward nodes are there. */
  finish(): void {
    this.current?.finish();
    this.current = undefined;
  }
}

class Stretched {
  private readonly made: Set<number>;
  /** By the id of what is computed again. */
  private readonly copies = new Map<number, Tensor>();
  private firstBackward = 0;

  constructor(
    private readonly graph: Graph,
    private readonly nodes: readonly GraphNode[],
  ) {
    const updating = nodes.find(({ updates }) => updates.length > 0);
    if (updating) throw new Error(`${updating.label} would update ${updating.updates[0]!.name} twice`);
    this.made = new Set(nodes.flatMap(({ outputs }) => outputs.map(({ id }) => id)));
  }

  keep(tensors: readonly Tensor[]): void {
    for (const { id } of tensors) this.made.delete(id);
  }

  begin(): void {
    this.firstBackward = this.graph.nodes.length;
  }

  again(node: GraphNode): GraphNode {
    return { ...node, inputs: node.inputs.map(this.copyOf), outputs: node.outputs.map(this.copyOf) };
  }

  /** Puts the nodes before the backward nodes that read what they compute. */
  finish(): void {
    const { graph, nodes, firstBackward } = this;
    const read = new Set<number>();
    const note = (tensors: readonly Tensor[]) => tensors.forEach(({ id }) => read.add(id));
    for (const { inputs } of graph.nodes.slice(firstBackward)) note(inputs);
    const repeated: GraphNode[] = [];
    for (const node of nodes.toReversed()) {
      if (!node.outputs.some(({ id }) => this.copies.has(id) && read.has(this.copies.get(id)!.id))) continue;
      const inputs = node.inputs.map(this.copyOf);
      // A node gives all of its outputs; what is kept of them as well is computed into a copy that nobody reads.
      const outputs = node.outputs.map((output) => this.copies.get(output.id) ?? this.copy(output));
      note(inputs);
      repeated.unshift({ ...node, inputs, outputs, label: `${scope} / ${node.label}`, isAgain: true });
    }
    graph.insert(firstBackward, repeated);
  }

  private readonly copyOf = (tensor: Tensor): Tensor =>
    this.made.has(tensor.id) ? (this.copies.get(tensor.id) ?? this.copy(tensor)) : tensor;

  private copy(tensor: Tensor): Tensor {
    const made = this.graph.like(tensor, scope);
    this.copies.set(tensor.id, made);
    return made;
  }
}
