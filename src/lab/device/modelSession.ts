/**
 * A model in an engine: its parameters, and the forward programs that read them. Programs share the parameters, so an
 * evaluation or a sample between steps sees the weights as they are now. Owns their memory; `close()` gives it back.
 */
import type { Engine, Inputs, Steps, StepTimes, TimingWatch, Weights } from '../../engine/index';
import { LabError } from '../../error';
import { modelInputs, type AdapterSettings, type ModelConfig } from '../../model/index';
import { throwIfCancelled } from '../cancel';
import type { Scorer } from '../scoring/evaluate';
import type { KnownLosses } from '../scoring/knownLosses';
import { firstAdapterValues } from './adapterValues';
import { ForwardPrograms } from './forwardPrograms';
import { storedType, type FrozenWeights } from './frozenWeights';
import type { Graft } from './graftedRows';
import { tensorRows } from './tensorRows';
import { ModelGraphs, type ModelState } from './modelGraphs';
import type { ParameterRow, ParameterGroup } from './parameterTable';
import { planStep, type PlannedStep, type StepShape } from './plannedStep';
import { copyRows, rowWidth, writeRows } from './rowPieces';
import type { LoadedModel } from '../open/openModel';
import type { ModelWeights } from '../open/openWeights';
import type { OnProgress } from '../progress';
import { scoringGraph, scoringPass, windowLengthOf, type ScoringPass } from './scoringPass';
import type { PackedWindows } from '../scoring/windows';

export interface SessionOptions {
  readonly graft?: Graft;
  /** Groups that training moves. */
  readonly moves?: readonly ParameterGroup[];
  /** Beside matrices of the body, with first values drawn from the seed. */
  readonly adapters?: { readonly settings: AdapterSettings; readonly seed: number };
  /** How matrices that nothing moves are held; absent: as they are stored. */
  readonly frozen?: FrozenWeights;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** Logits need weights alone; scoring a text needs the whole model. */
export class ModelSession<Model extends ModelWeights = LoadedModel> {
  readonly graphs: ModelGraphs;
  private readonly programs = new ForwardPrograms();
  private pass: ScoringPass | undefined;

  private constructor(
    readonly engine: Engine,
    readonly model: Model,
    private grafted: Graft | undefined,
    graphs: ModelGraphs,
    readonly store: Weights,
  ) {
    this.graphs = graphs;
  }

  static async open<Model extends ModelWeights>(
    engine: Engine,
    model: Model,
    options: SessionOptions = {},
  ): Promise<ModelSession<Model>> {
    const { graft, moves, adapters, frozen } = options;
    const state: ModelState = {
      model,
      maxBindingBytes: engine.report.limits.maxBindingBytes,
      ...(graft ? { graft: graft.plan } : {}),
      ...(moves ? { moves } : {}),
      ...(adapters ? { adapters: adapters.settings } : {}),
      ...(frozen ? { frozen } : {}),
    };
    const graphs = new ModelGraphs(state);
    const store = await engine.weights(graphs.parameters);
    try {
      const { parameters } = graphs;
      for (const [done, row] of parameters.entries()) {
        throwIfCancelled(options.signal);
        options.onProgress?.({ phase: 'loading', done, total: parameters.length });
        await upload(store, row, { model, graft, seed: adapters?.seed ?? 0 });
      }
      options.onProgress?.({ phase: 'loading', done: parameters.length, total: parameters.length });
    } catch (error) {
      store.close();
      throw error;
    }
    return new ModelSession(engine, model, graft, graphs, store);
  }

  /**
   * Short windows lie in blocks that none crosses, which attention makes use of.
   * @param known answers of these very weights on this engine.
   */
  scorer(this: ModelSession, known?: KnownLosses): Scorer {
    const pass = (this.pass ??= scoringPass(this.graphs, this.engine));
    return {
      tokens: pass.tokens,
      windowLength: windowLengthOf(this.graphs),
      startId: this.model.startId,
      ...(known ? { known } : {}),
      losses: async (batch) => {
        const { blockLength } = batch;
        const compile = async () => {
          const { graph, tokenLoss } = scoringGraph(this.graphs, pass, blockLength);
          return this.engine.forward(graph, this.store, [tokenLoss]);
        };
        const key = `loss ${pass.tokens} ${pass.chunkTokens} ${blockLength}`;
        return (await this.programs.run(key, compile, windowInputs(batch)))[0]!;
      },
    };
  }

