/**
 * The training loop: hands batches to the program, reads losses back a little later, and turns them into records. It
 * never waits for the GPU within a step; a fast GPU is kept a few steps ahead (the program's ring says how many), a
 * slow one is drained after every step, so that pausing takes one step and not four. Program, batches, evaluation and
 * saving come from outside: the loop itself is plain and runs in tests without a GPU.
 *
 * A NaN ends the run: the program skips an update whose gradient is not finite, so the weights are those of the last
 * good step. Whatever ends the run, `run` resolves with a status; errors stand in it.
 */
import { breathe } from '../../breathe';
import { asLabError, LabError } from '../../error';
import type { EvaluationRecord, LogRecord, RunRecord, RunState, RunStatus, StepRecord } from './records';
import type { StepBatch, StepOutcome, LoopSettings, LoopState, TrainRunParts, OnUpdate } from './runParts';
import { addLosses, emptySplit, TokenCurves } from './tokenLosses';

export type * from './runParts';

type TrainRequest = 'run' | 'pause' | 'stop';

/** Above this a step is slow: the program is drained after each. Milliseconds. */
const slowStep = 120;
/** Saving takes at most one part in so many of the time. */
const savesShare = 20;
const updateInterval = 100;
const tokensInterval = 1000;
/** How long the event loop may be held, so that a pause can arrive. */
const holdInterval = 10;

export class TrainRun {
  /** All records so far, for run.jsonl. Of the per-token records only the last is kept: they are large. */
  readonly records: RunRecord[] = [];
  private readonly curves: TokenCurves;
  private readonly newIds: ReadonlySet<number>;
  private readonly waiting: StepBatch[] = [];
  private fresh: RunRecord[] = [];
  private state: RunState = 'preparing';
  private stepsRead = 0;
  private stepMilliseconds = 0;
  private evaluationMilliseconds = 0;
  private throughput = { tokens: 0, bytes: 0 };
  private savedStep: number | undefined;
  private error: LabError | undefined;
  private lastUpdate = -Infinity;
  private lastTokens = -Infinity;
  private lastBreath = 0;
  private lastSave = 0;
  private saveMilliseconds = 0;
  private bytesRead = 0;
  private request: TrainRequest = 'run';
  private wake: () => void = () => undefined;

  constructor(
    private readonly parts: TrainRunParts,
    private readonly settings: LoopSettings,
    private readonly onUpdate: OnUpdate,
    earlier?: LoopState,
  ) {
    this.curves = new TokenCurves(parts.newIds, earlier?.curves);
    this.newIds = new Set(parts.newIds);
    if (!earlier) return;
    this.stepsRead = earlier.step;
    // The stage before has given its records out already.
    const isNext = earlier.step > 0 && earlier.step === settings.stage?.from;
    for (const record of earlier.records) {
      if (isNext) this.records.push(record);
      else this.record(record);
      if (record.type === 'step') this.bytesRead += record.bytes;
    }
  }

  /** After `flush`: what a checkpoint keeps of the loop. */
  get loopState(): LoopState {
    const { stepsRead: step, records } = this;
    return { step, curves: this.curves.state, records };
  }

  pause(): void {
    this.ask('pause');
  }

  resume(): void {
    this.ask('run');
  }

  stop(): void {
    this.ask('stop');
  }

  get status(): RunStatus {
    const { steps } = this.settings;
    const left = Math.max(0, steps - this.stepsRead);
    const { evaluateEvery } = this.settings;
    const evaluationsLeft = evaluateEvery > 0 ? Math.ceil(left / evaluateEvery) : 0;
    const perSecond = this.stepMilliseconds > 0 ? 1000 / this.stepMilliseconds : 0;
    return {
      state: this.state,
      step: this.stepsRead,
      steps,
      tokensPerSecond: this.throughput.tokens * perSecond,
      bytesPerSecond: this.throughput.bytes * perSecond,
      stepMilliseconds: this.stepMilliseconds,
      millisecondsLeft: left * this.stepMilliseconds + evaluationsLeft * this.evaluationMilliseconds,
      ...(this.parts.plan ? { plan: this.parts.plan } : {}),
      ...(this.savedStep === undefined ? {} : { savedStep: this.savedStep }),
      ...(this.error ? { error: { code: this.error.code, message: this.error.message, hint: this.error.hint } } : {}),
    };
  }

