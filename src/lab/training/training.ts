/**
 * One experiment in an engine: the base is measured, rows are grafted, the untrained graft is measured, then the loop
 * runs; afterwards the trained graft is measured on the same documents. Holds the session with the trained weights for
 * comparing, sampling and saving; `close()` frees it.
 */
import { seededRandom } from '../../random';
import type { Engine } from '../../engine/index';
import { LabError } from '../../error';
import { bitsPerByte, joinedScores, sum, type DocumentScores } from '../scoring/bootstrap';
import { bytesPerId, encodeForTraining, microBatchRowsOf, stepBatches } from './batches';
import { defaultObjective, objectives } from './objectives/index';
import { compareArms, type ArmScores } from '../scoring/compare';
import type { CorpusText } from '../open/corpusText';
import { cappedDocuments, encodeDocuments, scoreDocuments, type ScoredText } from '../scoring/evaluate';
import { engineText, generateText } from '../running/generate';
import { graftRows, type Graft } from '../device/graftedRows';
import { scaledRates } from './moves';
import { modeGroups, type TrainSettings } from './trainSettings';
import { loopOf, optimizerOf, ratesOf } from './settings';
import { ModelSession, requirePositions } from '../device/modelSession';
import type { LoadedModel } from '../open/openModel';
import { planTraining } from '../device/plans';
import { throttled, type OnProgress } from '../progress';
import type { Comparison } from '../scoring/comparison';
import type { EvaluationRecord, RunStatus, SampleRecord } from './records';
import { engineSizes, sizesFor } from '../device/sizes';
import type { Tokenizer } from '../../tokenizer/index';
import { TrainRun, type OnUpdate } from './trainRun';
import type { Vocabulary } from '../vocabulary/vocabulary';

export interface TrainingSetup {
  readonly engine: Engine;
  readonly model: LoadedModel;
  readonly corpus: CorpusText;
  /** Absent: nothing is grafted here (the whole vocabulary or the whole model is trained as it is). */
  readonly vocabulary?: Vocabulary;
  /** Rows that an earlier graft put into this checkpoint, instead of a vocabulary. */
  readonly grafted?: Graft;
  readonly settings: TrainSettings;
}

export interface Arms {
  base?: ArmScores;
  untrained?: ArmScores;
  trained?: ArmScores;
}

const samplePromptTokens = 8;
const sampleTokens = 32;

export class Training {
  readonly arms: Arms = {};
  run: TrainRun | undefined;
  private trainedAt = -1;
  /** The run's last evaluation. */
  private latest: { readonly step: number; readonly scores: DocumentScores } | undefined;

  private constructor(
    readonly setup: TrainingSetup,
    readonly session: ModelSession,
    readonly graft: Graft | undefined,
  ) {}

  /** Grafts and loads; nothing is measured or compiled yet. */
  static async open(
    setup: TrainingSetup,
    options: { readonly onProgress?: OnProgress; readonly signal?: AbortSignal } = {},
  ): Promise<Training> {
    const { engine, model, vocabulary, settings } = setup;
    if (settings.mode === 'new-rows' && !vocabulary && !setup.grafted) {
      throw new LabError(
        'lab/no-new-rows',
        'There are no new rows to train.',
        'Add new tokens first, or train the embeddings or everything.',
      );
    }
    requirePositions(model.config, settings.rowLength);
    const graft = vocabulary ? await graftRows(model, vocabulary.newRows, settings.init, settings.seed) : setup.grafted;
    const session = await ModelSession.open(engine, model, {
      ...(graft ? { graft } : {}),
      moves: modeGroups[settings.mode],
      ...options,
    });
    return new Training(setup, session, graft);
  }

  /** Encodes training text and everything that is scored after the graft. */
  get tokenizer(): Tokenizer {
    return this.setup.vocabulary?.tokenizer ?? this.setup.model.tokenizer;
  }

  get newIds(): readonly number[] {
    const { graft } = this;
    const count = graft ? graft.plan.count - graft.rowless : 0;
    return Array.from({ length: count }, (_, index) => this.firstNewId + index);
  }

