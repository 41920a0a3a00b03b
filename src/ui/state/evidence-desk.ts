/** What is asked of a trained arm beyond its score: its new tokens, what it did to what the model knew, samples of it. */
import type { ExperimentReport, FieldAnswer, HarmReport, LabApi, TokensEvidence } from '../../worker/index';
import type { ExperimentDesk } from './experiment-desk';
import type { LongCall } from './slot-store';

export interface EvidenceDeskParts {
  readonly lab: Pick<LabApi, 'tokensEvidence' | 'harm' | 'sampleField' | 'askCloze'>;
  readonly experiments: () => ExperimentDesk;
  fillEvidence(action: LongCall<TokensEvidence>): Promise<TokensEvidence | null>;
  fillHarm(action: LongCall<HarmReport>): Promise<HarmReport | null>;
  fillField(action: LongCall<FieldAnswer>): Promise<FieldAnswer | null>;
  fillCloze(action: LongCall<ExperimentReport>): Promise<ExperimentReport | null>;
  tell(): void;
  readKept(): Promise<void>;
}

export class EvidenceDesk {
  constructor(private readonly parts: EvidenceDeskParts) {}

  /** What is known of each new token of the trained arm that is held. */
  readTokens(): Promise<TokensEvidence | null> {
    return this.parts.fillEvidence((onProgress, signal) => this.parts.lab.tokensEvidence(onProgress, signal));
  }

  readHarm(): Promise<HarmReport | null> {
    return this.parts.fillHarm((onProgress, signal) => this.parts.lab.harm(onProgress, signal));
  }

  /** Samples of the arm that is held, of its control and of the untouched base; the report has them from then on. */
  sampleField(options: Omit<Parameters<LabApi['sampleField']>[1], 'arm' | 'runSeed'>): Promise<void> {
    const { lab, fillField } = this.parts;
    return this.ofTaken(async (id, key) => {
      const answer = await fillField((onProgress, signal) =>
        lab.sampleField(id, { ...options, ...key }, onProgress, signal),
      );
      return answer?.report;
    });
  }

  /** Questions from the text, answered by the same. */
  askCloze(options: Omit<Parameters<LabApi['askCloze']>[1], 'arm' | 'runSeed'>): Promise<void> {
    const { lab, fillCloze } = this.parts;
    return this.ofTaken(async (id, key) => {
      const report = await fillCloze((onProgress, signal) =>
        lab.askCloze(id, { ...options, ...key }, onProgress, signal),
      );
      return report ?? undefined;
    });
  }

  /** The experiment has the report that comes of it. */
  private async ofTaken(
    ask: (id: string, key: { readonly arm: string; readonly runSeed: number }) => Promise<ExperimentReport | undefined>,
  ): Promise<void> {
    const { parts } = this;
    const { taken, view } = parts.experiments();
    if (!taken || !view?.id) return;
    const report = await ask(view.id, { arm: taken.arm, runSeed: taken.seed });
    if (!report) return;
    view.report = report;
    parts.tell();
    await parts.readKept();
  }
}
