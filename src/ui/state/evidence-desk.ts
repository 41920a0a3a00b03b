/** What is asked of a trained arm beyond its score: its new tokens, what it did to what the model knew, samples of it. */
import type { FieldAnswer, HarmReport, LabApi, TokensEvidence } from '../../worker/index';
import type { ExperimentDesk } from './experiment-desk';
import type { LongCall } from './slot-store';

export interface EvidenceDeskParts {
  readonly lab: Pick<LabApi, 'tokensEvidence' | 'harm' | 'sampleField'>;
  readonly experiments: () => ExperimentDesk;
  fillEvidence(action: LongCall<TokensEvidence>): Promise<TokensEvidence | null>;
  fillHarm(action: LongCall<HarmReport>): Promise<HarmReport | null>;
  fillField(action: LongCall<FieldAnswer>): Promise<FieldAnswer | null>;
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
  async sampleField(options: Omit<Parameters<LabApi['sampleField']>[1], 'arm' | 'runSeed'>): Promise<void> {
    const { parts } = this;
    const { taken, view } = parts.experiments();
    const id = view?.id;
    if (!taken || !view || !id) return;
    const { arm, seed: runSeed } = taken;
    const answer = await parts.fillField((onProgress, signal) =>
      parts.lab.sampleField(id, { ...options, arm, runSeed }, onProgress, signal),
    );
    if (!answer) return;
    view.report = answer.report;
    parts.tell();
    await parts.readKept();
  }
}
