/**
 * One arm with one seed, in an engine: rows are grafted, the stages run one after the other, then it is scored. It gives
 * checkpoints from which another process goes on to the bit: weights, moments and row steps, the loop's state, and the number of
 * steps, from which the text that comes next follows. `close()` frees the engine's memory.
 */
import type { Inputs, Precision, Steps } from '../../engine/index';
import { LabError } from '../../error';
import { inPrecision, type PlannedStep } from '../device/plannedStep';
import { chooseStepPrecision } from '../device/choosePrecision';
import type { StepPrecision } from '../device/stepPrecision';
import type { StepChoice } from '../device/stepCut';
import { fittingPlan, planTraining } from '../device/plans';
import { stepFlops } from '../device/stepFlops';
import type { Watch } from '../progress';
import { bitsPerByte, sum, type DocumentScores } from '../scoring/bootstrap';
import type { ArmScores } from '../scoring/compare';
import { scoreDocuments, type ScoredText } from '../scoring/evaluate';
import { scoresOf, tokenLosses } from '../scoring/tokenLosses';
import { modelWithout } from '../vocabulary/modelWithout';
import { ArmModel, type ArmModelSetup } from './armModel';
import { packConversations, packInOrder } from '../../corpus/index';
import { batchesOfRows, bytesPerId } from './batches';
import { objectives } from './objectives/index';
import { nextTokenOf, taughtBatches, taughtOf } from './distillation';
import { rateShareAt } from './learningRate';
import { movingGroups, parameterGroups, scaledRates } from './moves';
import type { ParameterGroup } from '../device/parameterTable';
import type { Budget, Recipe, Stage } from './recipe';
import type { RunRecord, RunStatus } from './records';
import { keptPrices } from './keptPrices';
import { newRowsOf, stagePlans, type StagePlan } from './stagePlans';
import { requireShape } from './stepShape';
import { smallestMode } from './trainSettings';
import { TrainRun, type LoopSettings, type LoopState, type OnUpdate } from './trainRun';

export interface ArmSetup extends Recipe, Omit<ArmModelSetup, 'moves'> {
  readonly budget: Budget;
  /** What steps multiply in, where that is there and holds (stepPrecision.ts); absent: f32. */
  readonly precision?: Precision;
  readonly evaluation: ArmModelSetup['evaluation'] & {
    /** Of held-out text that the training is watched by, so many times. */
    readonly watchBytes: number;
    readonly points: number;
  };
}

export type WatchedText = Omit<DocumentScores, 'nats'>;

export interface ArmCheckpoint {
  readonly stage: number;
  /** How the stage's steps are cut; absent in runs that an earlier build saved. */
  readonly cut?: StepChoice;
  /** Where f16 was asked for: what was found before the first step. */
  readonly precision?: StepPrecision;
  readonly loop: LoopState;
  /** As `Steps.optimizerState` gives them. */
  readonly moments: Readonly<Record<string, Uint8Array>>;
  /** Raw values of what moves, f32, by name in the engine. */
  readonly weights: Readonly<Record<string, Uint8Array>>;
}

export interface ArmRunOptions {
  readonly onUpdate: OnUpdate;
  readonly earlier?: ArmCheckpoint;
  readonly autosaveMilliseconds?: number;
  /** Leaves it at its first reading behind a step, saved; the status says `running` then. */
  readonly untilFirstReading?: boolean;
  /** Called at every evaluation, at least every `autosaveMilliseconds`, and at the end. */
  save?(checkpoint: ArmCheckpoint, status: RunStatus): Promise<void>;
}

export class ArmTraining {
  private running: TrainRun | undefined;
  private asked: 'run' | 'pause' | 'stop' = 'run';
  private plans: readonly StagePlan[] = [];
  private done: readonly RunRecord[] = [];
  private flopsOfStep: readonly number[] | undefined;
  private chosenPrecision: StepPrecision | undefined;
  /** Of `watched`, with the weights as they are; a run ends with it. */
  private latest: DocumentScores | undefined;

