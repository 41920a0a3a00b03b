/**
 * What is open: a model, texts and the vocabulary that is built on them. A new one makes stale what was built on the old one; the
 * steps themselves are src/lab's.
 */
import { filesTree, type CachedModel, type FileTree, type HubModel } from '../checkpoint/index';
import { LabError } from '../error';
import {
  isSameWay,
  openModel,
  piecesOf,
  throttled,
  wayOf,
  type Candidate,
  type CandidateTable,
  type CandidateCounts,
  type CorpusSummary,
  type ReadingChoice,
  type CorpusText,
  type DiagnosedVocabulary,
  type Diagnosis,
  type GeneralText,
  type LearnWay,
  type LoadedModel,
  type ModelSummary,
  type SampleSummary,
  type Vocabulary,
  type VocabularyChoice,
  type VocabularySummary,
  type InstructionSummary,
  withInstructions,
} from '../lab/index';
import { Engines } from './engines';
import { openShards } from './countingShards';
import type { InstructionSource, LabApi, OnProgress, Tokenized } from './api';
import { HubModels } from './hubModels';
import type { OpenedInstructions } from './instructions';
import { bundledModel, sampleFile, sampleIndex, sampleNamed } from './publicFiles';

/** Loaded when the first text is opened: the readers of all formats. */
const reading = () => import('./corpusReading');
const vocabularies = () => import('./vocabularies');

export abstract class OpenedLab {
  protected readonly engines = new Engines();
  protected tree: FileTree | undefined;
  protected model: LoadedModel | undefined;
  protected corpus: CorpusText | undefined;
  protected opened: OpenedInstructions | undefined;
  protected sampleId: string | undefined;
  protected diagnosed: DiagnosedVocabulary | undefined;
  protected vocabulary: Vocabulary | undefined;
  private readonly hub = new HubModels();
  private general: Promise<GeneralText> | undefined;
  protected table: CandidateTable | undefined;

  /** What was trained on what is open goes with it. */
  protected abstract dropTraining(): void;
  protected abstract dropBase(): void;

  openBundledModel(onProgress: OnProgress, asked?: AbortSignal): Promise<ModelSummary> {
    return this.cancellable(asked, async (signal) => {
      onProgress({ phase: 'reading', done: 0, total: 1 });
      return this.useModel(await bundledModel(signal), 'bundled', signal);
    });
  }

  openModelFolder(files: readonly File[], onProgress: OnProgress, asked?: AbortSignal): Promise<ModelSummary> {
    return this.cancellable(asked, (signal) => {
      onProgress({ phase: 'reading', done: 0, total: 1 });
      return this.useModel(filesTree(files), 'folder', signal);
    });
  }

  openModelWithDelta(
    base: readonly File[],
    delta: readonly File[],
    onProgress: OnProgress,
    asked?: AbortSignal,
  ): Promise<ModelSummary> {
    return this.cancellable(asked, async (signal) => {
      onProgress({ phase: 'reading', done: 0, total: 1 });
      const tree = base.length > 0 ? filesTree(base) : await bundledModel(signal);
      const { putOnBase } = await import('./onBase');
      return this.useModel(await putOnBase(tree, filesTree(delta), { onProgress, signal }), 'folder', signal);
    });
  }

  describeHubModel(id: string, token: string | undefined, asked?: AbortSignal): Promise<HubModel> {
    return this.cancellable(asked, (signal) => this.hub.describe(id, token, signal));
  }

  downloadHubModel(
    id: string,
    token: string | undefined,
    onProgress: OnProgress,
    asked?: AbortSignal,
  ): ReturnType<LabApi['downloadHubModel']> {
    return this.cancellable(asked, async (signal) => {
      const warning = await this.hub.download(id, token, onProgress, signal);
      return warning && { message: warning.message, hint: warning.hint };
    });
  }

  openHubModel(id: string, onProgress: OnProgress, asked?: AbortSignal): Promise<ModelSummary> {
    return this.cancellable(asked, async (signal) => {
      onProgress({ phase: 'reading', done: 0, total: 1 });
      return this.useModel(await this.hub.open(id), 'hub', signal);
    });
  }

