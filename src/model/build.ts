/**
 * What every family's graph builder is asked for and returns, and the parts they share: parameters, embeddings, masks and
 * the head.
 */
import {
  add,
  addGradients,
  embedding,
  gatherRows,
  Graph,
  linear,
  linearCrossEntropy,
  scaled,
  slidingWindow,
  squaredError,
  vocabularyLogits,
  type ElementType,
  type ParameterSpec,
  type Tensor,
  type VocabularySegment,
} from '../engine/index';
import type { AdaptedMatrix } from './adapters';
import type { ModelConfig } from './config';
import type { SegmentSpec } from './vocabulary';

export interface VocabularySpec {
  readonly input: readonly SegmentSpec[];
  /** The same list when the model is tied. */
  readonly output: readonly SegmentSpec[];
}

export interface BuildOptions {
  /** Tokens in one run, all rows of the batch together. */
  readonly tokens: number;
  readonly vocabulary: VocabularySpec;
  /** Stored type of every parameter outside the vocabulary. */
  readonly parameterTypes: (name: string) => ElementType;
  /** Whether the optimizer moves a parameter outside the vocabulary; segments say it themselves. */
  readonly trainable: (name: string) => boolean;
  /** Low-rank adapters beside matrices; absent: none. */
  readonly adapters?: readonly AdaptedMatrix[];
  /** `logits` gives all positions [tokens, embeddingRows]; `selectedLogits` those of the input `selected`. */
  readonly outputs: 'loss' | 'logits' | 'selectedLogits';
  /** Length of the input `selected`; 1 by default. */
  readonly selectedTokens?: number;
  /** Where documents never cross a multiple of so many tokens. */
  readonly rowLength?: number;
  /** Tokens whose logits are in memory at once in the loss; by default as many as fit 32 MB. */
  readonly chunkTokens?: number;
  /** Adds the gradients of everything trainable. Only with `outputs: 'loss'`. */
  readonly differentiate?: boolean;
  /** Of the first so many layers only what goes into them is kept for the backward pass, which computes the rest again; 0 by default. */
  readonly recomputedLayers?: number;
  /** Hidden states of other tokens of the same text teach. Only with `differentiate`. */
  readonly taught?: Taught;
}

export interface Taught {
  /** States behind so many layers are compared. */
  readonly layer: number;
  /** Whether next tokens are learned as well; otherwise their loss is computed, and moves nothing. */
  readonly nextToken: boolean;
}

/** Before the names of inputs that the teacher reads: the same as the model's, of its own tokens. */
export const teacherPrefix = 'teacher.';

/** What a family computes, in this order. */
export interface Passes {
  embed(): Tensor;
  layer(layer: number, hidden: Tensor): Tensor;
  norm(hidden: Tensor): Tensor;
}

export interface ModelGraph {
  readonly graph: Graph;
  /** Those of `modelInputs` that the graph reads, by name. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: {
    /** f32 [tokens] in nats, 0 where there is no target; with `outputs: 'loss'`. */
    readonly tokenLoss?: Tensor;
    /** f32 [tokens], mean squares, 0 where nothing is taught; with `taught`. */
    readonly taughtError?: Tensor;
    readonly logits?: Tensor;
    /** What `logits` are of, behind the last norm: f32 [selectedTokens, hiddenSize]; with `outputs: 'selectedLogits'`. */
    readonly states?: Tensor;
  };
}

/** A parameter as the checkpoint has it: vocabulary matrices are whole here. */
export interface CheckpointParameter {
  readonly name: string;
  readonly shape: readonly number[];
  /** `positions`: a row a position, an embedding too. */
  readonly role: 'inputVocabulary' | 'outputVocabulary' | 'positions' | 'body';
}

/** A parameter as an engine holds it: a tensor of the checkpoint, or some rows of a vocabulary matrix. */
export interface StoredParameter extends ParameterSpec {
  /** Of the checkpoint; its rows [firstRow, firstRow + shape[0]) are held. */
  readonly tensor: string;
  readonly firstRow: number;
  /** A tied matrix is the input's. An adapter's is no tensor of the checkpoint: `tensor` is its own name. */
  readonly role: CheckpointParameter['role'] | 'adapter';
}

export type ShapesByName = Readonly<Record<string, readonly number[]>>;

/** How a family names what all of them have. */
export interface CheckpointNames {
  readonly input: string;
  readonly output: string;
  /** Learned positions. */
  readonly positions?: string;
  /** In front of the names within a layer. */
  readonly layer: (layer: number) => string;
  readonly layerShapes: ShapesByName;
  /** Behind the layers. */
  readonly after: ShapesByName;
}

