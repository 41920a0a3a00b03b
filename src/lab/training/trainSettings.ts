/** What one training is given. */
import type { InitMethod } from '../../graft/index';
import type { ParameterGroup } from '../device/parameterTable';

export type { InitMethod } from '../../graft/index';

/** The ways to train, and the groups that each moves. */
export const modeGroups = {
  'new-rows': ['newRows'],
  embeddings: ['newRows', 'oldRows'],
  all: ['newRows', 'oldRows', 'body', 'norms'],
} as const satisfies Record<string, readonly ParameterGroup[]>;

export type TrainMode = keyof typeof modeGroups;
export const trainModes = Object.keys(modeGroups) as readonly TrainMode[];

export interface TrainSettings {
  readonly mode: TrainMode;
  readonly init: InitMethod;
  readonly steps: number;
  /** Rows a step, each of `rowLength` tokens. */
  readonly batchRows: number;
  readonly rowLength: number;
  readonly learningRate: number;
  readonly bodyLearningRate?: number;
  readonly warmupSteps: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  readonly evaluateEvery: number;
  readonly sampleEvery: number;
  readonly seed: number;
  /** Bytes of held-out and of general text that an evaluation scores, the same for every arm; a default fits the adapter. */
  readonly evaluationBytes?: number;
}
