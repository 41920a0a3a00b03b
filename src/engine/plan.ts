/**
 * The memory plan: where every tensor lies and what that costs, known before anything is allocated and without a
 * device. A plan that does not fit says what is too large and what to change; programs refuse to compile it.
 */
import { LabError } from '../error';
import { placeInArenas, placeInSequence, type Lifetime, type PlacedBuffers } from './arenas';
import type { MemoryNeed } from './engine';
import { allocatedBytes, storedRanges } from './elementTypes';
import { fuse } from './fuse';
import { byteLength, elementCount, type Graph, type GraphNode, type ParameterSpec, type Tensor } from './graph';
import { opNamed, type Dispatch, type KernelTarget } from './op';
import { layOutOptimizer, placeGradients } from './optimizerLayout';
import { planOptimizer } from './optimizerPlan';
import { placeParameters } from './parameterPlacement';
import { megabytes, type ParameterStore } from './parameters';
import { stagingBytes } from './readback';
import { readbackBytes, ringSlots, type TrainingOptions } from './training';

export interface PlanLimits {
  readonly maxBindingBytes: number;
  readonly maxBufferBytes: number;
  /** How much GPU memory may be used in all; WebGPU does not tell how much there is. */
  readonly budgetBytes?: number;
}

export interface PlanRequest {
  readonly parameters: readonly ParameterSpec[] | ParameterStore;
  readonly limits: PlanLimits;
  readonly training?: TrainingOptions;
  /** Tensors read back after a run; they live until the end. */
  readonly outputs?: readonly Tensor[];
  /** Which kernel shapes to plan for; the defaults of WebGPU where no device is there yet. */
  readonly target?: KernelTarget;
}

export interface MemoryPlan extends MemoryNeed {
  /** What is run: the graph's nodes, fused. */
  readonly nodes: readonly GraphNode[];
  readonly activations: PlacedBuffers;
  readonly gradients: PlacedBuffers;
  readonly inputs: PlacedBuffers;
}

/** One kernel call with the node it belongs to, for labels. */
export interface PlannedDispatch extends Dispatch {
  readonly label: string;
}

export function planProgram(graph: Graph, request: PlanRequest): MemoryPlan {
  const budgetBytes = request.training?.budgetBytes ?? request.limits.budgetBytes;
  const limits = { ...request.limits, ...(budgetBytes === undefined ? {} : { budgetBytes }) };
  const target = request.target ?? defaultTarget(limits);
  const outputs = request.outputs ?? request.training?.readback ?? [];
  const nodes = fuse(graph.nodes, outputs);
  const dispatches = nodes.map((node) => opNamed(node.op).dispatches(node, target));
  const maxArenaBytes = Math.min(limits.maxBufferBytes, limits.maxBindingBytes);

  const lifetimes = activationLifetimes(nodes, outputs);
  const activations = placeInArenas(lifetimes, conflictsOf(dispatches), maxArenaBytes);
  const gradients = placeGradients(graph, limits);
  const inputs = placeInSequence(sized(inputsOf(nodes)), maxArenaBytes);

  const specs = request.parameters instanceof Array ? request.parameters : [...request.parameters.specs.values()];
  const bytes = {
    parameters: sumOf(placeParameters(specs, limits).bufferBytes),
    gradients: sumOf(gradients.bufferBytes),
    optimizer: request.training ? layOutOptimizer(graph, request.training, specs, limits).bytes : 0,
    activations: sumOf(activations.bufferBytes),
    inputs: sumOf(inputs.bufferBytes),
    // Outputs of a forward program are read one after the other.
    staging: request.training ? readbackBytes(request.training) * ringSlots : stagingBytes(outputs.map(byteLength)),
    beside: request.training?.besideBytes ?? 0,
  };
  const total = sumOf(Object.values(bytes));
  const largestBinding = largestBindingOf(dispatches.flat());
  const problems = findProblems(specs, lifetimes, graph, dispatches.flat(), total, limits);
  const fits = problems.length === 0;
  return { bytes, total, largestBinding, fits, problems, nodes, activations, gradients, inputs };
}

/**
 * Bytes that a training takes on any engine however its activations are placed: weights, gradients, moments, and the most
 * activations that live at once. In far less time than a plan.
 */
export function leastBytes(graph: Graph, specs: readonly ParameterSpec[], training: TrainingOptions): number {
  const gradients = sumOf([...graph.parameterGradients.values()].map(byteLength));
  const moments = planOptimizer(graph, training).bytes;
  return (
    sumOf(specs.map(byteLength)) +
    gradients +
    moments +
    (training.besideBytes ?? 0) +
    mostAlive(activationLifetimes(fuse(graph.nodes, training.readback), []))
  );
}

function mostAlive(lifetimes: readonly Lifetime[]): number {
  const changes: number[] = [];
  for (const { bytes, birth, death } of lifetimes) {
    changes[birth] = (changes[birth] ?? 0) + bytes;
    changes[death + 1] = (changes[death + 1] ?? 0) - bytes;
  }
  let [alive, most] = [0, 0];
  for (const change of changes) most = Math.max(most, (alive += change ?? 0));
  return most;
}

/** Throws `engine/does-not-fit` with the plan's first problem in words and all of them in the details. */
export function requireFit(plan: MemoryNeed): void {
  const [first] = plan.problems;
  if (!first) return;
  throw new LabError('engine/does-not-fit', first.message, first.hint, {
    problems: plan.problems,
    bytes: plan.bytes,
    total: plan.total,
  });
}