  /** @param setup with the arm's own model. */
  private constructor(
    readonly setup: ArmSetup,
    readonly arm: ArmModel,
  ) {}

  /** Grafts and loads; nothing is measured or compiled yet. */
  static async open(setup: ArmSetup, options: Watch = {}): Promise<ArmTraining> {
    const { model, vocabulary, earlier, stages } = setup;
    for (const { batch } of stages) requireShape(batch, model.config);
    const moves = parameterGroups.filter((group) => stages.some(({ rates }) => rates[group] !== undefined));
    if (!vocabulary?.newRows.length && !earlier && moves.length === 1 && moves[0] === 'newRows') {
      throw new LabError(
        'lab/no-new-rows',
        'There are no new rows to train.',
        'Add new tokens first, or train the embeddings or everything.',
      );
    }
    await learnMemory(setup);
    const arm = await ArmModel.open({ ...setup, moves }, options);
    return new ArmTraining({ ...setup, model: arm.session.model }, arm);
  }

  /** Of all stages so far. */
  get records(): readonly RunRecord[] {
    return this.done;
  }

  /** Where f16 was asked for, once a stage has begun. */
  get precision(): StepPrecision | undefined {
    return this.chosenPrecision;
  }

  pause(): void {
    this.asked = 'pause';
    this.running?.pause();
  }

  resume(): void {
    this.asked = 'run';
    this.running?.resume();
  }

  /** After the step that is under way; a checkpoint is saved, and the arm can go on from it. */
  stop(): void {
    this.asked = 'stop';
    this.running?.stop();
  }

  /** All stages, from the beginning or from a checkpoint; errors stand in the status. */
  async run(options: ArmRunOptions, watch: Watch = {}): Promise<RunStatus> {
    const plans = await stagePlans(this.setup, this.arm.tokenizer, watch);
    this.plans = plans;
    const { earlier } = options;
    if (earlier) this.restore(earlier);
    let loop = earlier?.loop;
    let status: RunStatus | undefined;
    for (let stage = earlier?.stage ?? 0; stage < plans.length; stage++) {
      const run = await this.stageRun(plans, stage, options, loop, stage === earlier?.stage ? earlier : undefined);
      status = await run.run();
      loop = run.loopState;
      this.done = loop.records;
      this.running = undefined;
      if (status.state !== 'running' || loop.step < plans[stage]!.from + plans[stage]!.steps) break;
    }
    return status!;
  }

  /** Documents of the readings: what each has in this arm's tokens. */
  get watchedText(): WatchedText {
    const { bytes, tokens, lostBytes } = this.latest ?? scoresOf(this.watched, []);
    return { bytes, tokens, lostBytes };
  }

  /** FLOPs of so many steps; 0 before `run`. */
  flopsAt(step: number): number {
    const { model, stages } = this.setup;
    this.flopsOfStep ??= stages.map((stage) => stepFlops(model, newRowsOf(this.setup), stage, this.setup.adapters));
    return sum(
      this.plans.map(({ from, steps }, at) => {
        return Math.max(0, Math.min(steps, step - from)) * this.flopsOfStep![at]!;
      }),
    );
  }

  /**
   * Held-out and general text with the weights as they are.
   * @param onWatched told first, bits per byte of the text that trainings are watched by.
   */
  async score(watch: Watch = {}, onWatched?: (bits: number | null) => void): Promise<ArmScores> {
    // In the same two parts whether or not the last evaluation is at hand, so that the sums are the same to the bit.
    const { signal } = watch;
    const options = signal ? { signal } : {};
    const first = this.latest ?? (await this.watch(this.watched, options)).scores;
    onWatched?.(bitsPerByte(first));
    return this.arm.score(watch, { first });
  }

  close(): void {
    this.arm.close();
  }

