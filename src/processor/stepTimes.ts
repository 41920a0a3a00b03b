/**
 * Where the time of a step on the processor goes. onnxruntime's own profile cannot be had from wasm, so each distinct node (op,
 * attributes, shapes) is timed alone and counted as often as it occurs; the step is timed as it really runs beside that.
 */
import {
  addTime,
  type GraphNode,
  type StepTimes,
  type Tensor,
  type TimedStep,
  type TimingWatch,
} from '../engine/index';
import { timeEmptyRun, timeNodes, type TimingContext } from './nodeTimes';
import type { ProcessorRuntime } from './runtime';
import { sharedWork, type SharedWork } from './sharedWork';
import type { ProcessorWeights } from './weights';
import { leastTimedSteps, timeSteps } from './wholeStep';

/** What takes much of the step is timed so many times, apart: other work on the machine comes and goes. */
const rounds = 3;
const muchOfStep = 0.02;

export async function stepTimes(
  runtime: ProcessorRuntime,
  step: TimedStep,
  weights: ProcessorWeights,
  watch: TimingWatch = {},
): Promise<StepTimes> {
  const { graph, microBatches } = step;
  const areJoined = (names: readonly string[]): boolean => weights.joined(names) !== undefined;
  const shared = sharedWork(graph.nodes, areJoined);
  const alike = new Map<string, GraphNode[]>();
  for (const node of graph.nodes) {
    const key = signature(node, shared);
    alike.set(key, [...(alike.get(key) ?? []), node]);
  }
  const total = 2 * leastTimedSteps + rounds * alike.size;
  const report = (done: number): void => {
    watch.signal?.throwIfAborted();
    watch.onProgress?.(done, total);
  };
  const before = await timeSteps(runtime, step, weights, { areJoined, report });
  const timer = new NodeTimer({ runtime, areJoined, inputs: microBatches[0]! }, await timeEmptyRun(runtime));
  const timed = [...alike.values()].map((same) => ({
    node: same[0]!,
    others: shared.get(same[0]!)!,
    times: same.length * microBatches.length,
  }));
  let done = leastTimedSteps;
  for (let round = 0; round < rounds; round++) {
    for (const { node, others, times } of timed) {
      report(done++);
      const share = (timer.known(node, others) * times) / before.stepMilliseconds;
      if (round === 0 || share >= muchOfStep) await timer.time(node, others);
    }
  }
  const after = await timeSteps(runtime, step, weights, { areJoined, report: (run) => report(done + run) });
  const opMilliseconds = new Map<string, number>();
  for (const { node, others, times } of timed) addTime(opMilliseconds, node.op, timer.known(node, others) * times);
  const whole = after.stepMilliseconds < before.stepMilliseconds ? after : before;
  return { method: 'alone', ...whole, opMilliseconds };
}

/** The fastest of all that was timed, by nodes. */
class NodeTimer {
  private readonly best = new Map<string, number>();

  constructor(
    private readonly context: TimingContext,
    private readonly empty: number,
  ) {}

  async time(node: GraphNode, others: readonly GraphNode[]): Promise<void> {
    for (const nodes of [others, [...others, node]]) {
      const key = keyOf(nodes);
      const before = this.best.get(key) ?? Infinity;
      if (nodes.length > 0) this.best.set(key, Math.min(before, await timeNodes(nodes, this.context)));
    }
  }

  /** Milliseconds of a node without those whose work it uses; 0 before it was timed. */
  known(node: GraphNode, others: readonly GraphNode[]): number {
    const together = this.best.get(keyOf([...others, node]));
    return together === undefined ? 0 : Math.max(0, together - (this.best.get(keyOf(others)) ?? this.empty));
  }
}

const keyOf = (nodes: readonly GraphNode[]): string => nodes.map(({ id }) => id).join();

/** Nodes of one signature take the same time. */
function signature(node: GraphNode, shared: SharedWork): string {
  const others = shared.get(node)!.map((other) => describe(other));
  return JSON.stringify([describe(node), others]);
}

function describe({ op, attributes, inputs, outputs, updates }: GraphNode): unknown {
  const shapes = (tensors: readonly Tensor[]) => tensors.map(({ kind, type, shape }) => [kind, type, shape]);
  return [op, attributes, shapes(inputs), shapes(outputs), shapes(updates)];
}
