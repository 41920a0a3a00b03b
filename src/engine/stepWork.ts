/** What one training step must do on a GPU: its dispatches, bytes and FLOPs by kernel, counted from the plan alone (work.ts). */
import { fuse } from './fuse';
import type { Graph } from './graph';
import { opNamed, type Dispatch, type KernelTarget, type Work } from './op';
import { opKind, type OpKind } from './opKinds';
import { optimizerDispatches } from './optimizerDispatches';
import { layOutOptimizer } from './optimizerLayout';
import type { TrainingOptions } from './training';
import { workOf } from './work';

export type WorkKind = OpKind | 'optimizer';

export interface CountedWork extends Work {
  readonly dispatches: number;
}

/** Of one kernel within one kind of op. */
export interface KernelWork extends CountedWork {
  readonly kind: WorkKind;
  readonly kernel: string;
}

export interface StepWork {
  /** What moves most bytes first. */
  readonly kernels: readonly KernelWork[];
  readonly kinds: Readonly<Partial<Record<WorkKind, CountedWork>>>;
  readonly total: CountedWork;
  /** Kernels that are neither matrix products nor attention. */
  readonly outside: CountedWork;
}

/** `graph` has its gradients. With all micro-batches that `options` plans and one update. Runs nothing. */
export function stepWork(graph: Graph, options: TrainingOptions, target: KernelTarget): StepWork {
  const kernels = new Map<string, KernelWork>();
  const count = (kind: WorkKind, dispatch: Dispatch, times: number) => {
    const { kernel } = dispatch;
    const key = `${kind} ${kernel}`;
    const { reads, writes, flops } = workOf(dispatch);
    const work = { dispatches: times, reads: reads * times, writes: writes * times, flops: flops * times };
    kernels.set(key, { kind, kernel, ...sumOf([...(kernels.has(key) ? [kernels.get(key)!] : []), work]) });
  };
  for (const node of fuse(graph.nodes, options.readback)) {
    for (const dispatch of opNamed(node.op).dispatches(node, target)) {
      count(opKind(node.op), dispatch, options.microBatches);
    }
  }
  const specs = graph.tensors.filter((tensor) => tensor.kind === 'parameter');
  const { maxBindingBytes } = target;
  const layout = layOutOptimizer(graph, options, specs, { maxBindingBytes, maxBufferBytes: maxBindingBytes });
  for (const dispatch of optimizerDispatches(layout, target)) count('optimizer', dispatch, 1);

  const all = [...kernels.values()].sort((a, b) => b.reads + b.writes - a.reads - a.writes);
  const kinds = [...new Set(all.map(({ kind }) => kind))];
  return {
    kernels: all,
    kinds: Object.fromEntries(kinds.map((kind) => [kind, sumOf(all.filter((each) => each.kind === kind))])),
    total: sumOf(all),
    outside: sumOf(all.filter(({ kind, flops }) => flops === 0 && kind !== 'attention')),
  };
}

function sumOf(works: readonly CountedWork[]): CountedWork {
  const sum = (of: keyof CountedWork) => works.reduce((total, work) => total + work[of], 0);
  return { dispatches: sum('dispatches'), reads: sum('reads'), writes: sum('writes'), flops: sum('flops') };
}
