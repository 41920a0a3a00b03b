/**
 * A run as the page keeps it: the records of run.jsonl sorted into columns that charts can draw. Columns only grow; a
 * reader takes `length` at the time of drawing.
 */
import type { EvaluationRecord, LogRecord, RunRecord, RunStatus, TokensRecord, TrainMode } from '../../worker/index';

export class RunView {
  status: RunStatus;
  /** Of a graft trained elsewhere. */
  readonly mode: TrainMode | null;
  readonly steps: number[] = [];
  readonly loss: number[] = [];
  readonly newTokenLoss: (number | null)[] = [];
  readonly oldTokenLoss: (number | null)[] = [];
  readonly afterNewTokenLoss: (number | null)[] = [];
  readonly learningRate: number[] = [];
  readonly gradientNorm: number[] = [];
  readonly tokensPerSecond: number[] = [];
  readonly evaluations: EvaluationRecord[] = [];
  readonly log: LogRecord[] = [];
  tokens: TokensRecord | null = null;
  tokensPerStep = 0;

  constructor(status: RunStatus, mode: TrainMode | null = null) {
    this.status = status;
    this.mode = mode;
  }

  setStatus(status: RunStatus): void {
    this.status = status;
  }

  add(records: readonly RunRecord[]): void {
    for (const record of records) {
      if (record.type === 'step') {
        this.steps.push(record.step);
        this.loss.push(record.loss);
        this.newTokenLoss.push(record.newTokenLoss);
        this.oldTokenLoss.push(record.oldTokenLoss);
        this.afterNewTokenLoss.push(record.afterNewTokenLoss);
        this.learningRate.push(record.learningRate);
        this.gradientNorm.push(record.gradientNorm);
        this.tokensPerSecond.push(record.milliseconds > 0 ? record.tokens / (record.milliseconds / 1000) : 0);
        this.tokensPerStep = record.tokens;
      } else if (record.type === 'evaluation') {
        this.evaluations.push(record);
      } else if (record.type === 'tokens') this.tokens = record;
      else this.log.push(record);
    }
  }

  get latestBitsPerByte(): number | null {
    return this.evaluations.at(-1)?.bitsPerByte ?? null;
  }

  get isActive(): boolean {
    return this.status.state === 'running' || this.status.state === 'paused' || this.status.state === 'preparing';
  }

  get isOver(): boolean {
    return !this.isActive;
  }
}
