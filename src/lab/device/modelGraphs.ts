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
import type { OptimizerSettings, ParameterGroup } from '../training/moves';

export interface ModelState {
  readonly model: ModelWeights;
  readonly graft?: Pick<GraftPlan, 'firstNewId' | 'count' | 'newEmbeddingRows'>;
  /** Groups that a training moves; absent: none. */
  readonly moves?: readonly ParameterGroup[];
  /** Groups that are kept as f32 because another stage of the same session moves them; `moves` are in any case. */
  readonly movesLater?: readonly ParameterGroup[];
  readonly maxBindingBytes: number;
}

export class ModelGraphs {
  readonly config: ModelConfig;
  readonly vocabulary: VocabularySpec;
  readonly parameters: readonly ParameterSpec[];
  private readonly state: ModelState;
  private readonly known: ReadonlyMap<string, ModelWeights['parameters'][number]>;

  constructor(state: ModelState) {
    const { model, graft } = state;
    this.state = state;
    this.known = new Map(model.parameters.map((parameter) => [parameter.name, parameter]));
    this.config = { ...model.config, vocabSize: graft?.newEmbeddingRows ?? model.config.vocabSize };
    const input = this.segments(matrixName(model, 'input'));
    this.vocabulary = { input, output: model.config.tied ? input : this.segments(matrixName(model, 'output')) };
    this.parameters = storedParameters(this.config, this);
  }

  /** The same parameters, of which a stage moves only these groups. */
  moving(moves: readonly ParameterGroup[]): ModelGraphs {
    return new ModelGraphs({ ...this.state, moves, movesLater: this.state.moves ?? [] });
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
    return stored?.dtype === 'BF16' && stored.shape.length > 1 && !this.isEver(this.groupOf(name)) ? 'bf16' : 'f32';
  };

  /** Parameters outside the vocabulary. */
  readonly trainable = (name: string): boolean => this.isMoved(this.groupOf(name));

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
  trainingOptions(
    graph: ModelGraph,
    { weightDecay, ...optimizer }: OptimizerSettings,
    microBatches: number,
  ): TrainingOptions {
    const { newRows, oldRows } = this.trainedSegments;
    const rest = this.parameters.map(({ name }) => name).filter((name) => !name.includes('#') && this.trainable(name));
    const groups: Record<ParameterGroup, TrainingOptions['groups'][string]> = {
      newRows: { parameters: newRows, weightDecay: 0, lazyRows: true },
      oldRows: { parameters: oldRows, weightDecay: 0, lazyRows: true },
      body: { parameters: rest.filter((name) => this.groupOf(name) === 'body'), weightDecay },
      norms: { parameters: rest.filter((name) => this.groupOf(name) === 'norms'), weightDecay: 0 },
    };
    return {
      groups: Object.fromEntries(Object.entries(groups).filter(([, { parameters }]) => parameters.length > 0)),
      ...optimizer,
      microBatches,
      readback: [graph.outputs.tokenLoss!],
    };
  }

  private isMoved(group: ParameterGroup): boolean {
    return this.state.moves?.includes(group) ?? false;
  }

  private isEver(group: ParameterGroup): boolean {
    return this.isMoved(group) || (this.state.movesLater?.includes(group) ?? false);
  }

  /** Of a parameter outside the vocabulary. */
  private groupOf(name: string): 'body' | 'norms' {
    const parameter = this.known.get(name);
    return parameter !== undefined && parameter.shape.length > 1 && parameter.role !== 'positions' ? 'body' : 'norms';
  }

  private segments(matrix: string): SegmentSpec[] {
    const { model, graft, maxBindingBytes } = this.state;
    const stored = model.checkpoint.tensors.get(matrix)!;
    return segmentVocabulary(this.config.vocabSize, {
      matrix,
      hiddenSize: model.config.hiddenSize,
      maxBindingBytes,
      ...(graft && graft.count > 0 ? { newIds: { first: graft.firstNewId, count: graft.count } } : {}),
      type: stored.dtype === 'BF16' && !this.isEver('oldRows') ? 'bf16' : 'f32',
      trainBase: this.isMoved('oldRows'),
      trainNew: this.isMoved('newRows'),
    });
  }
}