  get firstNewId(): number {
    return this.graft ? this.graft.plan.firstNewId + this.graft.rowless : Infinity;
  }

  /** The figures to compare with: the untouched base (where something was grafted) and the graft before training. */
  async measureStart(onProgress: OnProgress = noReport, signal?: AbortSignal): Promise<void> {
    const report = throttled(onProgress);
    if (this.setup.vocabulary) this.arms.base = await this.scoreFresh(undefined, report, signal);
    this.arms.untrained = await this.scoreBoth(this.session, this.tokenizer, report, signal);
  }

  /** Compiles and gives the loop; call `run.run()`. `save` is called at every evaluation and at the end. */
  async start(onUpdate: OnUpdate, save?: (status: RunStatus) => Promise<void>): Promise<TrainRun> {
    const { engine, model, corpus, settings } = this.setup;
    const rows = microBatchRowsOf(
      settings.batchRows,
      settings.rowLength,
      engineSizes[engine.report.kind].microBatchTokens,
    );
    const plan = planTraining(model, this.newIds.length, settings.mode, settings, engine);
    const program = await this.session.trainingProgram(
      { rowLength: settings.rowLength, optimizer: optimizerOf(settings) },
      rows * settings.rowLength,
      settings.batchRows / rows,
    );
    const { seed, steps, batchRows, rowLength } = settings;
    const documents = await encodeForTraining(corpus.train, this.tokenizer, {
      tokens: steps * batchRows * rowLength,
      seed,
    });
    const endId = this.tokenizer.special.eos ?? model.config.eosTokenIds[0] ?? null;
    const batches = stepBatches(
      documents,
      { startId: model.startId, endId, seed },
      { batchRows, rowLength, microBatchRows: rows },
      bytesPerId(this.tokenizer),
      objectives[defaultObjective],
    );
    const heldOut = this.heldOut(this.tokenizer);
    const base = this.arms.base?.heldOut;
    const start = this.arms.untrained?.heldOut;
    this.run = new TrainRun(
      {
        program,
        nextBatch: () => batches.next().value,
        rates: (share) => scaledRates(ratesOf(settings), share),
        newIds: this.newIds,
        evaluate: async () => {
          const done = this.run?.status.step ?? 0;
          const scores = (done === 0 && start) || (await scoreDocuments(this.session.scorer(), heldOut));
          this.latest = { step: done, scores };
          return evaluated(scores);
        },
        ...(settings.sampleEvery > 0 ? { sample: () => this.sample() } : {}),
        ...(save ? { save } : {}),
        ...(base ? { baseBitsPerByte: bitsPerByte(base) } : {}),
        plan,
        close: () => program.close(),
      },
      loopOf(settings),
      onUpdate,
    );
    return this.run;
  }

  /** Scores the weights as they are now, once per state of training. */
  async measureTrained(onProgress?: OnProgress, signal?: AbortSignal): Promise<ArmScores> {
    const step = this.run?.status.step ?? this.trainedAt;
    if (!this.arms.trained || this.trainedAt !== step) {
      // The run's last evaluation scored the same documents with the same weights.
      const known = this.latest?.step === step ? this.latest.scores : undefined;
      const report = throttled(onProgress ?? noReport);
      this.arms.trained = await this.scoreBoth(this.session, this.tokenizer, report, signal, known);
      this.trainedAt = step;
    }
    return this.arms.trained;
  }

  async compare(steps: number, onProgress?: OnProgress, signal?: AbortSignal): Promise<Comparison> {
    if (!this.setup.vocabulary) {
      throw new LabError('lab/nothing-to-compare', 'Nothing was grafted here to compare.', 'Train a graft first.');
    }
    // A run of an earlier visit comes back without its figures: base and graft are loaded again for them.
    const report = throttled(onProgress ?? noReport);
    const base = (this.arms.base ??= await this.scoreFresh(undefined, report, signal));
    const untrained = (this.arms.untrained ??= await this.scoreFresh(this.graft, report, signal));
    const trained = await this.measureTrained(onProgress, signal);
    return compareArms(
      { base, 'grafted-untrained': untrained, 'grafted-trained': trained },
      steps,
      this.setup.settings.mode,
    );
  }