  private restore({ weights, precision }: ArmCheckpoint): void {
    const { store, trainedNames } = this.arm.session;
    const { precisions, description } = this.setup.engine.report;
    if (precision && !precisions.includes(precision.precision)) {
      throw new LabError(
        'lab/other-engine',
        `The run has multiplied in ${precision.precision} so far, which ${description} cannot.`,
        'Go on with the engine that it began on, or take its folder away and begin anew.',
      );
    }
    this.chosenPrecision = precision;
    const [saved, here] = [Object.keys(weights).sort(), [...trainedNames].sort()];
    const fits = (name: string) =>
      weights[name]!.length === 4 * store.spec(name).shape.reduce((all, size) => all * size, 1);
    if (saved.join() !== here.join() || !saved.every(fits)) {
      throw new LabError(
        'lab/other-engine',
        'The run was saved by an engine that holds its matrices in other pieces.',
        'Go on with the engine that it began on, or take its folder away and begin anew.',
      );
    }
    for (const [name, values] of Object.entries(weights)) store.write(name, values);
  }

  private async stageRun(
    plans: readonly StagePlan[],
    at: number,
    options: ArmRunOptions,
    loop: LoopState | undefined,
    earlier: ArmCheckpoint | undefined,
  ): Promise<TrainRun> {
    const { model, stages } = this.setup;
    const plan = plans[at]!;
    const stage = stages[at]!;
    const moves = movingGroups(stage.rates);
    const fitting = this.plannedStep(stage, moves, earlier?.cut);
    const { rows: batchRows, length: rowLength } = stage.batch;
    const shape = { batchRows, rowLength, microBatchRows: fitting.cut.microBatchRows };
    const bytesOf = bytesPerId(this.arm.tokenizer);
    const skip = Math.max(0, (loop?.step ?? 0) - plan.from);
    const rows = plan.answers
      ? packConversations(plan.answers.chats, rowLength)
      : packInOrder(plan.documents, { startId: model.startId, endId: plan.endId, rowLength });
    const batches = plan.taught
      ? taughtBatches(plan.taught, shape, bytesOf, { nextToken: nextTokenOf(stage), isNew: this.isNew }, skip)
      : batchesOfRows(rows, shape, bytesOf, objectives[stage.objective], skip);
    let first = batches.next().value;
    const planned = await this.inChosenPrecision(fitting, first?.microBatches[0]?.inputs);
    const program = await this.arm.session.trainingProgram(planned);
    if (earlier) program.restoreOptimizerState(earlier.moments);
    const { save } = options;
    const watched = this.watched;
    const answers = await this.arm.encodedAnswers(this.watchBytes);
    const run: TrainRun = new TrainRun(
      {
        program,
        nextBatch: () => {
          const next = first ?? batches.next().value!;
          first = undefined;
          return next;
        },
        rates: (share) => scaledRates(stage.rates, share),
        newIds: this.arm.newIds,
        plan: {
          ...fittingPlan(smallestMode(moves), planned, this.setup.engine.report.kind),
          ...(this.chosenPrecision ? { precision: this.chosenPrecision } : {}),
        },
        evaluate: async () => {
          const { scores, nats } = await this.watch(watched);
          this.latest = scores;
          const lostBytes = sum(scores.lostBytes);
          const answered = answers.length > 0 ? await scoreDocuments(this.arm.session.scorer(), answers) : undefined;
          return {
            bitsPerByte: bitsPerByte(scores),
            documentNats: scores.nats.map(inThousandths),
            idNats: keptPrices(nats),
            ...(lostBytes > 0 ? { lostBytes } : {}),
            ...(answered ? { answerBitsPerByte: bitsPerByte(answered) } : {}),
          };
        },
        ...(save
          ? { save: async (status) => save(await this.checkpoint(at, planned, program, run.loopState), status) }
          : {}),
        close: () => program.close(),
      },
      this.loopSettings(plans, at, options),
      options.onUpdate,
      loop,
    );
    this.running = run;
    if (this.asked === 'pause') run.pause();
    if (this.asked === 'stop') run.stop();
    return run;
  }