  /** New rows as they were first written. */
  get graft(): Graft | undefined {
    return this.grafted;
  }

  /** Other first values of the same new rows. */
  async regraft(graft: Graft): Promise<void> {
    for (const row of this.graphs.parameters.filter(({ origin }) => origin === 'graft')) {
      await upload(this.store, row, { model: this.model, graft, seed: 0 });
    }
    this.grafted = graft;
  }

  /** Logits at every position, f32 [ids.length, embeddingRows]. */
  async logits(ids: Uint32Array): Promise<Float32Array> {
    this.requireIds(ids);
    requirePositions(this.model.config, ids.length);
    const tokens = ids.length;
    const compile = async () => {
      const { graph, outputs } = this.graphs.build(tokens, { outputs: 'logits' });
      return this.engine.forward(graph, this.store, [outputs.logits!]);
    };
    const inputs = modelInputs({ ids, rowLength: tokens, documentLengths: [tokens] });
    return (await this.programs.run(`logits ${tokens}`, compile, inputs))[0]!;
  }

  /** Logits of the token after `ids`, in a program of `tokens` positions that many prompts share. */
  async nextLogits(ids: Uint32Array, tokens: number): Promise<Float32Array> {
    const compile = async () => {
      const { graph, outputs } = this.graphs.build(tokens, { outputs: 'selectedLogits' });
      return this.engine.forward(graph, this.store, [outputs.logits!]);
    };
    const padded = new Uint32Array(tokens);
    padded.set(ids);
    const padding = Array.from({ length: tokens - ids.length }, () => 1);
    const inputs = modelInputs({
      ids: padded,
      rowLength: tokens,
      documentLengths: [ids.length, ...padding],
      selected: Uint32Array.of(ids.length - 1),
    });
    return (await this.programs.run(`next ${tokens}`, compile, inputs))[0]!;
  }

  /** Logits at some positions of packed windows, f32 [selected.length, embeddingRows]; one program for as many positions. */
  async selectedLogits(batch: PackedWindows, selected: Uint32Array): Promise<Float32Array> {
    return (await this.selected('logits', batch, selected))[0]!;
  }

  /** The same, and the hidden states that the head reads there, f32 [selected.length, hiddenSize]. */
  async selectedStates(
    batch: PackedWindows,
    selected: Uint32Array,
  ): Promise<{ readonly logits: Float32Array; readonly states: Float32Array }> {
    const [logits, states] = await this.selected('logits and states', batch, selected);
    return { logits: logits!, states: states! };
  }

  /** Parameters that training moves. */
  get trained(): readonly ParameterRow[] {
    return this.graphs.trained;
  }

  /** The same, as they are called in the engine. */
  get trainedNames(): readonly string[] {
    return this.trained.map(({ name }) => name);
  }

  /** Tensors of the checkpoint that are no longer as they were read, new rows apart: moved, or with an adapter beside them. */
  get changedTensors(): readonly string[] {
    const moved = this.trained.filter(({ group }) => group !== 'newRows' && group !== 'adapters');
    return [...new Set([...moved.map(({ tensor }) => tensor), ...this.graphs.adapters.map(({ tensor }) => tensor)])];
  }

  /** f32 rows [start, end) of a tensor of the checkpoint as it is saved: adapters are merged, nothing frozen is rounded. */
  rows(tensor: string, start: number, end: number): Promise<Float32Array> {
    const { checkpoint } = this.model;
    const rounded = new Set(this.graphs.parameters.filter((row) => this.graphs.isRounded(row)).map(({ name }) => name));
    return tensorRows(this.store, this.graphs.adapters, tensor, start, end, ({ name, firstRow = 0 }, from, to) =>
      rounded.has(name)
        ? checkpoint.tensors.get(tensor)!.readF32({ start: firstRow + from, end: firstRow + to })
        : this.store.readRows(name, from, to),
    );
  }

