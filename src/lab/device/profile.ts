/** Measures where the time of one training step goes: by kind of op, beside what a plain matrix product reaches on this engine. */
import {
  opKind,
  productOperations,
  productSpeed,
  type Engine,
  type GraphNode,
  type StepTimes,
} from '../../engine/index';
import { LabError } from '../../error';
import { countTargets, modelInputs } from '../../model/index';
import { throwIfCancelled } from '../cancel';
import { graftRows } from './graftedRows';
import { ModelSession } from './modelSession';
import type { LoadedModel } from '../open/openModel';
import { throttled, type OnProgress } from '../progress';
import { seededRandom } from '../../random';
import { defaultOptimizer } from '../training/moves';
import { requireShape } from '../training/stepShape';
import { defaultAdapters, modeGroups } from '../training/trainSettings';
import type { PartTime, ProfiledStep, StepPart, StepProfile } from './stepProfile';

export interface ProfileOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/**
 * Loads the model anew with `newTokens` rows of zeros, so that whatever else is open stays as it is. The text is random: a step
 * takes as long over it as over any other. Throws `lab/too-long`, `lab/bad-step`.
 */
export async function profileStep(
  engine: Engine,
  model: LoadedModel,
  step: ProfiledStep,
  { onProgress = () => undefined, signal }: ProfileOptions = {},
): Promise<StepProfile> {
  const { mode, batchRows, rowLength, newTokens } = step;
  if (mode === 'new-rows' && newTokens === 0) {
    throw new LabError('lab/no-new-rows', 'There are no new rows to train.', 'Add new tokens, or train everything.');
  }
  requireShape({ rows: batchRows, length: rowLength }, model.config);
  const { limits: _, memoryBytes: __, ...described } = engine.report;
  const firstId = model.summary.largestId + 1;
  const added = Array.from({ length: newTokens }, (_, index) => ({ id: firstId + index, pieces: [0] }));
  const graft = added.length > 0 ? await graftRows(model, added, 'zero', 1) : undefined;
  const watched = { onProgress: throttled(onProgress), ...(signal ? { signal } : {}) };
  const session = await ModelSession.open(engine, model, {
    moves: modeGroups[mode],
    ...(mode === 'adapters' ? { adapters: { settings: defaultAdapters, seed: 1 } } : {}),
    ...(graft ? { graft } : {}),
    ...watched,
  });
  try {
    const plainBefore = await productSpeed(engine);
    const planned = session.plannedStep({ batchRows, rowLength, optimizer: defaultOptimizer });
    const rows = planned.cut.microBatchRows;
    const microBatches = batchRows / rows;
    const inputs = Array.from({ length: microBatches }, (_, index) =>
      randomInputs(session.graphs.config.vocabSize, rows, rowLength, { seed: index, microBatches }),
    );
    const times = await session.stepTimes(planned, inputs, {
      ...(signal ? { signal } : {}),
      onProgress: (done, total) => watched.onProgress({ phase: 'timing', done, total }),
    });
    return {
      engine: described,
      step: { mode, batchRows, rowLength, newTokens },
      method: times.method,
      stepMilliseconds: times.stepMilliseconds,
      tokensPerSecond: (batchRows * rowLength) / (times.stepMilliseconds / 1000),
      // Other work on the machine comes and goes.
      plainGigaflopsPerSecond: Math.max(plainBefore, await productSpeed(engine)),
      ...partsOf(times, planned.graph.graph.nodes, microBatches),
    };
  } catch (thrown) {
    throwIfCancelled(signal);
    throw thrown;
  } finally {
    session.close();
  }
}

/** @param nodes of one micro-batch. */
export function partsOf(
  times: StepTimes,
  nodes: readonly GraphNode[],
  microBatches: number,
): Pick<StepProfile, 'parts' | 'outsideProducts'> {
  const milliseconds = new Map<StepPart, number>();
  const add = (part: StepPart, time: number) => void milliseconds.set(part, (milliseconds.get(part) ?? 0) + time);
  for (const [op, time] of times.opMilliseconds) add(opKind(op), time);
  add('optimizer', times.optimizerMilliseconds);
  if (times.copyMilliseconds !== undefined) add('copies', times.copyMilliseconds);
  const together = [...milliseconds.values()].reduce((sum, time) => sum + time, 0);
  const whole = Math.max(times.stepMilliseconds, together);
  const operations = new Map<StepPart, number>();
  for (const node of nodes) {
    const kind = opKind(node.op);
    operations.set(kind, (operations.get(kind) ?? 0) + productOperations(node) * microBatches);
  }
  const timed = [...milliseconds].sort(([, a], [, b]) => b - a);
  const parts = [...timed, ['rest', whole - together] as const].map(([part, time]): PartTime => {
    const products = operations.get(part) ?? 0;
    const speed = products > 0 && time > 0 ? { gigaflopsPerSecond: products / time / 1e6 } : {};
    return { part, milliseconds: time, share: time / whole, ...speed };
  });
  const outside = parts.filter(({ part }) => !(operations.get(part) ?? 0));
  return { parts, outsideProducts: outside.reduce((sum, { share }) => sum + share, 0) };
}

/** Rows of one document each. */
function randomInputs(
  vocabSize: number,
  rows: number,
  rowLength: number,
  { seed, microBatches }: { readonly seed: number; readonly microBatches: number },
) {
  const random = seededRandom(seed);
  const ids = Uint32Array.from({ length: rows * rowLength }, () => Math.floor(random() * vocabSize));
  const documentLengths = Array.from({ length: rows }, () => rowLength);
  const { targets } = modelInputs({ ids, rowLength, documentLengths });
  return modelInputs({ ids, rowLength, documentLengths, targets, targetCount: countTargets(targets) * microBatches });
}