  private loopSettings(plans: readonly StagePlan[], at: number, options: ArmRunOptions): LoopSettings {
    const { stages, seed, evaluation } = this.setup;
    const { rates, schedule } = stages[at]!;
    const { from, steps: ofStage } = plans[at]!;
    const steps = plans.at(-1)!.from + plans.at(-1)!.steps;
    const tooLong = Math.max(0, ...plans.map(({ answers }) => answers?.tooLong ?? 0));
    const warmupSteps = Math.round(schedule.warmup * ofStage);
    return {
      steps,
      stage: { from, until: from + ofStage },
      evaluateEvery: Math.max(1, Math.ceil(steps / evaluation.points)),
      peak: Math.max(...Object.values(rates)),
      share: (step) => rateShareAt(step - from, { steps: ofStage, warmupSteps, final: schedule.final }),
      details: {
        seed,
        ...(this.chosenPrecision ? { precision: this.chosenPrecision.precision } : {}),
        ...(tooLong > 0 ? { conversationsTooLong: tooLong } : {}),
      },
      ...(options.untilFirstReading ? { untilFirstReading: true } : {}),
      ...(options.autosaveMilliseconds === undefined ? {} : { autosaveMilliseconds: options.autosaveMilliseconds }),
    };
  }

  private plannedStep(stage: Stage, moves: readonly ParameterGroup[], cut?: StepChoice): PlannedStep {
    const { batch, optimizer } = stage;
    const taught = taughtOf(stage, this.setup.model.config);
    return this.arm.session.plannedStep({
      ...{ batchRows: batch.rows, rowLength: batch.length, optimizer, moves },
      ...(taught ? { taught } : {}),
      ...(cut ? { cut } : {}),
    });
  }

  /** What is found before the first step of a run holds to its end, so that it goes on to the bit. */
  private async inChosenPrecision(step: PlannedStep, first: Inputs | undefined): Promise<PlannedStep> {
    if ((this.setup.precision ?? 'f32') === 'f32' || !first) return step;
    const { engine } = this.setup;
    this.chosenPrecision ??= await chooseStepPrecision(engine, this.arm.session, step, first);
    return inPrecision(step, this.chosenPrecision.precision, engine);
  }

  private async checkpoint(
    stage: number,
    { cut }: PlannedStep,
    program: Steps,
    loop: LoopState,
  ): Promise<ArmCheckpoint> {
    const { store, trainedNames } = this.arm.session;
    const moments = await program.optimizerState();
    const weights: Record<string, Uint8Array> = {};
    for (const name of trainedNames) weights[name] = await store.read(name);
    const precision = this.chosenPrecision;
    return { stage, cut, ...(precision ? { precision } : {}), loop, moments, weights };
  }

  private readonly isNew = (id: number): boolean => id >= this.arm.firstNewId;

  private async watch(
    documents: readonly ScoredText[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<{ readonly scores: DocumentScores; readonly nats: readonly Float32Array[] }> {
    const nats = await tokenLosses(this.arm.session.scorer(), documents, options);
    return { scores: scoresOf(documents, nats), nats };
  }

  private get watched(): ScoredText[] {
    return this.arm.encoded(this.setup.corpus.heldOut, this.watchBytes);
  }

  private get watchBytes(): number {
    const { bytes, watchBytes } = this.setup.evaluation;
    return Math.min(bytes, watchBytes);
  }
}

const inThousandths = (value: number): number => Math.round(value * 1000) / 1000;

/** Before anything is allocated: whether there is memory for the stages. */
async function learnMemory(setup: ArmSetup): Promise<void> {
  const { engine, stages, adapters, frozen } = setup;
  if (engine.report.kind !== 'gpu' || engine.report.memoryBytes !== undefined) return;
  const model = modelWithout(setup.model, setup.vocabulary?.removal);
  const needed = stages.map(({ rates, batch, ...stage }) => {
    const taught = taughtOf(stage, model.config);
    const held = frozen ? { frozen } : {};
    const settings = { batchRows: batch.rows, rowLength: batch.length, ...held, ...(taught ? { taught } : {}) };
    return planTraining(model, newRowsOf(setup), smallestMode(movingGroups(rates)), settings, engine, adapters)
      .totalBytes;
  });
  await engine.learnMemory(Math.max(0, ...needed));
}
