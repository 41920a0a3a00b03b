/**
 * The graphs of one model in one state (grafted or not, what may move), without a device: the same description gives
 * the memory plan before anything is allocated and the programs afterwards. Frozen tensors keep bf16 where the
 * checkpoint has it; what is trained is f32, and so are vectors (norm weights), which are too small to matter.
 */
import type { ElementType, ParameterSpec, TrainingOptions } from '../../engine/index';
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
import type { ModelWeights } from '../open/openWeights';
import type { TrainMode, TrainSettings } from '../training/trainSettings';

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
  readonly parameters: readonly ParameterSpec[];
  private readonly state: ModelState;

  constructor(state: ModelState) {
    const { model, graft } = state;
    this.state = state;
    this.config = { ...model.config, vocabSize: graft?.newEmbeddingRows ?? model.config.vocabSize };
    const input = this.segments(matrixName(model, 'input'));
    this.vocabulary = { input, output: model.config.tied ? input : this.segments(matrixName(model, 'output')) };
    this.parameters = storedParameters(this.config, this);
  }

  /** Trainable segments of new and of old rows, by name. */
  get trainedSegments(): { readonly newRows: readonly string[]; readonly oldRows: readonly string[] } {
    const { graft } = this.state;
    const isNew = ({ firstId }: SegmentSpec) =>
      graft !== undefined && firstId >= graft.firstNewId && firstId < graft.firstNewId + graft.count;
    const all = [...new Set([...this.vocabulary.input, ...this.vocabulary.output])].filter((s) => s.trainable);
    return {
      newRows: all.filter(isNew).map((s) => s.name),
      oldRows: all.filter((s) => !isNew(s)).map((s) => s.name),
    };
  }

  readonly parameterTypes = (name: string): ElementType => {
    const stored = this.state.model.checkpoint.tensors.get(name);
    return stored?.dtype === 'BF16' && stored.shape.length > 1 && !this.trainable(name) ? 'bf16' : 'f32';
  };

  /** Parameters outside the vocabulary. */
  readonly trainable = (_name: string): boolean => this.state.mode === 'all';

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
    const { newRows, oldRows } = this.trainedSegments;
    const body = this.state.mode === 'all' ? this.parameters.filter(({ name }) => !name.includes('#')) : [];
    const positions = new Set(this.state.model.parameters.flatMap((p) => (p.role === 'positions' ? [p.name] : [])));
    const decays = ({ name, shape }: ParameterSpec) => shape.length > 1 && !positions.has(name);
    const matrices = body.filter(decays).map(({ name }) => name);
    const others = body.filter((spec) => !decays(spec)).map(({ name }) => name);
    const groups = {
      newRows: { parameters: newRows, weightDecay: 0, lazyRows: true },
      oldRows: { parameters: oldRows, weightDecay: 0, lazyRows: true },
      body: { parameters: matrices, weightDecay: settings.weightDecay },
      norms: { parameters: others, weightDecay: 0 },
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

  private segments(matrix: string): SegmentSpec[] {
    const { model, graft, mode, maxBindingBytes } = this.state;
    const stored = model.checkpoint.tensors.get(matrix)!;
    return segmentVocabulary(this.config.vocabSize, {
      matrix,
      hiddenSize: model.config.hiddenSize,
      maxBindingBytes,
      ...(graft && graft.count > 0 ? { newIds: { first: graft.firstNewId, count: graft.count } } : {}),
      type: stored.dtype === 'BF16' ? 'bf16' : 'f32',
      trainBase: mode === 'embeddings' || mode === 'all',
      trainNew: mode !== undefined,
    });
  }
}

/** Learning rate of each group at a share of the peak. Without a rate of its own, the body moves as fast as the rows. */
export function groupRates(settings: TrainSettings, share: number): Record<string, number> {
  const rows = settings.learningRate * share;
  const rest = (settings.bodyLearningRate ?? settings.learningRate) * share;
  return { newRows: rows, oldRows: rest, body: rest, norms: rest };
}