  cachedHubModels(): Promise<readonly CachedModel[]> {
    return this.hub.list();
  }

  removeHubModel(id: string): Promise<void> {
    return this.hub.remove(id);
  }

  async hubRequests(): Promise<number> {
    return this.hub.requests;
  }

  async samples(): Promise<readonly SampleSummary[]> {
    return (await sampleIndex()).filter((sample) => sample.kind !== 'general');
  }

  openSample(id: string, onProgress: OnProgress, asked?: AbortSignal): Promise<CorpusSummary> {
    return this.cancellable(asked, async (signal) => {
      const sample = await sampleNamed(id);
      const { title: name, source, licence } = sample;
      const options = { name, source, licence, onProgress, signal };
      const { openCorpus } = await reading();
      const corpus = await openCorpus([await sampleFile(sample)], await this.generalText(), options);
      return this.useCorpus(corpus, id);
    });
  }

  openCorpusFiles(
    files: readonly File[],
    choices: Readonly<Record<string, ReadingChoice>>,
    onProgress: OnProgress,
    asked?: AbortSignal,
  ): Promise<CorpusSummary> {
    return this.cancellable(asked, async (signal) => {
      const { openCorpus } = await reading();
      const corpus = await openCorpus(files, await this.generalText(), { choices, onProgress, signal });
      return this.useCorpus(corpus, undefined);
    });
  }

  openInstructions(source: InstructionSource | null, asked?: AbortSignal): Promise<InstructionSummary | null> {
    return this.cancellable(asked, async (signal) => {
      this.useInstructions(source && (await (await import('./instructions')).openedInstructions(source, signal)));
      return this.instructions();
    });
  }

  async instructions(): Promise<InstructionSummary | null> {
    return this.opened?.instructions.summary ?? null;
  }

  /** Beside the corpus that is open, and any that is opened later. */
  protected useInstructions(opened: OpenedInstructions | null): void {
    this.opened = opened ?? undefined;
    if (this.corpus) this.corpus = withInstructions(this.corpus, opened?.instructions);
  }

  diagnose(onProgress: OnProgress, asked?: AbortSignal): Promise<Diagnosis> {
    return this.cancellable(asked, async (signal) => {
      const { diagnose } = await vocabularies();
      this.diagnosed = await diagnose(this.requireModel(), this.requireCorpus(), { onProgress, signal, openShards });
      this.table = undefined;
      return this.diagnosed.diagnosis;
    });
  }

  candidates(way: LearnWay, onProgress: OnProgress, asked?: AbortSignal): Promise<readonly Candidate[]> {
    return this.cancellable(asked, async (signal) => (await this.candidateTable(way, onProgress, signal)).list());
  }

  async countCandidates(choice: VocabularyChoice): Promise<CandidateCounts> {
    const table = await this.candidateTable(choice, () => undefined, new AbortController().signal);
    return table.count(choice);
  }

  async pruneCandidates(choice: VocabularyChoice, leastExposure: number): Promise<VocabularyChoice> {
    const table = await this.candidateTable(choice, () => undefined, new AbortController().signal);
    return table.pruned(choice, leastExposure);
  }

  buildVocabulary(choice: VocabularyChoice, onProgress: OnProgress, asked?: AbortSignal): Promise<VocabularySummary> {
    return this.cancellable(asked, async (signal) => {
      const [model, corpus] = [this.requireModel(), this.requireCorpus()];
      if (choice.replaces) {
        const { replacedChoice } = await import('./trainedCalls');
        const replaced = await replacedChoice(model, corpus, choice, { onProgress, signal, openShards });
        this.dropTraining();
        this.vocabulary = replaced;
        return replaced.summary;
      }
      const table = await this.candidateTable(choice, onProgress, signal);
      const extension = table.extensionOf(choice);
      const { buildVocabulary } = await vocabularies();
      const asked = Math.max(extension.tokens.length, choice.newTokens + choice.added.length);
      const vocabulary = await buildVocabulary(model, corpus, extension, asked, {
        onProgress,
        signal,
      });
      this.dropTraining();
      this.vocabulary = vocabulary;
      return vocabulary.summary;
    });
  }

