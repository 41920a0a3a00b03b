/**
 * Reverse mode over the op table: appends backward nodes to the graph, only towards trainable parameters and no further
 * down than the lowest of them. Training new rows therefore costs no weight gradients for the body. What the graph says is
 * recomputed is computed once more before the first backward node that reads it.
 */
import type { Graph, GraphNode, Tensor } from './graph';
import { opNamed } from './op';
import { Recomputations } from './recomputation';

/**
 * `losses` are outputs of terminal ops (linearCrossEntropy, mse), whose gradient rule needs no incoming gradient: the
 * loss scale is an input of the op. Several losses add up.
 */
export function addGradients(graph: Graph, ...losses: readonly Tensor[]): void {
  backpropagate(graph, { losses, isWanted: ({ kind, trainable }) => kind === 'parameter' && trainable });
}

/**
 * Backwards from `losses`, and from tensors whose gradients are known, towards every tensor that `isWanted` says. Gradients by the
 * id of their tensor; those of parameters are in `graph.parameterGradients`.
 */
export function backpropagate(
  graph: Graph,
  from: {
    readonly losses: readonly Tensor[];
    readonly known?: ReadonlyMap<number, Tensor>;
    readonly isWanted: (leaf: Tensor) => boolean;
  },
): ReadonlyMap<number, Tensor> {
  const forward = [...graph.nodes];
  const wanted = wantedTensors(forward, from.isWanted);
  const gradients = new Map(from.known);
  const lossIds = new Set(from.losses.map((loss) => loss.id));
  const recomputations = new Recomputations(graph);

  for (const node of forward.reverse()) {
    const isLoss = node.outputs.some((output) => lossIds.has(output.id));
    const outputGradients = node.outputs.map((output) => gradients.get(output.id));
    if (!isLoss && outputGradients.every((gradient) => gradient === undefined)) continue;
    const wants = node.inputs.map((input) => wanted.has(input.id));
    const rule = opNamed(node.op).gradient;
    if (!rule || !wants.includes(true)) continue;
    const again = recomputations.again(node);
    graph.within(`backward / ${scopeOf(node)}`, () => {
      const inputGradients = rule(again, outputGradients, wants, graph);
      for (const [index, gradient] of inputGradients.entries()) {
        const input = node.inputs[index]!;
        if (!gradient || !wants[index]) continue;
        const earlier = gradients.get(input.id);
        gradients.set(input.id, earlier ? sum(graph, earlier, gradient) : gradient);
      }
    });
  }
  recomputations.finish();
  return gradients;
}

/** Those tensors, and all that they flow into through ops that can be differentiated. */
function wantedTensors(nodes: readonly GraphNode[], isWanted: (leaf: Tensor) => boolean): Set<number> {
  const wanted = new Set<number>();
  for (const node of nodes) {
    for (const input of node.inputs) if (isWanted(input)) wanted.add(input.id);
    if (!opNamed(node.op).gradient) continue;
    if (node.inputs.some((input) => wanted.has(input.id))) for (const output of node.outputs) wanted.add(output.id);
  }
  return wanted;
}

function sum(graph: Graph, a: Tensor, b: Tensor): Tensor {
  return graph.append('add', [a, b], [{ name: 'sum', shape: a.shape }])[0]!;
}

/** "layer 3 / rmsNorm" without the op's own name, which the appended node adds again. */
function scopeOf(node: GraphNode): string {
  const parts = node.label.split(' / ');
  return parts.length > 1 ? parts.slice(0, -1).join(' / ') : node.op;
}
