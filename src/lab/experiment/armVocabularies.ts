/** Vocabularies of an experiment's arms, each learned once for all arms that have the same. */
import { asLabError, LabError } from '../../error';
import type { CorpusText } from '../open/corpusText';
import type { LoadedModel } from '../open/openModel';
import type { Watch } from '../progress';
import type { OpenShards } from '../vocabulary/countingShard';
import { specVocabulary } from '../vocabulary/specVocabulary';
import type { Vocabulary } from '../vocabulary/vocabulary';
import { canonicalJson } from './fingerprints';
import type { ExperimentSpec } from './spec';
import { joined } from './specProblems';

interface Opened {
  readonly spec: ExperimentSpec;
  readonly model: LoadedModel;
  readonly corpus: CorpusText;
  readonly openShards?: OpenShards;
  /** Learned already, by their specification as canonical JSON; further ones are added. */
  readonly vocabularies?: Map<string, Vocabulary>;
}

export class ArmVocabularies {
  private readonly byArm = new Map<string, Vocabulary>();
  private readonly learned: Map<string, Vocabulary>;

  constructor(private readonly opened: Opened) {
    this.learned = opened.vocabularies ?? new Map<string, Vocabulary>();
  }

  /** Undefined of arms on the old vocabulary, and before it is learned. */
  of(arm: string): Vocabulary | undefined {
    return this.byArm.get(arm);
  }

  /** Throws what the specification's vocabulary cannot be, with the arm's name. */
  async learn(arm: string, watch: Watch): Promise<void> {
    const { spec, model, corpus, openShards } = this.opened;
    const { vocabulary } = spec.arms[arm]!;
    if (!vocabulary || this.byArm.has(arm)) return;
    const name = canonicalJson(vocabulary);
    try {
      const made =
        this.learned.get(name) ??
        (await specVocabulary(model, corpus, vocabulary, { ...watch, ...(openShards ? { openShards } : {}) }));
      this.learned.set(name, made);
      this.byArm.set(arm, made);
    } catch (thrown) {
      const { code, message, hint, details, cause } = asLabError(thrown);
      if (code === 'cancelled' || code === 'internal') throw thrown;
      throw new LabError(code, `\`${joined('arms', arm)}.vocabulary\`: ${message}`, hint, { ...details, arm }, cause);
    }
  }
}