  async run(): Promise<RunStatus> {
    try {
      await this.loop();
    } catch (thrown) {
      this.error = asLabError(thrown);
      this.state = 'failed';
      const event = this.error.code === 'engine/device-lost' ? 'device-lost' : 'error';
      this.log(this.error.code === 'lab/not-a-number' ? 'not-a-number' : event, {
        code: this.error.code,
        message: this.error.message,
      });
      // What was learned up to here is in the weights; a lost device has none left to save.
      if (this.error.code === 'lab/not-a-number') await this.save();
    }
    this.recordTokens();
    this.parts.close?.();
    this.update(true);
    return this.status;
  }

  private async loop(): Promise<void> {
    const { settings } = this;
    this.state = 'running';
    this.lastSave = performance.now();
    const { from, until } = settings.stage ?? { from: 0, until: settings.steps };
    // Stopped before its first step, a run has its first evaluation already.
    const isBegun = this.records.some(({ type }) => type === 'evaluation');
    if (this.stepsRead === 0 && !isBegun) {
      this.log('started', { steps: settings.steps, ...settings.details });
      await this.evaluate();
    } else if (this.stepsRead > from || this.stepsRead === 0) {
      this.log('resumed');
      this.update(true);
    }
    for (let submitted = this.stepsRead; submitted < until;) {
      await this.obey();
      if (this.request === 'stop') break;
      submitted++;
      this.submit(submitted);
      const slow = this.stepMilliseconds === 0 || this.stepMilliseconds > slowStep;
      if (slow) this.read(await this.parts.program.flush());
      else if (this.waiting.length >= this.stepsAhead) this.read(await this.parts.program.readings());
      const due = (every: number) => every > 0 && submitted % every === 0 && submitted < until;
      if (due(settings.evaluateEvery)) {
        this.read(await this.parts.program.flush());
        await this.evaluate();
        await this.save();
        // Its state stays `running`, as that of a stage that has ended. What could not be saved is not left.
        if (settings.untilFirstReading && this.savedStep === this.stepsRead) return;
      } else if (this.isSaveDue) {
        this.read(await this.parts.program.flush());
        await this.save();
      }
      this.update(false);
      if (performance.now() - this.lastBreath > holdInterval) {
        await breathe();
        this.lastBreath = performance.now();
      }
    }
    this.read(await this.parts.program.flush());
    const isOver = this.stepsRead === until;
    const { step: evaluated } = this.records.findLast(({ type }) => type === 'evaluation') ?? { step: -1 };
    if ((isOver || settings.autosaveMilliseconds === undefined) && evaluated < this.stepsRead) {
      await this.evaluate();
    }
    if (isOver && until < settings.steps) return;
    this.state = isOver ? 'finished' : 'stopped';
    this.log(this.state, { steps: this.stepsRead });
    this.recordTokens();
    await this.save();
  }

  /** Waits while paused. */
  private async obey(): Promise<void> {
    if (this.request !== 'pause') return;
    this.read(await this.parts.program.flush());
    this.state = 'paused';
    this.log('paused');
    this.recordTokens();
    this.update(true);
    // Asked to pause once more, it still waits.
    while (this.request === 'pause') await new Promise<void>((resolve) => (this.wake = resolve));
    this.log('resumed');
    this.state = 'running';
  }

  private ask(request: TrainRequest): void {
    if (this.request === 'stop') return;
    this.request = request;
    this.wake();
  }

  private submit(step: number): void {
    const batch = this.parts.nextBatch();
    this.parts.program.step(
      batch.microBatches.map((microBatch) => microBatch.inputs),
      this.parts.rates(this.settings.share(step)),
    );
    this.waiting.push(batch);
  }

  /** Asking for readings costs a turn of the event loop, so a fast GPU is asked once for several steps. */
  private get stepsAhead(): number {
    return Math.max(1, Math.min(16, Math.round(slowStep / Math.max(1, this.stepMilliseconds))));
  }