/** In the order of computation; a tied head is left out. */
export function checkpointParameters(
  { vocabSize, hiddenSize, contextLength, layers, tied }: ModelConfig,
  names: CheckpointNames,
): CheckpointParameter[] {
  const matrix = [vocabSize, hiddenSize];
  const body = (shapes: ShapesByName, prefix = ''): CheckpointParameter[] =>
    Object.entries(shapes).map(([name, shape]) => ({ name: `${prefix}${name}`, shape, role: 'body' }));
  return [
    { name: names.input, shape: matrix, role: 'inputVocabulary' },
    ...(names.positions === undefined
      ? []
      : [{ name: names.positions, shape: [contextLength, hiddenSize], role: 'positions' as const }]),
    ...Array.from({ length: layers }, (_, layer) => body(names.layerShapes, names.layer(layer))).flat(),
    ...body(names.after),
    ...(tied ? [] : [{ name: names.output, shape: matrix, role: 'outputVocabulary' as const }]),
  ];
}

/** What the ParameterStore needs for a graph built with these options. */
export function storeSpecs(
  parameters: readonly CheckpointParameter[],
  hiddenSize: number,
  { vocabulary, parameterTypes, adapters = [] }: Pick<BuildOptions, 'vocabulary' | 'parameterTypes' | 'adapters'>,
): StoredParameter[] {
  const held = (segments: readonly SegmentSpec[], role: StoredParameter['role']): StoredParameter[] =>
    segments.map(({ name, matrix, firstId, rows, type }) => {
      return { name, shape: [rows, hiddenSize], type, tensor: matrix, firstRow: firstId, role };
    });
  const input = new Set(vocabulary.input.map(({ name }) => name));
  const output = vocabulary.output.filter(({ name }) => !input.has(name));
  const rest = parameters.filter(({ role }) => role !== 'inputVocabulary' && role !== 'outputVocabulary');
  return [
    ...held(vocabulary.input, 'inputVocabulary'),
    ...held(output, 'outputVocabulary'),
    ...rest.map(({ name, shape, role }) => {
      return { name, shape, type: parameterTypes(name), tensor: name, firstRow: 0, role };
    }),
    ...adapters
      .flatMap(({ down, up }) => [down, up])
      .map(({ name, shape }): StoredParameter => {
        return { name, shape, type: 'f32', tensor: name, firstRow: 0, role: 'adapter' };
      }),
  ];
}

/** Of the logits that are in memory at once where nobody says how many tokens' there are. */
const logitsBytes = 32e6;

/** Tokens of one chunk of the loss: as many as have logits of `bytes`, a multiple of 64, and at least 64. */
export function lossChunk(vocabularyRows: number, bytes = logitsBytes): number {
  return Math.max(64, Math.floor(bytes / 4 / vocabularyRows / 64) * 64);
}

/** The graph under construction, with its inputs and the parameters made so far. */
export class ModelBuilder {
  readonly graph = new Graph();
  readonly options: BuildOptions;
  private readonly hiddenSize: number;
  private readonly inputs: Record<string, Tensor> = {};
  private readonly parameters = new Map<string, Tensor>();
  private readonly windows = new Map<string, readonly [Tensor, Tensor]>();
  /** Before the names of inputs. */
  private prefix = '';
  private readonly adapters: ReadonlyMap<string, AdaptedMatrix>;

  constructor(hiddenSize: number, options: BuildOptions) {
    this.hiddenSize = hiddenSize;
    this.options = options;
    this.adapters = new Map(options.adapters?.map((adapter) => [adapter.module, adapter]));
  }

  /** u32 [tokens] unless said otherwise; made on first use. */
  input(name: string, shape: readonly number[] = [this.options.tokens], type: ElementType = 'u32'): Tensor {
    const own = `${this.prefix}${name}`;
    return (this.inputs[own] ??= this.graph.input(own, shape, type));
  }

  parameter(name: string, shape: readonly number[]): Tensor {
    const { parameterTypes, trainable } = this.options;
    return this.named(name, () => this.graph.parameter(name, shape, parameterTypes(name), trainable(name)));
  }

  /** y + strength * up (down x) where the projection has an adapter, else y. The factor falls on [tokens, rank], the smallest. */
  adapted(module: string, x: Tensor, y: Tensor): Tensor {
    const adapter = this.adapters.get(module);
    if (!adapter) return y;
    const { graph } = this;
    const [down, up] = [adapter.down, adapter.up].map(({ name, shape }) => this.parameter(name, shape)) as [
      Tensor,
      Tensor,
    ];
    return add(graph, y, linear(graph, scaled(graph, linear(graph, x, down), adapter.strength), up));
  }

  /** [tokens, hiddenSize], times `scale`. */
  embed(scale = 1): Tensor {
    const segments = this.segments(this.options.vocabulary.input);
    const learns = this.learns && segments.some(({ parameter }) => parameter.trainable);
    const scatter = learns
      ? { sortedTokens: this.input('sortedTokens'), sortedIds: this.input('sortedIds') }
      : undefined;
    return embedding(this.graph, this.input('ids'), segments, scatter, scale);
  }

  /** Rows of learned positions, [tokens, hiddenSize]; the matrix has a row for each of `positions`. */
  embedPositions(name: string, positions: number): Tensor {
    const parameter = this.parameter(name, [positions, this.hiddenSize]);
    const scatter =
      this.learns && parameter.trainable
        ? { sortedTokens: this.input('tokensByPosition'), sortedIds: this.input('sortedPositions') }
        : undefined;
    return embedding(this.graph, this.input('positions'), [{ parameter, firstId: 0 }], scatter);
  }

