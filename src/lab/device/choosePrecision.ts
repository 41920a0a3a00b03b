/**
 * Whether a model's steps hold in f16: one micro-batch goes forward and backward through the step's own graph in both precisions,
 * with the weights as they are. A gradient can overflow where the loss does not, so that both are compared.
 */
import { elementCount, type Engine, type Inputs, type Precision, type Tensor } from '../../engine/index';
import type { ModelSession } from './modelSession';
import type { PlannedStep } from './plannedStep';
import { precisionTolerances, type PrecisionCheck, type StepPrecision } from './stepPrecision';

/** So many gradients are compared at most, spread over the model. */
const comparedGradients = 12;
/** Of one that is compared: larger ones are left out where there are smaller ones. */
const comparedElements = 2 ** 24;

export async function chooseStepPrecision(
  engine: Engine,
  session: Pick<ModelSession, 'store'>,
  step: PlannedStep,
  inputs: Inputs,
): Promise<StepPrecision> {
  if (!engine.report.precisions.includes('f16')) return { precision: 'f32' };
  const check = await checkPrecision(engine, session, step, inputs);
  return { precision: check.passed ? 'f16' : 'f32', check };
}

async function checkPrecision(
  engine: Engine,
  { store }: Pick<ModelSession, 'store'>,
  { graph: { graph, outputs } }: PlannedStep,
  inputs: Inputs,
): Promise<PrecisionCheck> {
  const gradients = compared([...graph.parameterGradients.values()]);
  const values = async (precision: Precision) => {
    const program = await engine.forward(graph, store, [outputs.tokenLoss!, ...gradients], precision);
    try {
      return await program.run(inputs);
    } finally {
      program.close();
    }
  };
  const [losses, ...wanted] = await values('f32');
  const [halfLosses, ...found] = await values('f16');
  const loss = share(Math.abs(total(halfLosses!) - total(losses!)), total(losses!));
  const differences = wanted.map((gradient, at) => relativeDifference(found[at]!, gradient));
  const worst = differences.reduce((most, value, at) => (value <= differences[most]! ? most : at), 0);
  const gradient = differences[worst]!;
  const passed = loss <= precisionTolerances.loss && gradient <= precisionTolerances.gradient;
  const parameter = gradients[worst]!.name.replace('gradient of ', '');
  return { loss: finite(loss), gradient: finite(gradient), parameter, passed };
}

/** Spread over the model from its first to its last. */
function compared(gradients: readonly Tensor[]): Tensor[] {
  const small = gradients.filter(({ shape }) => elementCount(shape) <= comparedElements);
  const from = small.length > 0 ? small : gradients.slice(0, 1);
  const count = Math.min(from.length, comparedGradients);
  const at = (index: number) => Math.round((index * (from.length - 1)) / Math.max(1, count - 1));
  return Array.from({ length: count }, (_, index) => from[at(index)]!);
}

function relativeDifference(found: Float32Array, wanted: Float32Array): number {
  let [difference, norm] = [0, 0];
  for (const [at, value] of wanted.entries()) {
    difference += (found[at]! - value) ** 2;
    norm += value ** 2;
  }
  return share(Math.sqrt(difference), Math.sqrt(norm));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function share(difference: number, whole: number): number {
  return difference === 0 ? 0 : difference / whole;
}

function total(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
