/**
 * What a program takes on the processor, before anything is allocated. Weights lie in the heap once, and once more in wasm
 * while a program runs; gradients and results are copied out of wasm. wasm addresses 4 GB, and never gives back what it grew to.
 */
import {
  activationLifetimes,
  byteLength,
  elementCount,
  placeInArenas,
  planOptimizer,
  type AttentionShape,
  type Graph,
  type GraphNode,
  type MemoryNeed,
  type MemoryRequest,
} from '../engine/index';

/** Of the 4 GB, what programs may use: the runtime itself and its threads' stacks take the rest. */
export const WASM_BYTES = 3.7e9;

export function planProcessor(graph: Graph, { parameters, training, outputs = [] }: MemoryRequest): MemoryNeed {
  const f32 = (shape: readonly number[]): number => 4 * elementCount(shape);
  const weights = sumOf(parameters.map(({ shape }) => f32(shape)));
  const gradients = sumOf([...graph.parameterGradients.values()].map(({ shape }) => f32(shape)));
  const results = sumOf([...outputs, ...(training?.readback ?? [])].map(byteLength));
  const isDifferentiated = graph.parameterGradients.size > 0;
  const lifetimes = activationLifetimes(graph.nodes, outputs);
  const placed = sumOf(placeInArenas(lifetimes, new Map(), Infinity).bufferBytes);
  const kept = isDifferentiated ? sumOf(graph.nodes.map(keptBytes)) : 0;
  const scratch = Math.max(0, ...graph.nodes.map(scratchBytes));
  const bytes = {
    parameters: weights,
    gradients,
    optimizer: training ? planOptimizer(graph, training).bytes : 0,
    activations: placed + kept + scratch,
    // The second copy of weights, gradients and results: in wasm.
    inputs: weights + gradients,
    staging: 2 * results,
    beside: training?.besideBytes ?? 0,
  };
  const inWasm = bytes.inputs + bytes.activations + results;
  const total = sumOf(Object.values(bytes));
  const budgetBytes = training?.budgetBytes ?? Infinity;
  const problems = [
    ...(inWasm <= WASM_BYTES
      ? []
      : [
          {
            message: `A pass needs ${gigabytes(inWasm)} in wasm, which addresses ${gigabytes(WASM_BYTES)}: ${gigabytes(weights)} of weights, ${gigabytes(gradients)} of gradients, ${gigabytes(bytes.activations)} of activations.`,
            hint: hintFor(bytes.activations, gradients, weights),
          },
        ]),
    ...(total <= budgetBytes
      ? []
      : [
          {
            message: `The run needs ${gigabytes(total)}; the budget is ${gigabytes(budgetBytes)}.`,
            hint: hintFor(bytes.activations, gradients, weights),
          },
        ]),
  ];
  const largest = parameters.reduce(
    (found, { name, shape }) => (f32(shape) > found.bytes ? { tensor: name, bytes: f32(shape) } : found),
    { tensor: '', bytes: 0 },
  );
  return { bytes, total, largestBinding: largest, fits: problems.length === 0, problems };
}

function hintFor(activations: number, gradients: number, weights: number): string {
  if (activations >= Math.max(gradients, weights)) return 'Shorten the rows or lower the rows of a batch.';
  if (gradients > 0.5 * weights) return 'Train the new rows alone, or use a smaller model.';
  return 'Use a smaller model, or a machine with a GPU.';
}

/** Kept from forward to backward beyond the graph's own tensors. */
function keptBytes(node: GraphNode): number {
  const [first] = node.inputs;
  if (node.op === 'gatedMlp' || node.op === 'activation') return 2 * 4 * elementCount(first!.shape);
  // Weights, and queries, keys, values and what was attended by heads.
  return node.op === 'attention' ? attentionBytes(node) + 4 * 4 * elementCount(first!.shape) : 0;
}

/** At once, within one node. */
function scratchBytes(node: GraphNode): number {
  if (node.op === 'attention' || node.op === 'attentionBackward') return 3 * attentionBytes(node);
  if (node.op === 'linearCrossEntropy') return 2 * 4 * elementCount(node.outputs[1]!.shape);
  return Math.max(0, ...node.inputs.filter(({ kind }) => kind === 'activation').map(byteLength)) * 4;
}

function attentionBytes(node: GraphNode): number {
  const { heads, rowLength } = node.attributes as unknown as AttentionShape;
  const tokens = node.inputs[0]!.shape[0]!;
  const length = rowLength !== undefined && tokens % rowLength === 0 ? rowLength : tokens;
  return 4 * heads * tokens * length;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
