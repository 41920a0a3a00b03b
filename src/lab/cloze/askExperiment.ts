/** Evidence from the field for prose: the same questions for the untouched base and every finished arm, kept with the runs. */
import type { DurableFolder } from '../../checkpoint/index';
import { readReport } from '../experiment/experimentFolder';
import { finishedRuns } from '../experiment/finishedRuns';
import { canonicalJson } from '../experiment/fingerprints';
import { keepEvidence, readEvidence } from '../experiment/keptEvidence';
import type { ExperimentReport } from '../experiment/report';
import type { RunKey } from '../experiment/runFolder';
import type { ExperimentSpec } from '../experiment/spec';
import type { CorpusText } from '../open/corpusText';
import type { Tokenizer } from '../../tokenizer/index';
import type { Watch } from '../progress';
import type { Scorer } from '../scoring/evaluate';
import { askArm } from './askArm';
import { clozeQuestions } from './clozeSet';
import { clozeDefaults } from './defaults';

export interface ClozeOptions extends Watch {
  readonly questions?: number;
  readonly seed?: number;
  /** Only this one, the untouched base and its control. */
  readonly arm?: string;
  readonly runSeed?: number;
}

export interface AskedExperiment {
  readonly spec: ExperimentSpec;
  readonly folder: DurableFolder;
  readonly corpus: Pick<CorpusText, 'train' | 'heldOut'>;
  /** A run's model; without a key the untouched base. To be closed. */
  open(key: RunKey | null, watch: Watch): Promise<AskedModel>;
}

export interface AskedModel {
  readonly scorer: Scorer;
  readonly tokenizer: Pick<Tokenizer, 'encode'>;
  close(): void;
}

/** What has answered the same questions is not asked again. Throws `lab/no-such-arm`, `lab/no-questions`, `lab/not-finished`. */
export async function askExperiment(opened: AskedExperiment, options: ClozeOptions = {}): Promise<ExperimentReport> {
  const { folder, corpus } = opened;
  const { onProgress, signal, questions: most = clozeDefaults.questions, seed = clozeDefaults.seed } = options;
  const runs = await finishedRuns(opened, options);
  const questions = clozeQuestions(corpus, most, seed);
  const asked = canonicalJson({ seed, questions });
  for (const { status, isBase } of runs) {
    const kept = await readEvidence(folder, status, 'cloze').catch(() => undefined);
    if (kept && canonicalJson({ seed: kept.seed, questions: kept.questions }) === asked) continue;
    const model = await opened.open(isBase ? null : { arm: status.arm, seed: status.seed }, { onProgress, signal });
    try {
      const answered = await askArm(model.scorer, model.tokenizer, questions, seed, { onProgress, signal });
      await keepEvidence(folder, status, 'cloze', answered);
    } finally {
      model.close();
    }
  }
  return readReport(folder);
}
