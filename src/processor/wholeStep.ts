/** A whole step on the processor as it really runs, and what it spends on copies into wasm and out of it. */
import type { OnnxValue } from '../checkpoint/index';
import { planOptimizer, zeroRates, type Graph, type StepTimes, type TimedStep } from '../engine/index';
import { OnnxNodes } from '../onnx/index';
import { encodeNodes, joinedShape, lowerGraph, type AreJoined, type LoweredProgram } from './lowerGraph';
import { fastest } from './nodeTimes';
import { ProcessorOptimizer } from './optimizer';
import { ProcessorProgram } from './program';
import type { ProcessorRuntime } from './runtime';
import type { ProcessorWeights } from './weights';

/** The first only warms up. */
export const leastTimedSteps = 3;
const mostTimedSteps = 24;
/** Long enough that a machine with other work leaves one step alone. */
const timedMilliseconds = 3000;

/** The fastest step as `ProcessorSteps` takes them, at rates of zero, and what its copies take. */
export async function timeSteps(
  runtime: ProcessorRuntime,
  { graph, options, microBatches }: TimedStep,
  weights: ProcessorWeights,
  { areJoined, report }: { readonly areJoined: AreJoined; readonly report: (run: number) => void },
): Promise<Pick<StepTimes, 'stepMilliseconds' | 'optimizerMilliseconds' | 'copyMilliseconds'>> {
  const optimizer = new ProcessorOptimizer(planOptimizer(graph, options), options, weights);
  const lowered = lowerGraph(
    graph,
    [...options.readback, ...graph.parameterGradients.values()],
    areJoined,
    runtime.provider,
  );
  const program = await ProcessorProgram.open(runtime, lowered, weights);
  const rates = zeroRates(options);
  let best = { stepMilliseconds: Infinity, optimizerMilliseconds: 0 };
  try {
    let spent = 0;
    for (let run = 0; run < mostTimedSteps && (run < leastTimedSteps || spent < timedMilliseconds); run++) {
      report(Math.min(run, leastTimedSteps));
      const started = performance.now();
      const results: Map<number, Float32Array>[] = [];
      for (const inputs of microBatches) results.push(await program.run(program.feeds(inputs), inputs));
      const computed = performance.now();
      optimizer.update(results, run + 1, rates);
      const ended = performance.now();
      const stepMilliseconds = ended - started;
      spent += stepMilliseconds;
      if (run > 0 && stepMilliseconds < best.stepMilliseconds) {
        best = { stepMilliseconds, optimizerMilliseconds: ended - computed };
      }
    }
  } finally {
    await program.close();
  }
  const copyMilliseconds = microBatches.length * (await timeCopies(runtime, graph, lowered, weights));
  return { ...best, copyMilliseconds };
}

/** Of a program that is fed the same weights and gives as much back, and computes nothing. */
async function timeCopies(
  runtime: ProcessorRuntime,
  graph: Graph,
  lowered: LoweredProgram,
  weights: ProcessorWeights,
): Promise<number> {
  const nodes = new OnnxNodes();
  const given = [...lowered.outputs].map(([id, name]): OnnxValue => {
    const { shape } = graph.tensors[id]!;
    nodes.nodeWith('Expand', [nodes.scalar(1), nodes.ints(...shape)], {}, [name]);
    return { name, type: 'float', shape };
  });
  const fed = [...lowered.weights].map(([name, parameters]): OnnxValue => ({
    name,
    type: 'float',
    shape: joinedShape(parameters),
  }));
  const copies = { ...lowered, model: encodeNodes(nodes, fed, given), inputs: new Map(), scatters: [] };
  const program = await ProcessorProgram.open(runtime, copies, weights);
  try {
    return await fastest(() => program.run({}, {}));
  } finally {
    await program.close();
  }
}
