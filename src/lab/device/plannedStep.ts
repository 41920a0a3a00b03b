/**
 * The step of a training as it will run: cut as cheaply as fits what computes, with the plan that says so, an
 * evaluation beside it included. Nothing is allocated.
 */
import {
  leastBytes,
  productOperations,
  type MemoryNeed,
  type Precision,
  type TrainingOptions,
} from '../../engine/index';
import type { ModelGraph, Taught } from '../../model/index';
import type { OptimizerSettings } from '../training/moves';
import type { ModelGraphs } from './modelGraphs';
import type { Planner } from './planner';
import { scoringPass } from './scoringPass';
import { engineSizes } from './sizes';
import { adaptations, firstFitting, stepChoices } from './stepChoice';
import type { StepChoice, StepCut } from './stepCut';

export interface StepShape {
  readonly batchRows: number;
  readonly rowLength: number;
  readonly optimizer: OptimizerSettings;
  readonly taught?: Taught;
  /** As a run was cut before it was saved, so that it goes on to the bit; another is chosen only where this one no longer fits. */
  readonly cut?: StepChoice;
}

export interface PlannedStep {
  readonly graphs: ModelGraphs;
  readonly cut: StepCut;
  readonly graph: ModelGraph;
  readonly options: TrainingOptions;
  readonly need: MemoryNeed;
  readonly fits: boolean;
}

export function planStep(graphs: ModelGraphs, shape: StepShape, engine: Planner): PlannedStep {
  const { batchRows, rowLength } = shape;
  const { kind, memoryBytes: budgetBytes = Infinity } = engine.report;
  const { layers, vocabSize } = graphs.config;
  const choices = stepChoices({ batchRows, rowLength, layers, vocabularyRows: vocabSize }, engineSizes[kind]);
  const { cut: before } = shape;
  const besideBytes = scoringPass(graphs, engine).bytes;
  return firstFitting([...(before ? [before] : []), ...choices], (choice, isLast) => {
    const { graph, options: alone } = buildStep(graphs, shape, choice);
    const options = { ...alone, besideBytes };
    if (!isLast && leastBytes(graph.graph, graphs.parameters, options) > budgetBytes) return undefined;
    const training = { ...options, ...(budgetBytes < Infinity ? { budgetBytes } : {}) };
    const need = engine.plan(graph.graph, { parameters: graphs.parameters, training });
    const cut = {
      ...choice,
      ...{ batchRows, layers },
      adapted: adaptations(choice, choices[0]!),
      moreArithmetic: arithmeticAgain(graph),
    };
    return { graphs, cut, graph, options: training, need, fits: need.fits };
  });
}

/** The same, multiplying in `precision`; its kernels may take other amounts of memory. */
export function inPrecision(step: PlannedStep, precision: Precision, engine: Planner): PlannedStep {
  const options = { ...step.options, precision };
  const need = engine.plan(step.graph.graph, { parameters: step.graphs.parameters, training: options });
  return { ...step, options, need, fits: need.fits };
}

/** As chosen; no plan is made. */
export function buildStep(
  graphs: ModelGraphs,
  { batchRows, rowLength, optimizer, taught }: StepShape,
  { microBatchRows, chunkTokens, recomputedLayers }: StepChoice,
): { readonly graph: ModelGraph; readonly options: TrainingOptions } {
  const graph = graphs.build(microBatchRows * rowLength, {
    ...{ outputs: 'loss', differentiate: true, rowLength, chunkTokens, recomputedLayers },
    ...(taught ? { taught } : {}),
  });
  return { graph, options: graphs.trainingOptions(graph, optimizer, batchRows / microBatchRows) };
}

function arithmeticAgain({ graph }: ModelGraph): number {
  let [once, again] = [0, 0];
  for (const node of graph.nodes) {
    if (node.isAgain) again += productOperations(node);
    else once += productOperations(node);
  }
  return again / once;
}
