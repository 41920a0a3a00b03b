/** The trained model that Try, Compare and Download hold, beside the base: an arm of an experiment, or a graft trained elsewhere. */
import { filesTree } from '../checkpoint/index';
import type { Engine } from '../engine/index';
import { asLabError } from '../error';
import {
  cappedDocuments,
  encodeDocuments,
  engineText,
  experimentOf,
  generateText,
  ModelSession,
  onnxText,
  openTrainedElsewhere,
  scoreDocuments,
  scoreResult,
  sizesFor,
  Training,
  type Comparison,
  type ExportChoice,
  type ExportReport,
  type Piece,
  type RunStatus,
  type TextModel,
  type TrainSettings,
} from '../lab/index';
import type { Tokenizer } from '../tokenizer/index';
import type { Generated, LabApi, ModelScores, OnProgress, RuntimeUsed, RunUpdate } from './api';
import { type TakenArm } from './takenArm';
import { exportFolder, exportZip, type FinishedRun } from './exporting';
import { OnnxArms, type Arm, type OnnxArm } from './onnxArms';

import { missing, OpenedLab } from './openedLab';

export abstract class TrainedLab extends OpenedLab {
  protected training: Training | undefined;
  protected comparison: Comparison | undefined;
  protected restored: Pick<RunUpdate, 'records' | 'status'> | undefined;
  /** The arm of an experiment that is held; absent of a graft trained elsewhere. */
  protected taken: TakenArm | undefined;
  private base: Promise<ModelSession> | undefined;
  private readonly arms = new OnnxArms();

  compare(onProgress: OnProgress, asked?: AbortSignal): Promise<Comparison> {
    return this.cancellable(asked, async (signal) => {
      const training = this.requireTraining();
      const steps = this.runSoFar.status.step;
      this.comparison = await training.compare(steps, onProgress, signal);
      return this.comparison;
    });
  }

  generate(
    options: Parameters<LabApi['generate']>[0],
    onPiece: (piece: Piece) => void,
    asked?: AbortSignal,
  ): Promise<Generated> {
    return this.cancellable(asked, async (signal) => {
      const { model: arm, ...rest } = options;
      const { text, runtime } = await this.textModel(arm);
      const { tokenizer, firstNewId } = arm === 'base' ? this.baseTokenizer : this.requireTraining();
      const started = performance.now();
      const pieces = await generateText(text, tokenizer, {
        ...rest,
        ...(firstNewId === undefined ? {} : { firstNewId }),
        signal,
        onPiece,
      });
      return { pieces, milliseconds: performance.now() - started, runtime };
    });
  }

  openTrainedFolder(
    files: readonly File[],
    onProgress: OnProgress,
    asked?: AbortSignal,
  ): ReturnType<LabApi['openTrainedFolder']> {
    return this.cancellable(asked, async (signal) => {
      const [base, corpus, engine] = [this.requireModel(), this.requireCorpus(), await this.engines.engine()];
      const setup = { engine, base, corpus };
      const opened = await openTrainedElsewhere(setup, filesTree(files), { onProgress, signal });
      this.dropTraining();
      const { training, vocabulary, steps } = opened;
      const { settings } = training.setup;
      const status: RunStatus = { ...preparing(settings), state: 'finished', step: steps, steps };
      this.vocabulary = vocabulary;
      this.training = training;
      this.restored = { records: [], status };
      return { vocabulary: vocabulary.summary, status, settings };
    });
  }

  /** Bits per byte of the model as it was opened, on the corpus and on general text. */
  measureBase(onProgress: OnProgress, asked?: AbortSignal): Promise<ModelScores> {
    return this.cancellable(asked, async (signal) => {
      const [model, corpus] = [this.requireModel(), this.requireCorpus()];
      const session = await this.baseSession();
      const scorer = session.scorer();
      const { evaluationBytes, generalBytes } = sizesFor(session.engine.report.kind, model.summary.parameters);
      const score = async (documents: readonly string[], bytes: number, part: number) => {
        const encoded = encodeDocuments(cappedDocuments(documents, bytes), (text) => model.tokenizer.encode(text));
        const scores = await scoreDocuments(scorer, encoded, {
          signal,
          onProgress: (done, total) => onProgress({ phase: 'evaluating', done: part * total + done, total: 2 * total }),
        });
        return scoreResult(scores);
      };
      const heldOut = await score(corpus.heldOut, evaluationBytes, 0);
      return {
        heldOut,
        general: await score(corpus.general, generalBytes, 1),
        runtime: engineRuntime(session.engine),
      };
    });
  }

