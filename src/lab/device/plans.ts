/** What each mode of training needs, known before anything is allocated. Pure: nothing is computed. */
import type { Engine, EngineKind } from '../../engine/index';
import type { Taught } from '../../model/index';
import { taughtOf } from '../training/distillation';
import { defaultOptimizer, movingGroups } from '../training/moves';
import type { Recipe } from '../training/recipe';
import {
  modeAdapters,
  modeGroups,
  smallestMode,
  trainModes,
  type TrainMode,
  type TrainSettings,
} from '../training/trainSettings';
import { requireShape } from '../training/stepShape';
import { ModelGraphs, type ModelState } from './modelGraphs';
import type { AdapterSettings } from '../../model/index';
import type { LoadedModel } from '../open/openModel';
import type { FittingPlan } from './fittingPlan';
import { addedRows, type PlannedRows } from './plannedRows';
import { planStep, type PlannedStep } from './plannedStep';
import type { Planner } from './planner';

export interface PlannedSettings extends Pick<TrainSettings, 'batchRows' | 'rowLength' | 'frozen'> {
  readonly taught?: Taught;
}

/**
 * @param newRows how many are added, or where they lie.
 * @throws `lab/too-long`, `lab/bad-step`.
 */
export function planTraining(
  model: LoadedModel,
  newRows: number | PlannedRows,
  mode: TrainMode,
  settings: PlannedSettings,
  engine: Planner,
  adapters: AdapterSettings | undefined = modeAdapters(mode).adapters,
): FittingPlan {
  const { batchRows, rowLength, taught, frozen } = settings;
  requireShape({ rows: batchRows, length: rowLength }, model.config);
  const held = { ...(adapters ? { adapters } : {}), ...(frozen ? { frozen } : {}) };
  const graphs = graftedGraphs(model, newRows, { moves: modeGroups[mode], ...held }, engine);
  return fittingPlan(
    mode,
    planStep(graphs, { batchRows, rowLength, optimizer: defaultOptimizer, ...(taught ? { taught } : {}) }, engine),
    engine.report.kind,
  );
}

/** Of every mode, after the engine has found out whether there is memory for the largest. Throws as `planTraining` does. */
export async function planModes(
  model: LoadedModel,
  newRows: number | PlannedRows,
  settings: PlannedSettings,
  engine: Planner & Partial<Pick<Engine, 'learnMemory'>>,
): Promise<FittingPlan[]> {
  const plans = () => trainModes.map((mode) => planTraining(model, newRows, mode, settings, engine));
  const first = plans();
  const { memoryBytes } = engine.report;
  await engine.learnMemory?.(Math.max(...first.map(({ totalBytes }) => totalBytes)));
  return engine.report.memoryBytes === memoryBytes ? first : plans();
}

/** What a plan needs of an arm. */
export interface PlannedArm extends Pick<Recipe, 'stages' | 'adapters'> {
  /** How many are added, or where they lie. */
  readonly newRows: number | PlannedRows;
}

/**
 * Of each trained arm of an experiment, the plan of the stage that needs the most memory, or of one that does not fit; after the
 * engine has found out whether there is memory for the largest. Throws as `planTraining` does.
 */
export async function planArms(
  model: LoadedModel,
  arms: Readonly<Record<string, PlannedArm>>,
  held: Pick<TrainSettings, 'frozen'>,
  engine: Planner & Partial<Pick<Engine, 'learnMemory'>>,
): Promise<Readonly<Record<string, FittingPlan>>> {
  const plans = (): Record<string, FittingPlan> => {
    // Many arms of a preset differ in nothing that a plan depends on.
    const known = new Map<string, FittingPlan | undefined>();
    const entries = Object.entries(arms).flatMap(([name, arm]) => {
      const { stages, adapters, newRows } = arm;
      const key = JSON.stringify({ stages, adapters, newRows });
      if (!known.has(key)) known.set(key, hardest(planStages(model, arm, held, engine)));
      const plan = known.get(key);
      return plan ? [[name, plan] as const] : [];
    });
    return Object.fromEntries(entries);
  };
  const first = plans();
  const { memoryBytes } = engine.report;
  await engine.learnMemory?.(Math.max(0, ...Object.values(first).map(({ totalBytes }) => totalBytes)));
  return engine.report.memoryBytes === memoryBytes ? first : plans();
}

/** As ArmTraining would run them: what a later stage moves is never held rounded. */
function planStages(
  model: LoadedModel,
  { stages, adapters, newRows }: PlannedArm,
  held: Pick<TrainSettings, 'frozen'>,
  engine: Planner,
): FittingPlan[] {
  const moves = movingGroups(
    Object.assign({}, ...stages.map(({ rates }) => rates)) as Recipe['stages'][number]['rates'],
  );
  const graphs = graftedGraphs(model, newRows, { moves, ...held, ...(adapters ? { adapters } : {}) }, engine);
  return stages.map((stage) => {
    const { rows: batchRows, length: rowLength } = stage.batch;
    requireShape({ rows: batchRows, length: rowLength }, model.config);
    const taught = taughtOf(stage, model.config);
    const shape = { batchRows, rowLength, optimizer: stage.optimizer, ...(taught ? { taught } : {}) };
    const groups = movingGroups(stage.rates);
    return fittingPlan(smallestMode(groups), planStep(graphs.moving(groups), shape, engine), engine.report.kind);
  });
}

function hardest(plans: readonly FittingPlan[]): FittingPlan | undefined {
  return [...plans].sort((one, other) => Number(one.fits) - Number(other.fits) || other.totalBytes - one.totalBytes)[0];
}

function graftedGraphs(
  model: LoadedModel,
  newRows: number | PlannedRows,
  moved: Pick<ModelState, 'moves' | 'adapters' | 'frozen'>,
  engine: Planner,
): ModelGraphs {
  const graft = typeof newRows === 'number' ? addedRows(model.summary, newRows) : newRows;
  return new ModelGraphs({ model, graft, maxBindingBytes: engine.report.limits.maxBindingBytes, ...moved });
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