  /** The mask that `attention` takes: of whole documents, or of the last `window` tokens of them. */
  mask(window: number | null): readonly [start: Tensor, end: Tensor] {
    const documents = [this.input('documentStart'), this.input('documentEnd')] as const;
    if (window === null || window >= this.options.tokens) return documents;
    const key = `${this.prefix}${window}`;
    const known = this.windows.get(key) ?? slidingWindow(this.graph, ...documents, window);
    this.windows.set(key, known);
    return known;
  }

  /** The whole model; where it is taught, once more as far as the layer that teaches, with the same weights and the teacher's tokens. */
  run(layers: number, passes: Passes): ModelGraph {
    const { graph } = this;
    const { taught } = this.options;
    // First, so that none of its activations is kept while the model's are.
    const teacher = taught && graph.within('teacher', () => this.teacher(taught, passes));
    const states = this.hiddenStates(layers, passes);
    const taughtError =
      taught && teacher && squaredError(graph, states[taught.layer]!, teacher.states, teacher.weights);
    return graph.within('head', () => this.finish(passes.norm(states[layers]!), taughtError));
  }

  /** Behind the embedding and behind each layer: [tokens, hiddenSize]. */
  private hiddenStates(layers: number, { embed, layer }: Passes): Tensor[] {
    const { graph } = this;
    const states = [graph.within('embedding', embed)];
    const recomputed = this.learns ? (this.options.recomputedLayers ?? 0) : 0;
    for (let at = 0; at < layers; at++) {
      const build = () => layer(at, states[at]!);
      states.push(graph.within(`layer ${at}`, () => (at < recomputed ? graph.recomputing(build) : build())));
    }
    return states;
  }

  /** Its states, each in the place of the token that it teaches, and what that counts for. */
  private teacher({ layer }: Taught, passes: Passes) {
    this.prefix = teacherPrefix;
    const hidden = this.hiddenStates(layer, passes)[layer]!;
    const states = gatherRows(this.graph, hidden, this.input('states'));
    const weights = this.input('weights', [this.options.tokens], 'f32');
    this.prefix = '';
    return { states, weights };
  }

  private get learns(): boolean {
    return this.options.differentiate === true && this.prefix === '';
  }

  /** From the last hidden states to what was asked for. */
  private finish(hidden: Tensor, taughtError?: Tensor): ModelGraph {
    const { graph, inputs, options } = this;
    const segments = this.segments(options.vocabulary.output);
    if (options.outputs === 'loss') {
      const tokenLoss = this.loss(hidden, segments, taughtError);
      return { graph, inputs, outputs: { tokenLoss, ...(taughtError ? { taughtError } : {}) } };
    }
    if (options.outputs === 'logits')
      return { graph, inputs, outputs: { logits: vocabularyLogits(graph, hidden, segments) } };
    const states = gatherRows(graph, hidden, this.input('selected', [options.selectedTokens ?? 1]));
    return { graph, inputs, outputs: { logits: vocabularyLogits(graph, states, segments), states } };
  }

  private loss(hidden: Tensor, segments: readonly VocabularySegment[], taughtError?: Tensor): Tensor {
    const { graph, options } = this;
    const learnsNext = options.taught?.nextToken ?? true;
    const columns = options.vocabulary.output.reduce((sum, segment) => sum + segment.rows, 0);
    const chunkTokens = options.chunkTokens ?? lossChunk(columns);
    const differentiate = (options.differentiate ?? false) && learnsNext;
    const inputNames = new Set(options.vocabulary.input.map((segment) => segment.name));
    const hiddenGradient = [...this.parameters.values()].some(
      (parameter) => parameter.trainable && (inputNames.has(parameter.name) || !this.isOutputSegment(parameter.name)),
    );
    const { tokenLoss } = linearCrossEntropy(
      graph,
      hidden,
      segments,
      this.input('targets'),
      this.input('lossScale', [1], 'f32'),
      { chunkTokens, differentiate, hiddenGradient },
    );
    const losses = [...(differentiate ? [tokenLoss] : []), ...(taughtError ? [taughtError] : [])];
    if (losses.length > 0) addGradients(graph, ...losses);
    return tokenLoss;
  }

  private isOutputSegment(name: string): boolean {
    return this.options.vocabulary.output.some((segment) => segment.name === name);
  }

  private segments(specs: readonly SegmentSpec[]): VocabularySegment[] {
    return specs.map(({ name, firstId, rows, type, trainable }) => ({
      parameter: this.named(name, () => this.graph.parameter(name, [rows, this.hiddenSize], type, trainable)),
      firstId,
    }));
  }

  private named(name: string, make: () => Tensor): Tensor {
    const known = this.parameters.get(name);
    if (known) return known;
    const made = make();
    this.parameters.set(name, made);
    return made;
  }
}