  exportZip(choice: ExportChoice, onProgress: OnProgress, asked?: AbortSignal): ReturnType<LabApi['exportZip']> {
    return this.cancellable(asked, (signal) => exportZip(this.finished(), choice, onProgress, signal));
  }

  exportFolder(
    choice: ExportChoice,
    directory: FileSystemDirectoryHandle,
    onProgress: OnProgress,
    asked?: AbortSignal,
  ): Promise<ExportReport> {
    return this.cancellable(asked, (signal) => exportFolder(this.finished(), choice, directory, onProgress, signal));
  }

  /**
   * An arm as what continues texts: onnxruntime-web from an export in memory, which keeps what it has read, else the
   * engine, where the model is too large for that.
   */
  protected async textModel(arm: Arm): Promise<{ text: TextModel; runtime: RuntimeUsed }> {
    try {
      const opened = arm === 'base' ? await this.baseArm() : await this.graftedArm();
      return { text: onnxText(opened.session, this.requireModel()), runtime: onnxUsed(opened) };
    } catch (thrown) {
      if (asLabError(thrown).code !== 'onnx/too-large') throw thrown;
      const session = arm === 'base' ? await this.baseSession() : this.requireTraining().session;
      return { text: engineText(session), runtime: engineRuntime(session.engine) };
    }
  }

  protected async baseArm(): Promise<OnnxArm> {
    const exported = { model: this.requireModel() };
    return this.arms.open('base', exported, 0, await this.engines.device());
  }

  protected async graftedArm(): Promise<OnnxArm> {
    const { graft, session } = this.requireTraining();
    const exported = { model: this.requireModel(), ...(graft ? { graft } : {}), session };
    return this.arms.open('grafted', exported, this.runSoFar.status.step, await this.engines.device());
  }

  protected get baseTokenizer(): { tokenizer: Tokenizer; firstNewId?: number } {
    return { tokenizer: this.requireModel().tokenizer };
  }

  protected baseSession(): Promise<ModelSession> {
    this.base ??= this.engines.engine().then((engine) => ModelSession.open(engine, this.requireModel()));
    this.base.catch(() => {
      this.base = undefined;
    });
    return this.base;
  }

  protected experiment() {
    const { setup } = this.requireTraining();
    const count = this.vocabulary?.summary.newTokens.length ?? 0;
    return experimentOf(setup.model, setup.corpus, count, setup.settings, this.diagnosed?.diagnosis);
  }

  protected get runSoFar(): Pick<RunUpdate, 'records' | 'status'> {
    const run = this.training?.run;
    return run ?? this.restored ?? { records: [], status: preparing(this.requireTraining().setup.settings) };
  }

  protected finished(): FinishedRun {
    const training = this.requireTraining();
    const { records, status } = this.runSoFar;
    return {
      base: this.tree ?? missing('lab/no-model', 'No model is open.', 'Open one in Model.'),
      training,
      ...(this.taken ? this.taken : { vocabulary: this.requireVocabulary(), experiment: this.experiment() }),
      comparison: this.comparison ?? null,
      records,
      steps: status.step,
    };
  }

  protected dropBase(): void {
    void this.arms.close('base');
    void this.base?.then((session) => session.close());
    this.base = undefined;
  }

  protected dropTraining(): void {
    void this.arms.close('grafted');
    this.training?.close();
    this.training = undefined;
    this.taken = undefined;
    this.comparison = undefined;
    this.restored = undefined;
  }

  protected requireTraining(): Training {
    return this.training ?? missing('lab/no-run', 'Nothing has been grafted yet.', 'Start training first.');
  }
}

function engineRuntime({ report: { kind, threads } }: Engine): RuntimeUsed {
  return { name: 'engine', provider: kind === 'processor' ? 'wasm' : 'webgpu', threads: threads ?? 1 };
}

function onnxUsed({ runtime: { provider, threads } }: OnnxArm): RuntimeUsed {
  return { name: 'onnxruntime-web', provider, threads };
}

function preparing(settings: TrainSettings): RunStatus {
  return {
    state: 'preparing',
    step: 0,
    steps: settings.steps,
    tokensPerSecond: 0,
    bytesPerSecond: 0,
    stepMilliseconds: 0,
    millisecondsLeft: 0,
  };
}