/** Bytes that one binding covers. Whole tensors are rounded up to 16 bytes, so that their tail can be read as a vec4. */
export function bindingRange(binding: Dispatch['bindings'][number]): { offset: number; bytes: number } {
  const { tensor, rows } = binding;
  if (!rows) return { offset: 0, bytes: allocatedBytes(tensor) };
  const width = elementCount(tensor.shape.slice(1));
  const ranges = storedRanges(tensor, rows[0] * width, (rows[1] - rows[0]) * width);
  const [range] = ranges;
  if (!range || ranges.length > 1)
    throw new Error(`${tensor.name} is ${tensor.type}: its rows are not one range of bytes`);
  return { offset: range.offset, bytes: Math.ceil(range.bytes / 4) * 4 };
}

export function inputsOf(nodes: readonly GraphNode[]): Tensor[] {
  const found = new Map<number, Tensor>();
  for (const node of nodes) {
    for (const input of node.inputs) if (input.kind === 'input') found.set(input.id, input);
  }
  return [...found.values()];
}

export function activationLifetimes(nodes: readonly GraphNode[], outputs: readonly Tensor[]): Lifetime[] {
  const lives = new Map<number, { tensor: Tensor; birth: number; death: number }>();
  for (const [time, node] of nodes.entries()) {
    for (const tensor of node.outputs) lives.set(tensor.id, { tensor, birth: time, death: time });
    for (const tensor of [...node.inputs, ...node.updates]) {
      const life = lives.get(tensor.id);
      if (life) life.death = time;
      else if (tensor.kind === 'activation') {
        throw new LabError('engine/unordered', `${node.label} reads ${tensor.name}, which no earlier node computes.`);
      }
    }
  }
  for (const output of outputs) {
    const life = lives.get(output.id);
    if (life) life.death = nodes.length;
  }
  return [...lives.values()].map(({ tensor, birth, death }) => ({
    tensor: tensor.id,
    bytes: byteLength(tensor),
    birth,
    death,
  }));
}

/** Tensors that one dispatch reads and another that it writes. */
function conflictsOf(dispatches: readonly (readonly Dispatch[])[]): Map<number, Set<number>> {
  const conflicts = new Map<number, Set<number>>();
  const note = (a: number, b: number) => {
    const known = conflicts.get(a);
    if (known) known.add(b);
    else conflicts.set(a, new Set([b]));
  };
  for (const { bindings } of dispatches.flat()) {
    for (const written of bindings) {
      if (written.access !== 'readWrite') continue;
      for (const read of bindings) {
        if (read.access !== 'read') continue;
        note(written.tensor.id, read.tensor.id);
        note(read.tensor.id, written.tensor.id);
      }
    }
  }
  return conflicts;
}

function largestBindingOf(dispatches: readonly Dispatch[]): { tensor: string; bytes: number } {
  let largest = { tensor: '', bytes: 0 };
  for (const { bindings } of dispatches) {
    for (const binding of bindings) {
      const { bytes } = bindingRange(binding);
      if (bytes > largest.bytes) largest = { tensor: binding.tensor.name, bytes };
    }
  }
  return largest;
}

function findProblems(
  specs: readonly ParameterSpec[],
  lifetimes: readonly Lifetime[],
  graph: Graph,
  dispatches: readonly Dispatch[],
  total: number,
  limits: PlanLimits,
): { message: string; hint: string }[] {
  const problems = new Map<string, { message: string; hint: string }>();
  for (const { bindings } of dispatches) {
    for (const binding of bindings) {
      const { bytes } = bindingRange(binding);
      const { name } = binding.tensor;
      if (bytes <= limits.maxBindingBytes) continue;
      problems.set(name, {
        message: `${name} needs a ${megabytes(bytes)} binding; this adapter allows ${megabytes(limits.maxBindingBytes)}.`,
        hint: 'Shorten the sequence or lower the batch; matrices of the vocabulary can be split into more shards.',
      });
    }
  }
  const sizes = [
    ...specs.map((spec) => ({ name: spec.name, bytes: byteLength(spec) })),
    ...lifetimes.map((life) => ({ name: graph.tensors[life.tensor]!.name, bytes: life.bytes })),
  ];
  for (const { name, bytes } of sizes) {
    if (bytes <= limits.maxBufferBytes || problems.has(name)) continue;
    problems.set(name, {
      message: `${name} needs a ${megabytes(bytes)} buffer; this adapter allows ${megabytes(limits.maxBufferBytes)}.`,
      hint: 'Shorten the sequence or lower the batch, or use a smaller model.',
    });
  }
  if (limits.budgetBytes !== undefined && total > limits.budgetBytes) {
    problems.set('', {
      message: `The run needs ${megabytes(total)} of GPU memory; the budget is ${megabytes(limits.budgetBytes)}.`,
      hint: 'Lower the batch or the sequence length, or train fewer parameters.',
    });
  }
  return [...problems.values()];
}

function defaultTarget(limits: PlanLimits): KernelTarget {
  return {
    maxWorkgroupsPerDimension: 65535,
    maxInvocationsPerWorkgroup: 256,
    maxWorkgroupStorageBytes: 16384,
    maxBindingBytes: limits.maxBindingBytes,
    matmulVariant: 'tile',
  };
}

function sized(tensors: readonly Tensor[]): { tensor: number; bytes: number }[] {
  return tensors.map((tensor) => ({ tensor: tensor.id, bytes: byteLength(tensor) }));
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