  async tokenize(text: string): Promise<Tokenized> {
    const { tokenizer } = this.requireModel();
    const { vocabulary } = this;
    return {
      base: piecesOf(tokenizer, text),
      grafted: vocabulary ? piecesOf(vocabulary.tokenizer, text, vocabulary.summary.firstNewId) : null,
    };
  }

  /** The call's own signal; of a call without one, a signal that stays silent. */
  protected async cancellable<T>(
    asked: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return work(asked ?? new AbortController().signal);
  }

  protected async useModel(tree: FileTree, source: ModelSummary['source'], signal: AbortSignal): Promise<ModelSummary> {
    const model = await openModel(tree, source, { signal });
    this.dropModel();
    this.tree = tree;
    this.model = model;
    return model.summary;
  }

  /** Learned once for each way; the diagnosis has learned the continued merges of the default rules already. */
  protected async candidateTable(
    asked: LearnWay,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<CandidateTable> {
    const way = wayOf(asked);
    if (this.table && isSameWay(this.table.way, way)) return this.table;
    const [model, corpus] = [this.requireModel(), this.requireCorpus()];
    const { CandidateTable, diagnose, learnVocabulary, wordsOf } = await vocabularies();
    this.diagnosed ??= await diagnose(model, corpus, { onProgress, signal, openShards });
    const { extension: continued, refusal, words } = this.diagnosed;
    if (!continued) throw refusal!;
    const options = { onProgress: throttled(onProgress), signal, openShards };
    const extension = isSameWay(way, { method: 'continued' })
      ? continued
      : await learnVocabulary(model, corpus, { ...way, newTokens: continued.tokens.length, ...options });
    const unit = way.rules?.unit ?? 'document';
    const counted = unit === 'document' ? words : await wordsOf(model, corpus, { ...options, unit });
    this.table = await CandidateTable.open(model, corpus, way, extension, counted, { signal });
    return this.table;
  }

  protected useCorpus(corpus: CorpusText, sampleId: string | undefined): CorpusSummary {
    this.dropVocabulary();
    this.corpus = this.opened ? withInstructions(corpus, this.opened.instructions) : corpus;
    this.sampleId = sampleId;
    return corpus.summary;
  }

  protected generalText(): Promise<GeneralText> {
    this.general ??= (async () => {
      const sample = (await sampleIndex()).find(({ kind }) => kind === 'general');
      if (!sample) throw new LabError('page/missing-file', 'The general text is missing from the samples.');
      const { openGeneralText } = await reading();
      return openGeneralText(await sampleFile(sample), sample.title);
    })();
    this.general.catch(() => {
      this.general = undefined;
    });
    return this.general;
  }

  protected dropModel(): void {
    this.dropBase();
    this.tree = undefined;
    this.model = undefined;
    this.dropVocabulary();
  }

  protected dropVocabulary(): void {
    this.dropTraining();
    this.diagnosed = undefined;
    this.table = undefined;
    this.vocabulary = undefined;
  }

  protected requireModel(): LoadedModel {
    return this.model ?? missing('lab/no-model', 'No model is open.', 'Open one in Model.');
  }

  protected requireTree(): FileTree {
    return this.tree ?? missing('lab/no-model', 'No model is open.', 'Open one in Model.');
  }

  protected requireCorpus(): CorpusText {
    return this.corpus ?? missing('lab/no-corpus', 'No corpus is open.', 'Choose a sample or files in Corpus.');
  }

  protected requireVocabulary(): Vocabulary {
    return this.vocabulary ?? missing('lab/no-vocabulary', 'There are no new tokens yet.', 'Build them in Vocabulary.');
  }
}

export function missing(code: string, message: string, hint: string): never {
  throw new LabError(code, message, hint);
}
