/** The trained model that Try, Compare and Download hold, beside the base: an arm of an experiment, or a graft trained elsewhere. */
import { filesTree } from '../checkpoint/index';
import type { Engine } from '../engine/index';
import { asLabError } from '../error';
import { forwardShare } from '../experimentSeconds';
import {
  sizesFor,
  throttled,
  type Comparison,
  type ExportChoice,
  type ExportReport,
  type FormRefusal,
  type LoadedModel,
  type ModelSession,
  type Piece,
  type RunStatus,
  type TextModel,
} from '../lab/index';
import type { Tokenizer } from '../tokenizer/index';
import type { Generated, LabApi, ModelScores, OnProgress, RuntimeUsed } from './api';
import type { FinishedRun } from './exporting';
import type { Measured } from './measured';
import type { Arm, OnnxArm, OnnxArms } from './onnxArms';

import { missing, OpenedLab } from './openedLab';
import { flopsPerToken, speedKey } from './readingSpeed';
import { Speeds, type Speed } from './speeds';
import type { TrainedArm } from './trainedArm';

export abstract class TrainedLab extends OpenedLab {
  protected trained: TrainedArm | undefined;
  /** Of the model that is held, which trains no more. */
  private comparison: Comparison | undefined;
  private base: Promise<ModelSession> | undefined;
  private arms: Promise<OnnxArms> | undefined;
  private measuredSoFar: Promise<Measured> | undefined;
  protected readonly speeds = new Speeds();

  compare(onProgress: OnProgress, asked?: AbortSignal): Promise<Comparison> {
    return this.cancellable(asked, async (signal) => {
      const trained = this.requireTrained();
      const { arm, steps, scores } = trained;
      const [{ besideBase }, measured] = [await import('./trainedCalls'), await this.measured()];
      const { model, engine, frozen } = arm.setup;
      const known = {
        scores: scores ? { trained: scores } : {},
        losses: {
          base: await measured.base(model, engine, frozen),
          untrained: await measured.start(arm),
          trained: measured.trained(trained),
        },
      };
      this.comparison ??= await besideBase(arm, steps, known, { onProgress, signal });
      return this.comparison;
    });
  }

  generate(
    options: Parameters<LabApi['generate']>[0],
    onPiece: (piece: Piece) => void,
    asked?: AbortSignal,
  ): Promise<Generated> {
    return this.cancellable(asked, async (signal) => {
      const { model: arm, chat, ...rest } = options;
      const { text, runtime } = await this.textModel(arm);
      const { tokenizer, firstNewId } = arm === 'base' ? this.baseTokenizer : this.requireTrained().arm;
      const { chatPrompt, generateText } = await import('./trainedCalls');
      const turns = [{ role: 'user', content: rest.prompt }] as const;
      const asChat = chat ? (await chatPrompt(this.requireModel(), tokenizer, turns)).options : {};
      const started = performance.now();
      const pieces = await generateText(text, tokenizer, {
        ...rest,
        ...asChat,
        ...(firstNewId === undefined ? {} : { firstNewId }),
        signal,
        onPiece,
      });
      return { pieces, milliseconds: performance.now() - started, runtime };
    });
  }

  tokensEvidence(onProgress: OnProgress, asked?: AbortSignal): ReturnType<LabApi['tokensEvidence']> {
    return this.cancellable(asked, async (signal) => {
      const { evidenceOf } = await import('./evidence');
      return this.onceOfTrained('evidence', (trained) => evidenceOf(trained, { onProgress, signal }));
    });
  }

  harm(onProgress: OnProgress, asked?: AbortSignal): ReturnType<LabApi['harm']> {
    return this.cancellable(asked, async (signal) => {
      const { harmOfTrained } = await import('./harm');
      const measured = await this.measured();
      return this.onceOfTrained('harm', (trained) =>
        harmOfTrained(trained, () => this.baseSession(), measured, { onProgress, signal }),
      );
    });
  }

  async tokenNeighbours(id: number): ReturnType<LabApi['tokenNeighbours']> {
    const { neighboursOfTrained } = await import('./evidence');
    return neighboursOfTrained(this.requireTrained(), id);
  }

  async pruneStarved(...asked: Parameters<LabApi['pruneStarved']>): ReturnType<LabApi['pruneStarved']> {
    const { prunedSpec } = await import('./evidence');
    return prunedSpec(...asked);
  }

