/** Reference lines while the runs go on: they need no engine, and no run waits for them. */
import type { DurableFolder } from '../../checkpoint/index';
import { asLabError } from '../../error';
import type { CorpusText } from '../open/corpusText';
import type { CompressedSize } from '../scoring/xzSize';
import { makeReferences, readReferences, type References } from './references';
import type { ReportedRun } from './report';
import type { ExperimentSpec } from './spec';

interface Opened {
  readonly spec: ExperimentSpec;
  readonly corpus: CorpusText;
  readonly folder: DurableFolder;
}

export class ReferencesBeside {
  found: References | undefined;
  private asked: Promise<void> | undefined;
  private failure: unknown;
  private readonly ended = new AbortController();

  /**
   * @param xzSize absent: only what the folder has.
   * @param onFound when they have come.
   */
  constructor(
    private readonly opened: Opened,
    private readonly xzSize: CompressedSize | undefined,
    private readonly onFound: () => void,
    private readonly signal: AbortSignal = new AbortController().signal,
  ) {}

  /** Begins once it is known how much text the first seed reads. Throws what went wrong since. */
  ask(runs: readonly ReportedRun[]): void {
    if (this.failure) throw this.failure;
    const { budget } = this.opened.spec;
    const bytes = 'bytes' in budget ? budget.bytes : this.bytesRead(runs);
    if (bytes === undefined) return;
    this.asked ??= this.make(bytes).then(
      (references) => {
        this.found = references;
        if (references) this.onFound();
      },
      (thrown: unknown) => {
        // Where the library cannot be loaded, the experiment has its answer all the same.
        if (asLabError(thrown).code !== 'lab/no-xz') this.failure = thrown;
      },
    );
  }

  /** When they are there, if they were asked for. Throws what went wrong. */
  async settled(): Promise<void> {
    await this.asked;
    if (this.failure) throw this.failure;
  }

  /** Nothing is written from then on. Never rejects. */
  async end(): Promise<void> {
    this.ended.abort();
    await this.asked;
  }

  /** By the first trained arm that can be finished, in the order of the specification: runs may end in another. */
  private bytesRead(runs: readonly ReportedRun[]): number | undefined {
    const { seeds, arms } = this.opened.spec;
    const statusOf = (name: string) =>
      runs.find(({ status }) => status.arm === name && status.seed === seeds[0])?.status;
    const hasEnded = (name: string) => ['diverged', 'failed'].includes(statusOf(name)?.state ?? '');
    const first = Object.keys(arms).find((name) => arms[name]!.stages.length > 0 && !hasEnded(name));
    const status = first === undefined ? undefined : statusOf(first);
    return status?.state === 'finished' ? status.bytes : undefined;
  }

  private async make(bytes: number): Promise<References | undefined> {
    const { folder, spec, corpus } = this.opened;
    const kept = await readReferences(folder, spec).catch(() => undefined);
    if (kept || !this.xzSize) return kept;
    const signal = AbortSignal.any([this.signal, this.ended.signal]);
    return makeReferences(folder, spec, corpus, bytes, { xzSize: this.xzSize, signal });
  }
}