  private read(outcomes: readonly StepOutcome[]): void {
    for (const outcome of outcomes) {
      const batch = this.waiting.shift()!;
      const step = this.stepsRead + 1;
      const split = emptySplit();
      let [taught, taughtError] = [0, 0];
      for (const [index, { ids, targets, taughtTokens }] of batch.microBatches.entries()) {
        const [losses, errors] = outcome.readback[index] as [Float32Array, Float32Array?];
        taught += taughtTokens ?? 0;
        taughtError += errors?.reduce((sum, error) => sum + error, 0) ?? 0;
        addLosses(
          split,
          ids,
          targets,
          losses,
          (id) => this.newIds.has(id),
          (id, loss) => this.curves.add(id, loss),
        );
      }
      if (!Number.isFinite(outcome.gradientNorm) || !Number.isFinite(split.loss)) {
        throw new LabError(
          'lab/not-a-number',
          `Step ${step} gave a ${Number.isFinite(split.loss) ? 'gradient' : 'loss'} that is not a number; the weights are those of step ${step - 1}.`,
          'Lower the learning rate, or turn gradient clipping on. What was learned so far can still be compared and saved.',
          { step },
        );
      }
      this.stepsRead = step;
      this.bytesRead += batch.bytes;
      this.paced(outcome.milliseconds, batch);
      const mean = (sum: number, count: number) => (count > 0 ? sum / count : null);
      const record: StepRecord = {
        type: 'step',
        step,
        loss: split.loss / Math.max(1, split.targets),
        newTokenLoss: mean(split.newTokenLoss, split.newTargets),
        oldTokenLoss: mean(split.loss - split.newTokenLoss, split.targets - split.newTargets),
        afterNewTokenLoss: mean(split.afterNewTokenLoss, split.afterNewTargets),
        ...(taught > 0 ? { taughtError: taughtError / taught } : {}),
        learningRate: this.settings.peak * this.settings.share(step),
        gradientNorm: outcome.gradientNorm,
        tokens: batch.tokens,
        bytes: batch.bytes,
        milliseconds: outcome.milliseconds,
      };
      this.record(record);
    }
    if (performance.now() - this.lastTokens > tokensInterval) this.recordTokens();
  }

  /** Moving averages, so that the figures on the page hold still. */
  private paced(milliseconds: number, batch: StepBatch): void {
    const weight = this.stepsRead === 1 ? 1 : 0.2;
    this.stepMilliseconds += weight * (milliseconds - this.stepMilliseconds);
    this.throughput.tokens += weight * (batch.tokens - this.throughput.tokens);
    this.throughput.bytes += weight * (batch.bytes - this.throughput.bytes);
  }

  private async evaluate(): Promise<void> {
    this.update(false);
    const started = performance.now();
    const evaluated = await this.parts.evaluate();
    const milliseconds = performance.now() - started;
    this.evaluationMilliseconds = milliseconds;
    const { stepsRead: step, bytesRead } = this;
    const record: EvaluationRecord = { type: 'evaluation', step, bytesRead, ...evaluated, milliseconds };
    this.record(record);
    this.update(false);
  }

  private async save(): Promise<void> {
    this.lastSave = performance.now();
    if (!this.parts.save) return;
    try {
      await this.parts.save(this.status);
      this.saveMilliseconds = performance.now() - this.lastSave;
      this.lastSave = performance.now();
      this.savedStep = this.stepsRead;
      this.log('checkpoint', { step: this.stepsRead });
    } catch (thrown) {
      // A full disk must not cost the run: what was saved before stays, and the weights are still here to download.
      const { code, message } = asLabError(thrown);
      this.log('error', { code, message });
    }
  }

  private get isSaveDue(): boolean {
    const { autosaveMilliseconds } = this.settings;
    if (autosaveMilliseconds === undefined || !this.parts.save) return false;
    return performance.now() - this.lastSave > Math.max(autosaveMilliseconds, savesShare * this.saveMilliseconds);
  }

  private recordTokens(): void {
    this.lastTokens = performance.now();
    const record: RunRecord = {
      type: 'tokens',
      step: this.stepsRead,
      tokens: this.curves.progress(),
      neverSeen: this.curves.neverSeen,
    };
    const earlier = this.records.findLastIndex((known) => known.type === 'tokens');
    if (earlier >= 0) this.records.splice(earlier, 1);
    this.record(record);
  }

  private log(event: LogRecord['event'], details?: LogRecord['details']): void {
    this.record({ type: 'log', step: this.stepsRead, event, ...(details ? { details } : {}) });
  }

  private record(record: RunRecord): void {
    this.records.push(record);
    this.fresh.push(record);
  }

  private update(now: boolean): void {
    const time = performance.now();
    if (!now && time - this.lastUpdate < updateInterval) return;
    this.lastUpdate = time;
    const records = this.fresh;
    this.fresh = [];
    this.onUpdate({ status: this.status, records });
  }
}
