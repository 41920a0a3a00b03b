/**
 * The graphs of one model in one state (grafted or not, what may move), without a device: the same description gives
 * the memory plan before anything is allocated and the programs afterwards. Frozen tensors keep bf16 where the
 * checkpoint has it; what is trained is f32, and so are vectors (norm weights), which are too small to matter.
 */
import type { ElementType, TrainingOptions } from '../../engine/index';
import type { GraftPlan } from '../../graft/index';
import {
  buildModel,
  segmentVocabulary,
  storedParameters,
  type BuildOptions,
  type ModelConfig,
  type ModelGraph,
  type SegmentSpec,
  type VocabularySpec,
} from '../../model/index';
import { matrixName } from './graftedRows';
import { parameterTable, restGroup, type ParameterGroup, type ParameterRow } from './parameterTable';
import type { ModelWeights } from '../open/openWeights';
import { modeGroups, type TrainMode, type TrainSettings } from '../training/trainSettings';

export interface ModelState {
  readonly model: ModelWeights;
  readonly graft?: Pick<GraftPlan, 'firstNewId' | 'count' | 'newEmbeddingRows'>;
  /** Absent: nothing is trained. */
  readonly mode?: TrainMode;
  readonly maxBindingBytes: number;
}

export class ModelGraphs {
  readonly config: ModelConfig;
  readonly vocabulary: VocabularySpec;
  readonly parameters: readonly ParameterRow[];
  private readonly state: ModelState;
  private readonly groups: ReadonlyMap<string, 'body' | 'norms'>;

  constructor(state: ModelState) {
    const { model, graft } = state;
    this.state = state;
    this.groups = new Map(model.parameters.map((parameter) => [parameter.name, restGroup(parameter)]));
    this.config = { ...model.config, vocabSize: graft?.newEmbeddingRows ?? model.config.vocabSize };
    const input = this.segments(matrixName(model, 'input'));
    this.vocabulary = { input, output: model.config.tied ? input : this.segments(matrixName(model, 'output')) };
    this.parameters = parameterTable(storedParameters(this.config, this), graft);
  }

  /** Parameters that training moves. */
  get trained(): readonly ParameterRow[] {
    return this.parameters.filter(({ group }) => this.isMoved(group));
  }

  readonly parameterTypes = (name: string): ElementType => {
    const stored = this.state.model.checkpoint.tensors.get(name);
    return stored?.dtype === 'BF16' && stored.shape.length > 1 && !this.trainable(name) ? 'bf16' : 'f32';
  };

  /** Parameters outside the vocabulary. */
  readonly trainable = (name: string): boolean => this.isMoved(this.groups.get(name)!);

  build(
    tokens: number,
    options: Pick<BuildOptions, 'outputs' | 'selectedTokens' | 'differentiate' | 'rowLength'>,
  ): ModelGraph {
    const { vocabulary, parameterTypes, trainable } = this;
    return buildModel(this.config, { tokens, vocabulary, parameterTypes, trainable, ...options });
  }

  /**
   * New rows and old rows move with moments by row (a row that did not occur is not touched). Decay pulls on matrices of the
   * body alone: not on rows, nor on learned positions, which are rows too, nor on norms and biases.
   */
  trainingOptions(graph: ModelGraph, settings: TrainSettings, microBatches: number): TrainingOptions {
    const { trained } = this;
    const named = (group: ParameterGroup) => trained.filter((row) => row.group === group).map(({ name }) => name);
    const groups: Record<ParameterGroup, TrainingOptions['groups'][string]> = {
      newRows: { parameters: named('newRows'), weightDecay: 0, lazyRows: true },
      oldRows: { parameters: named('oldRows'), weightDecay: 0, lazyRows: true },
      body: { parameters: named('body'), weightDecay: settings.weightDecay },
      norms: { parameters: named('norms'), weightDecay: 0 },
    };
    return {
      groups: Object.fromEntries(Object.entries(groups).filter(([, { parameters }]) => parameters.length > 0)),
      beta1: 0.9,
      beta2: 0.99,
      epsilon: 1e-8,
      clipNorm: settings.clipNorm,
      microBatches,
      readback: [graph.outputs.tokenLoss!],
    };
  }

  private isMoved(group: ParameterGroup): boolean {
    const { mode } = this.state;
    const moved: readonly ParameterGroup[] = mode === undefined ? [] : modeGroups[mode];
    return moved.includes(group);
  }

  private segments(matrix: string): SegmentSpec[] {
    const { model, graft, maxBindingBytes } = this.state;
    const stored = model.checkpoint.tensors.get(matrix)!;
    return segmentVocabulary(this.config.vocabSize, {
      matrix,
      hiddenSize: model.config.hiddenSize,
      maxBindingBytes,
      ...(graft && graft.count > 0 ? { newIds: { first: graft.firstNewId, count: graft.count } } : {}),
      type: stored.dtype === 'BF16' ? 'bf16' : 'f32',
      trainBase: this.isMoved('oldRows'),
      trainNew: this.isMoved('newRows'),
    });
  }
}

/** Learning rate of each group at a share of the peak. Without a rate of its own, the body moves as fast as the rows. */
export function groupRates(settings: TrainSettings, share: number): Record<string, number> {
  const rows = settings.learningRate * share;
  const rest = (settings.bodyLearningRate ?? settings.learningRate) * share;
  return { newRows: rows, oldRows: rest, body: rest, norms: rest };
}
