/**
 * The graphs of one model in one state (grafted or not, what may move), without a device: the same description gives
 * the memory plan before anything is allocated and the programs afterwards. Frozen matrices are held as frozenWeights.ts
 * says; what is trained is f32, and so are vectors (norm weights), which are too small to matter.
 */
import type { ElementType, TrainingOptions } from '../../engine/index';
import type { GraftPlan } from '../../graft/index';
import {
  adaptedMatrices,
  buildModel,
  segmentVocabulary,
  storedParameters,
  type AdaptedMatrix,
  type AdapterSettings,
  type BuildOptions,
  type ModelConfig,
  type ModelGraph,
  type SegmentSpec,
  type VocabularySpec,
} from '../../model/index';
import { frozenType, storedType, type FrozenWeights } from './frozenWeights';
import { matrixName } from './graftedRows';
import { parameterTable, restGroup, type ParameterGroup, type ParameterRow } from './parameterTable';
import type { ModelWeights } from '../open/openWeights';
import type { OptimizerSettings } from '../training/moves';

export interface ModelState {
  readonly model: ModelWeights;
  readonly graft?: Pick<GraftPlan, 'firstNewId' | 'count' | 'newEmbeddingRows'>;
  /** Groups that a training moves; absent: none. */
  readonly moves?: readonly ParameterGroup[];
  /** Groups that are kept as f32 because another stage of the same session moves them; `moves` are in any case. */
  readonly movesLater?: readonly ParameterGroup[];
  /** Beside matrices of the body; absent: none. */
  readonly adapters?: AdapterSettings;
  /** How matrices that nothing moves are held; absent: as they are stored. */
  readonly frozen?: FrozenWeights;
  readonly maxBindingBytes: number;
}

export class ModelGraphs {
  readonly config: ModelConfig;
  readonly vocabulary: VocabularySpec;
  readonly parameters: readonly ParameterRow[];
  readonly adapters: readonly AdaptedMatrix[];
  private readonly state: ModelState;
  private readonly groups: ReadonlyMap<string, ParameterGroup>;

  constructor(state: ModelState) {
    const { model, graft } = state;
    this.state = state;
    this.adapters = state.adapters ? adaptedMatrices(model, state.adapters) : [];
    this.groups = new Map<string, ParameterGroup>([
      ...model.parameters.map((parameter) => [parameter.name, restGroup(parameter)] as const),
      ...this.adapters.flatMap(({ down, up }) => [down, up].map(({ name }) => [name, 'adapters'] as const)),
    ]);
    this.config = { ...model.config, vocabSize: graft?.newEmbeddingRows ?? model.config.vocabSize };
    const input = this.segments(matrixName(model, 'input'));
    this.vocabulary = { input, output: model.config.tied ? input : this.segments(matrixName(model, 'output')) };
    this.parameters = parameterTable(storedParameters(this.config, this), graft);
  }

  /** The same parameters, of which a stage moves only these groups. */
  moving(moves: readonly ParameterGroup[]): ModelGraphs {
    return new ModelGraphs({ ...this.state, moves, movesLater: this.state.moves ?? [] });
  }

  get adapterSettings(): AdapterSettings | undefined {
    return this.state.adapters;
  }

  /** Parameters that training moves. */
  get trained(): readonly ParameterRow[] {
    return this.parameters.filter(({ group }) => this.isMoved(group));
  }

  readonly parameterTypes = (name: string): ElementType => {
    const stored = this.state.model.checkpoint.tensors.get(name);
    const group = this.groups.get(name)!;
    if (!stored || stored.shape.length < 2 || this.isEver(group)) return 'f32';
    return frozenType(stored, group === 'norms' ? 'as-stored' : this.frozen);
  };

  /** How matrices that nothing moves are held. */
  get frozen(): FrozenWeights {
    return this.state.frozen ?? 'as-stored';
  }

  /** Whether the values of a parameter are not the checkpoint's but rounded ones. */
  isRounded({ origin, tensor, type }: ParameterRow): boolean {
    if (origin !== 'checkpoint' || type === 'f32') return false;
    return type !== storedType(this.state.model.checkpoint.tensors.get(tensor)!.dtype);
  }

  /** Tensors whose values are rounded, and frozen matrices that are not. */
  get frozenMatrices(): { readonly rounded: number; readonly asStored: number } {
    const matrices = this.parameters.filter(
      ({ origin, shape, group }) =>
        origin === 'checkpoint' && shape.length > 1 && group !== 'norms' && !this.isEver(group),
    );
    const rounded = new Set(matrices.filter((row) => this.isRounded(row)).map(({ tensor }) => tensor));
    return { rounded: rounded.size, asStored: new Set(matrices.map(({ tensor }) => tensor)).size - rounded.size };
  }

  /** The same, with frozen matrices as they are stored. */
  get asStored(): ModelGraphs {
    return this.frozen === 'as-stored' ? this : new ModelGraphs({ ...this.state, frozen: 'as-stored' });
  }

  /** Parameters outside the vocabulary. */
  readonly trainable = (name: string): boolean => this.isMoved(this.groups.get(name)!);

  build(
    tokens: number,
    options: Pick<BuildOptions, 'outputs' | 'selectedTokens' | 'differentiate' | 'rowLength' | 'taught'>,
  ): ModelGraph {
    const { vocabulary, parameterTypes, trainable, adapters } = this;
    return buildModel(this.config, { tokens, vocabulary, parameterTypes, trainable, adapters, ...options });
  }

  /**
   * New rows and old rows move with moments by row (a row that did not occur is not touched). Decay pulls on matrices of the
   * body and on adapters: not on rows, nor on learned positions, which are rows too, nor on norms and biases.
   */
  trainingOptions(
    graph: ModelGraph,
    { weightDecay, ...optimizer }: OptimizerSettings,
    microBatches: number,
  ): TrainingOptions {
    const { trained } = this;
    const named = (group: ParameterGroup) => trained.filter((row) => row.group === group).map(({ name }) => name);
    const groups: Record<ParameterGroup, TrainingOptions['groups'][string]> = {
      newRows: { parameters: named('newRows'), weightDecay: 0, lazyRows: true },
      oldRows: { parameters: named('oldRows'), weightDecay: 0, lazyRows: true },
      body: { parameters: named('body'), weightDecay },
      norms: { parameters: named('norms'), weightDecay: 0 },
      adapters: { parameters: named('adapters'), weightDecay },
    };
    return {
      groups: Object.fromEntries(Object.entries(groups).filter(([, { parameters }]) => parameters.length > 0)),
      ...optimizer,
      microBatches,
      readback: [graph.outputs.tokenLoss!, ...(graph.outputs.taughtError ? [graph.outputs.taughtError] : [])],
    };
  }

  private isMoved(group: ParameterGroup): boolean {
    return this.state.moves?.includes(group) ?? false;
  }

  private isEver(group: ParameterGroup): boolean {
    return this.isMoved(group) || (this.state.movesLater?.includes(group) ?? false);
  }

  private segments(matrix: string): SegmentSpec[] {
    const { model, graft, maxBindingBytes } = this.state;
    const stored = model.checkpoint.tensors.get(matrix)!;
    return segmentVocabulary(this.config.vocabSize, {
      matrix,
      hiddenSize: model.config.hiddenSize,
      maxBindingBytes,
      ...(graft && graft.count > 0 ? { newIds: { first: graft.firstNewId, count: graft.count } } : {}),
      type: this.isEver('oldRows') ? 'f32' : frozenType(stored, this.frozen),
      trainBase: this.isMoved('oldRows'),
      trainNew: this.isMoved('newRows'),
    });
  }
}