  /** As it fits this engine; of a stage that moves fewer groups than the session was opened for, with its `moves`. */
  plannedStep({ moves, ...shape }: StepShape & { readonly moves?: readonly ParameterGroup[] }): PlannedStep {
    requirePositions(this.model.config, shape.rowLength);
    return planStep(moves ? this.graphs.moving(moves) : this.graphs, shape, this.engine);
  }

  /** Beside it one forward program at a time is open, whose memory the plan counts. */
  async trainingProgram({ graph, options }: PlannedStep): Promise<Steps> {
    await this.programs.keepOne();
    return this.engine.training(graph.graph, this.store, options);
  }

  /** Of a step over these micro-batches; no weight moves. */
  stepTimes(
    { graph, options }: PlannedStep,
    microBatches: readonly Inputs[],
    watch: TimingWatch = {},
  ): Promise<StepTimes> {
    return this.engine.stepTimes({ graph: graph.graph, options, microBatches }, this.store, watch);
  }

  close(): void {
    this.programs.close();
    this.store.close();
  }

  private async selected(
    asked: 'logits' | 'logits and states',
    { ids, windowLengths: documentLengths, blockLength: rowLength }: PackedWindows,
    selected: Uint32Array,
  ): Promise<readonly Float32Array[]> {
    const [tokens, selectedTokens] = [ids.length, selected.length];
    const compile = async () => {
      const { graph, outputs } = this.graphs.build(tokens, { outputs: 'selectedLogits', selectedTokens, rowLength });
      const { logits, states } = outputs;
      return this.engine.forward(graph, this.store, asked === 'logits' ? [logits!] : [logits!, states!]);
    };
    const inputs = modelInputs({ ids, rowLength, documentLengths, selected });
    return this.programs.run(`${asked} ${tokens} ${rowLength} ${selectedTokens}`, compile, inputs);
  }

  private requireIds(ids: Uint32Array): void {
    const rows = this.graphs.config.vocabSize;
    const outside = ids.find((id) => id >= rows);
    if (ids.length === 0) throw new LabError('lab/no-tokens', 'There are no tokens to run.', 'Give some text.');
    if (outside === undefined) return;
    throw new LabError(
      'lab/unknown-id',
      `Id ${outside} is outside the model's ${rows} embedding rows.`,
      `Give ids from 0 to ${rows - 1}; those of another tokenizer are others.`,
      { id: outside, rows },
    );
  }
}

/** Past the last learned position there is no row to add: the engine would compute with zeros. Throws `lab/too-long`. */
export function requirePositions({ learnedPositions, contextLength }: ModelConfig, tokens: number): void {
  if (!learnedPositions || tokens <= contextLength) return;
  throw new LabError(
    'lab/too-long',
    `${tokens} tokens in a row; this model has learned ${contextLength} positions and cannot go beyond.`,
    `Use at most ${contextLength} tokens.`,
    { tokens, contextLength },
  );
}

/** Losses are summed, not meant: each target counts once. */
function windowInputs({ ids, targets, windowLengths, blockLength }: PackedWindows): Inputs {
  return modelInputs({ ids, targets, rowLength: blockLength, documentLengths: windowLengths, targetCount: 1 });
}

interface FirstValues {
  readonly model: ModelWeights;
  readonly graft: Graft | undefined;
  readonly seed: number;
}

/** One parameter's first values into the engine. */
function upload(store: Weights, row: ParameterRow, { model, graft, seed }: FirstValues): Promise<void> {
  if (row.origin === 'adapter') {
    const values = firstAdapterValues(row, seed);
    const width = rowWidth(row);
    return writeRows(store, row, ({ start, end }) => values.subarray(start * width, end * width));
  }
  if (row.origin === 'graft') {
    const { plan, input, output } = graft!;
    const rows = row.role === 'inputVocabulary' ? input : output!;
    const at = (id: number): number => (id - plan.firstNewId) * rowWidth(row);
    return writeRows(store, row, ({ start, end }) => rows.subarray(at(start), at(end)));
  }
  const entry = model.checkpoint.tensors.get(row.tensor)!;
  if (row.type === storedType(entry.dtype)) return copyRows(store, row, (range) => entry.read(range));
  return writeRows(store, row, (range) => entry.readF32(range));
}
