/** What each mode of training needs, known before anything is allocated. Pure: nothing is computed. */
import type { Engine, EngineKind } from '../../engine/index';
import type { Taught } from '../../model/index';
import { defaultOptimizer } from '../training/moves';
import { modeAdapters, modeGroups, trainModes, type TrainMode, type TrainSettings } from '../training/trainSettings';
import { requireShape } from '../training/stepShape';
import { ModelGraphs } from './modelGraphs';
import type { AdapterSettings } from '../../model/index';
import type { LoadedModel } from '../open/openModel';
import { graftedIds } from '../open/rowlessTokens';
import type { FittingPlan } from './fittingPlan';
import { planStep, type PlannedStep } from './plannedStep';
import type { Planner } from './planner';

export interface PlannedSettings extends Pick<TrainSettings, 'batchRows' | 'rowLength' | 'frozen'> {
  readonly taught?: Taught;
}

/** Throws `lab/too-long`, `lab/bad-step`. */
export function planTraining(
  model: LoadedModel,
  newTokens: number,
  mode: TrainMode,
  settings: PlannedSettings,
  engine: Planner,
  adapters: AdapterSettings | undefined = modeAdapters(mode).adapters,
): FittingPlan {
  const { limits } = engine.report;
  const { batchRows, rowLength, taught, frozen } = settings;
  requireShape({ rows: batchRows, length: rowLength }, model.config);
  const { largestId, embeddingRows } = model.summary;
  const { firstNewId, count } = graftedIds(embeddingRows, largestId + 1, newTokens);
  const newEmbeddingRows = Math.max(embeddingRows, firstNewId + count);
  const graphs = new ModelGraphs({
    model,
    moves: modeGroups[mode],
    maxBindingBytes: limits.maxBindingBytes,
    graft: { firstNewId, count, newEmbeddingRows },
    ...(adapters ? { adapters } : {}),
    ...(frozen ? { frozen } : {}),
  });
  return fittingPlan(
    mode,
    planStep(graphs, { batchRows, rowLength, optimizer: defaultOptimizer, ...(taught ? { taught } : {}) }, engine),
    engine.report.kind,
  );
}

/** Of every mode, after the engine has found out whether there is memory for the largest. Throws as `planTraining` does. */
export async function planModes(
  model: LoadedModel,
  newTokens: number,
  settings: PlannedSettings,
  engine: Planner & Partial<Pick<Engine, 'learnMemory'>>,
): Promise<FittingPlan[]> {
  const plans = () => trainModes.map((mode) => planTraining(model, newTokens, mode, settings, engine));
  const first = plans();
  const { memoryBytes } = engine.report;
  await engine.learnMemory?.(Math.max(...first.map(({ totalBytes }) => totalBytes)));
  return engine.report.memoryBytes === memoryBytes ? first : plans();
}

export function fittingPlan(mode: TrainMode, { graphs, cut, need }: PlannedStep, kind: EngineKind): FittingPlan {
  const { parameters, gradients, optimizer, activations, inputs, staging, beside } = need.bytes;
  return {
    mode,
    totalBytes: need.total,
    bytes: { parameters, gradients, optimizer, activations, evaluation: beside, other: inputs + staging },
    cut,
    largestBinding: need.largestBinding,
    ...(graphs.frozen === 'as-stored'
      ? {}
      : { frozen: { held: graphs.frozen, ...graphs.frozenMatrices, widened: kind === 'processor' } }),
    fits: need.fits,
    problems: need.problems,
  };
}
