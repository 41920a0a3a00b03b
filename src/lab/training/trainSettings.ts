/** What one training is given. */

export type TrainMode = 'new-rows' | 'embeddings' | 'all';

export type InitMethod = 'subword-mean' | 'global-mean' | 'random' | 'first-subword' | 'zero';

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