  close(): void {
    this.session.close();
  }

  /** Scores the base, or the graft as it started, in a session of its own. */
  private scoreFresh(
    graft: Graft | undefined,
    onProgress: OnProgress,
    signal: AbortSignal | undefined,
    known?: DocumentScores,
  ): Promise<ArmScores> {
    const tokenizer = graft ? this.tokenizer : this.setup.model.tokenizer;
    return this.inFresh(graft, onProgress, signal, (session) =>
      this.scoreBoth(session, tokenizer, onProgress, signal, known),
    );
  }

  private async inFresh<T>(
    graft: Graft | undefined,
    onProgress: OnProgress,
    signal: AbortSignal | undefined,
    use: (session: ModelSession) => Promise<T>,
  ): Promise<T> {
    const { engine, model } = this.setup;
    const options = { onProgress, ...(signal ? { signal } : {}), ...(graft ? { graft } : {}) };
    const session = await ModelSession.open(engine, model, options);
    try {
      return await use(session);
    } finally {
      session.close();
    }
  }

  /** @param known of the first held-out documents. */
  private async scoreBoth(
    session: ModelSession,
    tokenizer: Tokenizer,
    onProgress: OnProgress,
    signal: AbortSignal | undefined,
    known?: DocumentScores,
  ): Promise<ArmScores> {
    const { engine, model, corpus } = this.setup;
    const rest = this.heldOut(tokenizer).slice(known?.bytes.length ?? 0);
    const scores = rest.length > 0 || !known ? await this.score(session, rest, onProgress, signal) : undefined;
    const heldOut = known && scores ? joinedScores(known, scores) : (scores ?? known)!;
    const { generalBytes } = sizesFor(engine.report.kind, model.summary.parameters);
    const general = cappedDocuments(corpus.general, Math.min(this.cap, generalBytes));
    const encoded = encodeDocuments(general, (text) => tokenizer.encode(text));
    return { heldOut, general: await this.score(session, encoded, onProgress, signal) };
  }

  private score(
    session: ModelSession,
    documents: readonly ScoredText[],
    onProgress: OnProgress,
    signal: AbortSignal | undefined,
  ): Promise<DocumentScores> {
    return scoreDocuments(session.scorer(), documents, {
      onProgress: (done, total) => onProgress({ phase: 'evaluating', done, total }),
      ...(signal ? { signal } : {}),
    });
  }

  private get cap(): number {
    const { settings, engine, model } = this.setup;
    return settings.evaluationBytes ?? sizesFor(engine.report.kind, model.summary.parameters).evaluationBytes;
  }

  private heldOut(tokenizer: Tokenizer, bytes = this.cap): ScoredText[] {
    const documents = cappedDocuments(this.setup.corpus.heldOut, bytes);
    return encodeDocuments(documents, (text) => tokenizer.encode(text));
  }

  /** A continuation of the beginning of a held-out document, the same one every time. */
  private async sample(): Promise<Pick<SampleRecord, 'prompt' | 'pieces'>> {
    const { corpus, model, settings } = this.setup;
    const random = seededRandom(settings.seed);
    const document = corpus.heldOut[Math.floor(random() * corpus.heldOut.length)] ?? '';
    const { ids, ends } = model.tokenizer.encode(document.slice(0, 400));
    const prompt = document.slice(0, ends[Math.min(samplePromptTokens, Math.floor(ids.length / 2))] ?? 0);
    const pieces = await generateText(engineText(this.session), this.tokenizer, {
      prompt,
      maxTokens: sampleTokens,
      temperature: 0.8,
      topK: 40,
      seed: settings.seed,
      firstNewId: this.firstNewId,
    });
    return { prompt, pieces };
  }
}

const noReport: OnProgress = () => undefined;

function evaluated(scores: DocumentScores): Pick<EvaluationRecord, 'bitsPerByte' | 'lostBytes'> {
  const lostBytes = sum(scores.lostBytes);
  return { bitsPerByte: bitsPerByte(scores), ...(lostBytes > 0 ? { lostBytes } : {}) };
}