  openTrainedFolder(
    files: readonly File[],
    onProgress: OnProgress,
    asked?: AbortSignal,
  ): ReturnType<LabApi['openTrainedFolder']> {
    return this.cancellable(asked, async (signal) => {
      const [base, corpus, engine] = [this.requireModel(), this.requireCorpus(), await this.engines.engine()];
      const setup = { engine, base, corpus };
      const { openTrainedElsewhere } = await import('./trainedCalls');
      const opened = await openTrainedElsewhere(setup, filesTree(files), { onProgress, signal });
      this.dropTraining();
      const { arm, vocabulary, steps, mode, weights } = opened;
      this.vocabulary = vocabulary;
      this.trained = { arm, vocabulary, records: [], steps, weights };
      return { vocabulary: vocabulary.summary, status: finishedStatus(steps), mode };
    });
  }

  /** Bits per byte of the model as it was opened, on the corpus and on general text. */
  measureBase(onProgress: OnProgress, asked?: AbortSignal): Promise<ModelScores> {
    return this.cancellable(asked, async (signal) => {
      const [model, corpus] = [this.requireModel(), this.requireCorpus()];
      const { encodeDocuments, sampledDocuments, scoreDocuments, scoreResult } = await import('./trainedCalls');
      const engine = await this.engines.engine();
      const known = await (await this.measured()).base(model, engine);
      const { evaluationBytes, generalBytes } = sizesFor(engine.report.kind, model.summary.parameters);
      const encoded = (documents: readonly string[], bytes: number) =>
        encodeDocuments(sampledDocuments(documents, bytes, 'spread'), (text) => model.tokenizer.encode(text));
      const parts = [encoded(corpus.heldOut, evaluationBytes), encoded(corpus.general, generalBytes)] as const;
      // Of documents that are still to be asked for: what is known takes no time, and nothing is told of it.
      const tokens = parts.map((part) =>
        part.reduce((sum, document) => sum + (known.sum(document) === undefined ? document.ids.length : 0), 0),
      ) as [number, number];
      const total = tokens[0] + tokens[1];
      // From the first moment: what is known of this machine, until the measurement has a pace of its own.
      const perSecond = (await this.speed(model)).newest / flopsPerToken(model) / forwardShare;
      const begun = { phase: 'evaluating', done: 0, total };
      if (total > 0) onProgress({ ...begun, remainingMilliseconds: (1000 * total) / perSecond });
      const session = await this.baseSession();
      const scorer = session.scorer(known);
      // The pace is that of scoring, without the time that loading took.
      const report = throttled((progress) =>
        onProgress({ remainingMilliseconds: (1000 * (total - progress.done)) / perSecond, ...progress }),
      );
      if (total > 0) report(begun);
      const score = async (part: 0 | 1) => {
        const before = part === 0 ? 0 : tokens[0];
        const scores = await scoreDocuments(scorer, parts[part], {
          signal,
          onProgress: (done, passes) =>
            report({ phase: 'evaluating', done: Math.round(before + (tokens[part] * done) / passes), total }),
        });
        return scoreResult(scores);
      };
      return {
        heldOut: await score(0),
        general: await score(1),
        runtime: engineRuntime(session.engine),
      };
    });
  }

  exportFile(choice: ExportChoice, onProgress: OnProgress, asked?: AbortSignal): ReturnType<LabApi['exportFile']> {
    return this.cancellable(asked, async (signal) => {
      const { exportFile } = await import('./exporting');
      return exportFile(this.finished(), choice, onProgress, signal);
    });
  }

  ggufRefusal(asked?: AbortSignal): Promise<FormRefusal | null> {
    return this.cancellable(asked, async () => {
      const { refusedAsGguf } = await import('./exporting');
      return refusedAsGguf(this.finished());
    });
  }

  exportFolder(
    choice: ExportChoice,
    directory: FileSystemDirectoryHandle,
    onProgress: OnProgress,
    asked?: AbortSignal,
  ): Promise<ExportReport> {
    return this.cancellable(asked, async (signal) => {
      const { exportFolder } = await import('./exporting');
      return exportFolder(this.finished(), choice, directory, onProgress, signal);
    });
  }

