/**
 * The model of one arm on an engine: its new rows grafted on, what may move held as f32, scored with the weights as they are.
 * An arm of no stages is this and no more. `close()` frees the engine's memory.
 */
import type { Engine } from '../../engine/index';
import type { Tokenizer } from '../../tokenizer/index';
import type { FrozenWeights } from '../device/frozenWeights';
import { graftRows, type Graft } from '../device/graftedRows';
import { ModelSession } from '../device/modelSession';
import type { ParameterGroup } from '../device/parameterTable';
import type { CorpusText } from '../open/corpusText';
import type { LoadedModel } from '../open/openModel';
import { throttled, type Watch } from '../progress';
import { joinedScores, type DocumentScores } from '../scoring/bootstrap';
import type { ArmScores } from '../scoring/compare';
import {
  encodeDocuments,
  sampledDocuments,
  scoreDocuments,
  type SampleOrder,
  type ScoredText,
} from '../scoring/evaluate';
import type { KnownLosses } from '../scoring/knownLosses';
import { modelWithout } from '../vocabulary/modelWithout';
import type { Vocabulary } from '../vocabulary/vocabulary';
import { correctLogits } from './logitCorrection';
import type { Recipe } from './recipe';

export interface ArmModelSetup extends Pick<Recipe, 'start' | 'adapters'> {
  readonly engine: Engine;
  /** As it was opened; the arm's own, `session.model`, lacks the tokens that its vocabulary removed. */
  readonly model: LoadedModel;
  readonly corpus: Pick<CorpusText, 'train' | 'heldOut' | 'general' | 'instructions'>;
  /** Absent: the model keeps its vocabulary. */
  readonly vocabulary?: Vocabulary;
  /** Rows that an earlier graft put into this checkpoint; of an arm that keeps its vocabulary. */
  readonly earlier?: Graft;
  /** Groups that may move. */
  readonly moves: readonly ParameterGroup[];
  readonly seed: number;
  /** How matrices that nothing moves are held; absent: as they are stored. */
  readonly frozen?: FrozenWeights;
  /** Bytes of held-out and of general text that it is scored on, and which. */
  readonly evaluation: { readonly bytes: number; readonly generalBytes: number; readonly sample: SampleOrder };
}

export class ArmModel {
  private constructor(
    readonly setup: ArmModelSetup,
    readonly session: ModelSession,
    readonly graft: Graft | undefined,
  ) {}

  static async open(setup: ArmModelSetup, options: Watch = {}): Promise<ArmModel> {
    const { engine, vocabulary, earlier, start, adapters, moves, seed, frozen } = setup;
    const model = modelWithout(setup.model, vocabulary?.removal);
    const hasNewRows = vocabulary !== undefined && vocabulary.newRows.length > 0;
    const graft = hasNewRows ? await graftRows(model, vocabulary.newRows, start, seed) : earlier;
    const session = await ModelSession.open(engine, model, {
      ...(graft ? { graft } : {}),
      ...(adapters ? { adapters: { settings: adapters, seed } } : {}),
      ...(frozen ? { frozen } : {}),
      ...{ moves, ...options },
    });
    if (!graft || !hasNewRows || !start.logitCorrection) return new ArmModel(setup, session, graft);
    try {
      const { tokenizer, newRows } = vocabulary;
      const request = { tokenizer, oldTokenizer: model.tokenizer, newRows, texts: setup.corpus.train, seed };
      return new ArmModel(setup, session, await correctLogits(session, graft, request, options));
    } catch (error) {
      session.close();
      throw error;
    }
  }

  /** Encodes training text and everything that is scored. */
  get tokenizer(): Tokenizer {
    return this.setup.vocabulary?.tokenizer ?? this.setup.model.tokenizer;
  }

  get firstNewId(): number {
    return this.graft ? this.graft.plan.firstNewId + this.graft.rowless : Infinity;
  }

  get newIds(): readonly number[] {
    const { graft } = this;
    const count = graft ? graft.plan.count - graft.rowless : 0;
    return Array.from({ length: count }, (_, index) => this.firstNewId + index);
  }

  encoded(documents: readonly string[], bytes: number): ScoredText[] {
    return encodeDocuments(sampledDocuments(documents, bytes, this.setup.evaluation.sample), (text) =>
      this.tokenizer.encode(text),
    );
  }

  /** Of held-out conversations; none without instructions. */
  async encodedAnswers(bytes: number): Promise<ScoredText[]> {
    const { model, corpus, evaluation } = this.setup;
    const { instructions } = corpus;
    if (!instructions) return [];
    const { sample } = evaluation;
    const { modelChat, scoredAnswers } = await import('../chat/index');
    return scoredAnswers(modelChat(model), this.tokenizer, instructions.heldOut, { bytes, sample });
  }

  /**
   * @param first of the first held-out documents, with these weights.
   * @param known answers of these weights on this engine; only of weights that move no more.
   */
  async score(
    { onProgress = () => undefined, signal }: Watch = {},
    { first, known }: { readonly first?: DocumentScores; readonly known?: KnownLosses } = {},
  ): Promise<ArmScores> {
    const { evaluation, corpus } = this.setup;
    const report = throttled(onProgress);
    const score = (documents: readonly ScoredText[]) =>
      scoreDocuments(this.session.scorer(known), documents, {
        onProgress: (done, total) => report({ phase: 'evaluating', done, total }),
        ...(signal ? { signal } : {}),
      });
    const rest = this.encoded(corpus.heldOut, evaluation.bytes).slice(first?.bytes.length ?? 0);
    const scored = rest.length > 0 || !first ? await score(rest) : undefined;
    const heldOut = first && scored ? joinedScores(first, scored) : (first ?? scored)!;
    const general = await score(this.encoded(corpus.general, evaluation.generalBytes));
    const answers = await this.encodedAnswers(evaluation.bytes);
    return { heldOut, general, ...(answers.length > 0 ? { answers: await score(answers) } : {}) };
  }

  close(): void {
    this.session.close();
  }
}
