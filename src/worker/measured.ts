/**
 * What was measured of models that are open, held or kept, by what it depends on: weights, how they are held, what computes, and the
 * text. The same is not asked twice; anything else is. Lasts as long as the tab.
 */
import type { Engine } from '../engine/index';
import {
  canonicalJson,
  encodeDocuments,
  isUntouched,
  KnownModels,
  modelFingerprint,
  readScores,
  readStatus,
  sampledDocuments,
  seedsOf,
  textFingerprint,
  type CorpusText,
  type FrozenWeights,
  type KnownLosses,
  type LoadedModel,
} from '../lab/index';
import type { Experiments } from './experiments';
import type { TrainedArm } from './trainedArm';

export class Measured {
  private readonly models = new KnownModels();
  private readonly answers = new WeakMap<CorpusText, Map<string, Promise<unknown>>>();

  /** Of a model as it was opened. */
  base(model: LoadedModel, { report }: Pick<Engine, 'report'>, frozen?: FrozenWeights): Promise<KnownLosses> {
    return this.untouched(model, report.description, frozen);
  }

  trained({ weights, arm }: Pick<TrainedArm, 'weights' | 'arm'>): KnownLosses {
    return this.models.of(`trained ${weights} ${arm.setup.engine.report.description}`);
  }

  /** Of a graft as it started. */
  async start({ setup }: TrainedArm['arm']): Promise<KnownLosses> {
    const { model, vocabulary, start, seed, frozen, engine, corpus } = setup;
    // Its correction is made on the texts.
    const texts = start.logitCorrection ? textFingerprint(corpus.train) : '';
    const { newRows, removal } = vocabulary ?? {};
    const kept = removal ? textFingerprint([removal.rows.join(' ')]) : '';
    const from = canonicalJson({ newRows, kept, start, seed, frozen, texts });
    return this.models.of(`start ${await modelFingerprint(model)} ${from} ${engine.report.description}`);
  }

  /** An answer on this text, made once; one that failed is made again. @param key of all else that it depends on. */
  once<Answer>(corpus: CorpusText, key: string, measure: () => Promise<Answer>): Promise<Answer> {
    const known = this.answers.get(corpus) ?? new Map<string, Promise<unknown>>();
    this.answers.set(corpus, known);
    const before = known.get(key) as Promise<Answer> | undefined;
    if (before) return before;
    const answer = measure();
    known.set(key, answer);
    answer.catch(() => known.delete(key));
    return answer;
  }

  /**
   * Takes over what the runs of an experiment on this model and these texts have measured of the untouched base. What cannot be
   * read is measured again.
   */
  async takeOver(experiments: Experiments, id: string, model: LoadedModel, corpus: CorpusText): Promise<void> {
    await this.addRuns(experiments, id, model, corpus).catch(() => undefined);
  }

  private async addRuns(experiments: Experiments, id: string, model: LoadedModel, corpus: CorpusText): Promise<void> {
    const [folder, spec] = [await experiments.folder(id), await experiments.spec(id)];
    const { evaluation, frozenWeights } = spec;
    const parts = [
      ['heldOut', evaluation.bytes],
      ['general', evaluation.generalBytes],
    ] as const;
    for (const name of Object.keys(spec.arms).filter((each) => isUntouched(spec.arms[each]!))) {
      for (const seed of seedsOf(spec, name)) {
        const status = await readStatus(folder, { arm: name, seed });
        if (status?.state !== 'finished') continue;
        const scores = await readScores(folder, status);
        const known = await this.untouched(model, status.engine, frozenWeights);
        for (const [part, bytes] of parts) {
          const texts = sampledDocuments(corpus[part], bytes, evaluation.sample);
          const documents = encodeDocuments(texts, (text) => model.tokenizer.encode(text));
          for (const [at, nats] of scores[part].nats.entries()) if (documents[at]) known.keepSum(documents[at], nats);
        }
      }
    }
  }

  private async untouched(model: LoadedModel, engine: string, frozen?: FrozenWeights): Promise<KnownLosses> {
    return this.models.of(`base ${await modelFingerprint(model)} ${frozen ?? 'as stored'} ${engine}`);
  }
}