  /**
   * An arm as what continues texts: onnxruntime-web from an export in memory, which keeps what it has read, else the
   * engine, where the model is too large for that.
   */
  protected async textModel(arm: Arm): Promise<{ text: TextModel; runtime: RuntimeUsed }> {
    const { engineText, onnxText } = await import('./trainedCalls');
    try {
      const opened = arm === 'base' ? await this.baseArm() : await this.graftedArm();
      const model = arm === 'base' ? this.requireModel() : this.requireTrained().arm.session.model;
      return { text: onnxText(opened.session, model), runtime: onnxUsed(opened) };
    } catch (thrown) {
      if (asLabError(thrown).code !== 'onnx/too-large') throw thrown;
      const session = arm === 'base' ? await this.baseSession() : this.requireTrained().arm.session;
      return { text: engineText(session), runtime: engineRuntime(session.engine) };
    }
  }

  protected async baseArm(): Promise<OnnxArm> {
    const exported = { model: this.requireModel() };
    return (await this.onnxArms()).open('base', exported, 0, await this.engines.device());
  }

  protected async graftedArm(): Promise<OnnxArm> {
    const { arm, steps } = this.requireTrained();
    const { graft, session } = arm;
    const exported = { model: session.model, ...(graft ? { graft } : {}), session };
    return (await this.onnxArms()).open('grafted', exported, steps, await this.engines.device());
  }

  /** As far as it is known. */
  protected async speed(model: LoadedModel): Promise<Speed> {
    const summary = await this.engines.known();
    return this.speeds.of(speedKey(summary, model), 1e9 * (summary.gigaflopsPerSecond ?? 10));
  }

  protected measured(): Promise<Measured> {
    return (this.measuredSoFar ??= import('./trainedCalls').then(({ Measured }) => new Measured()));
  }

  /** The same question of the same weights beside the same control, on the same text and engine. */
  private async onceOfTrained<Answer>(
    question: string,
    measure: (trained: TrainedArm) => Promise<Answer>,
  ): Promise<Answer> {
    const trained = this.requireTrained();
    const { report } = trained.arm.setup.engine;
    const key = [question, trained.weights, trained.control?.name ?? '', report.description].join('\n');
    return (await this.measured()).once(this.requireCorpus(), key, () => measure(trained));
  }

  private onnxArms(): Promise<OnnxArms> {
    return (this.arms ??= import('./trainedCalls').then(({ OnnxArms }) => new OnnxArms()));
  }

  protected get baseTokenizer(): { tokenizer: Tokenizer; firstNewId?: number } {
    return { tokenizer: this.requireModel().tokenizer };
  }

  protected baseSession(): Promise<ModelSession> {
    const open = async () => {
      const { ModelSession } = await import('./trainedCalls');
      return ModelSession.open(await this.engines.engine(), this.requireModel());
    };
    this.base ??= open();
    this.base.catch(() => {
      this.base = undefined;
    });
    return this.base;
  }

  protected finished(): FinishedRun {
    const comparison = this.comparison ?? null;
    return { ...this.requireTrained(), base: this.requireTree(), corpus: this.requireCorpus(), comparison };
  }

  protected dropBase(): void {
    void this.arms?.then((arms) => arms.close('base'));
    void this.base?.then((session) => session.close());
    this.base = undefined;
  }

  protected dropTraining(): void {
    void this.arms?.then((arms) => arms.close('grafted'));
    this.trained?.arm.close();
    this.trained = undefined;
    this.comparison = undefined;
  }

  protected requireTrained(): TrainedArm {
    return this.trained ?? missing('lab/no-run', 'Nothing has been grafted yet.', 'Start training first.');
  }
}

function engineRuntime({ report: { kind, threads } }: Engine): RuntimeUsed {
  return { name: 'engine', provider: kind === 'processor' ? 'wasm' : 'webgpu', threads: threads ?? 1 };
}

function onnxUsed({ runtime: { provider, threads } }: OnnxArm): RuntimeUsed {
  return { name: 'onnxruntime-web', provider, threads };
}

function finishedStatus(steps: number): RunStatus {
  return {
    state: 'finished',
    step: steps,
    steps,
    tokensPerSecond: 0,
    bytesPerSecond: 0,
    stepMilliseconds: 0,
    millisecondsLeft: 0,
  };
}
