/**
 * The boundary between page and lab: one typed interface over one ordered port (calls.ts). The worker holds one experiment at
 * a time; each call moves it one step and answers with a plain value. Long calls take a progress callback (called at most
 * ten times a second, never after the answer) and last an AbortSignal: where that is aborted, this call alone stops and
 * rejects with code `cancelled`. Every rejection is a LabError with code, message, hint and details.
 */
import type { CachedModel, HubModel } from '../checkpoint/index';
import type {
  Candidate,
  CandidateCounts,
  LearnWay,
  VocabularyChoice,
  Comparison,
  ExperimentReport,
  ExperimentUpdate,
  Preset,
  RunKey,
  TrainMode,
  WrittenSpec,
  CorpusSummary,
  Diagnosis,
  EngineChoice,
  EngineSummary,
  Exposure,
  ExportChoice,
  ExportReport,
  FormRefusal,
  ClozeOptions,
  Drawing,
  FieldAnswer,
  FieldOptions,
  InstructionSummary,
  FittingPlan,
  HarmReport,
  ModelSummary,
  NotationName,
  Piece,
  Progress,
  ReadingChoice,
  RunRecord,
  RunStatus,
  SampleSummary,
  ScoreResult,
  SpecProblem,
  SpecSchema,
  StepProfile,
  TokenEvidence,
  TokenNeighbours,
  TokensEvidence,
  TrainSettings,
  VocabularySummary,
} from '../lab/index';
import type { WireError } from './wireError';

export type OnProgress = (progress: Progress) => void;

export interface Tokenized {
  readonly base: readonly Piece[];
  readonly grafted: readonly Piece[] | null;
}

/** What a model ran on. */
export interface RuntimeUsed {
  readonly name: 'engine' | 'onnxruntime-web';
  readonly provider: 'wasm' | 'webgpu';
  readonly threads: number;
}

export interface Generated {
  readonly pieces: readonly Piece[];
  /** From the first token of the prompt to the last of the text; opening the model is not in it. */
  readonly milliseconds: number;
  readonly runtime: RuntimeUsed;
}

export interface ModelScores {
  readonly heldOut: ScoreResult;
  readonly general: ScoreResult;
  readonly runtime: RuntimeUsed;
}

/** An experiment kept in the private file system. */
export interface KeptExperiment {
  readonly id: string;
  readonly name: string;
  /** ISO 8601, of the last save of any of its runs; empty before the first. */
  readonly savedAt: string;
  readonly bytes: number;
  readonly spec: WrittenSpec;
  readonly report: ExperimentReport;
  /** Whether a run works on it, in this tab or another. */
  readonly isRunning: boolean;
  /** Whether model and texts are kept with it, so that it can go on from any visit. */
  readonly canGoOn: boolean;
}

/** What this browser keeps. */
export interface KeptList {
  /** Newest first. */
  readonly kept: readonly KeptExperiment[];
  /** Those that lie there and cannot be read: of an earlier build, or damaged. They take room, and can be removed. */
  readonly unreadable: readonly UnreadableExperiment[];
}

export interface UnreadableExperiment {
  readonly id: string;
  /** As its specification has it; null where that is what cannot be read. */
  readonly name: string | null;
  readonly error: WireError;
}

export interface KeptRun extends RunKey {
  readonly records: readonly RunRecord[];
  /** What computed it, in words. */
  readonly engine: string;
  /** Of all its steps; evaluations and saving are not in it. */
  readonly trainingSeconds: number;
}

/** As `run.jsonl`s in one, as one table, or as a zip of event files. */
export type RunFileForm = 'json-lines' | 'csv' | 'tensorboard';

/** A text as a parser of its notation reads it. */
export interface ReadSample {
  /** Of what is not valid, in the parser's words. */
  readonly why: string | null;
  /** Null of what is not valid, and of notations without pictures. */
  readonly drawing: Drawing | null;
}

export interface ExperimentUpdateOf extends ExperimentUpdate {
  readonly id: string;
}

/** Files of conversations, or the page's own by name. */
export type InstructionSource = { readonly files: readonly File[] } | { readonly sample: string };

export interface LabApi {
  /** Opens what computes, times and checks it. Never rejects for a missing adapter: the processor takes its place. */
  openEngine(choice: EngineChoice, onProgress: OnProgress): Promise<EngineSummary>;

  openBundledModel(onProgress: OnProgress, signal?: AbortSignal): Promise<ModelSummary>;
  /** Files of one Hugging Face folder, as picked or dropped. */
  openModelFolder(files: readonly File[], onProgress: OnProgress, signal?: AbortSignal): Promise<ModelSummary>;
  /** A base (empty: the bundled model) and the delta of a graft on it, as one model. Refuses a wrong base by name. */
  openModelWithDelta(
    base: readonly File[],
    delta: readonly File[],
    onProgress: OnProgress,
    signal?: AbortSignal,
  ): Promise<ModelSummary>;
  /** What the Hub says of a model; nothing of it is downloaded. The token is used for this call and not kept. */
  describeHubModel(id: string, token: string | undefined, signal?: AbortSignal): Promise<HubModel>;
  /** Into the private file system, from where an earlier attempt stopped. Answers why it could not be kept, if so. */
  downloadHubModel(
    id: string,
    token: string | undefined,
    onProgress: OnProgress,
    signal?: AbortSignal,
  ): Promise<{ readonly message: string; readonly hint: string } | null>;
  /** One that was downloaded; asks the Hub for nothing. */
  openHubModel(id: string, onProgress: OnProgress, signal?: AbortSignal): Promise<ModelSummary>;
  cachedHubModels(): Promise<readonly CachedModel[]>;
  removeHubModel(id: string): Promise<void>;
  /** Requests that went to the Hub since the page opened. */
  hubRequests(): Promise<number>;
  /**
   * What each mode needs on this adapter, with the current model, vocabulary size and settings. Pure planning.
   * @param replaces the new tokens take rows of old ones; else they get rows of their own.
   */
  plans(
    settings: Pick<TrainSettings, 'batchRows' | 'rowLength' | 'frozen'>,
    newTokens: number,
    replaces?: boolean,
  ): Promise<readonly FittingPlan[]>;

  /**
   * What each trained arm of a specification needs on this adapter, with the current model: its stage that needs the most, or does
   * not fit. Pure planning. Throws `lab/bad-specification`, `lab/too-long`.
   */
  armPlans(spec: WrittenSpec): Promise<Readonly<Record<string, FittingPlan>>>;

  samples(): Promise<readonly SampleSummary[]>;
  openSample(id: string, onProgress: OnProgress, signal?: AbortSignal): Promise<CorpusSummary>;
  /** @param choices how single files are read, by name; of others it is told from name and content. */
  openCorpusFiles(
    files: readonly File[],
    choices: Readonly<Record<string, ReadingChoice>>,
    onProgress: OnProgress,
    signal?: AbortSignal,
  ): Promise<CorpusSummary>;

  /** Conversations for stages that learn answers; null takes them away. Throws `corpus/bad-conversations`. */
  openInstructions(source: InstructionSource | null, signal?: AbortSignal): Promise<InstructionSummary | null>;
  /** Those that are open. */
  instructions(): Promise<InstructionSummary | null>;

  /** Trains merges once up to the largest sensible size; the frontier and every smaller vocabulary come from it. */
  diagnose(onProgress: OnProgress, signal?: AbortSignal): Promise<Diagnosis>;
  /** The candidates of a way to a vocabulary, in the order they were learned. */
  candidates(way: LearnWay, onProgress: OnProgress, signal?: AbortSignal): Promise<readonly Candidate[]>;
  /** What a choice among the candidates gives; a fraction of a second. */
  countCandidates(choice: VocabularyChoice): Promise<CandidateCounts>;
  /** The choice without the tokens that would be seen less often, their counts given back to their pieces. */
  pruneCandidates(choice: VocabularyChoice, leastExposure: number): Promise<VocabularyChoice>;
  /** Extends the tokenizer by the chosen tokens, counts on held-out and general text. */
  buildVocabulary(choice: VocabularyChoice, onProgress: OnProgress, signal?: AbortSignal): Promise<VocabularySummary>;
  tokenize(text: string): Promise<Tokenized>;

  defaultSettings(): Promise<TrainSettings>;
  /** Where the time of one step with these settings would go; some seconds. Refused while a run goes on (`lab/training`). */
  profile(
    settings: Pick<TrainSettings, 'mode' | 'batchRows' | 'rowLength'>,
    onProgress: OnProgress,
    signal?: AbortSignal,
  ): Promise<StepProfile>;
  /** What the visitor may start with the open model, corpus and vocabulary, sized to this machine. */
  presets(
    choice: VocabularyChoice | null,
    settings: Pick<TrainSettings, 'mode' | 'init' | 'frozen'>,
  ): Promise<readonly Preset[]>;
  /** Of training everything in the open model, as runs on this machine did, or by its speed of matrix products; null without a model. */
  tokensPerSecond(): Promise<number | null>;
  /**
   * How often the new tokens of each arm would be seen in the budget, from the counts of the open text. Arms whose way to tokens
   * has not been learned yet, and budgets of FLOPs, have none.
   */
  plannedExposures(spec: WrittenSpec): Promise<Readonly<Record<string, Exposure>>>;
  /**
   * All arms and seeds of a specification, on the open model and corpus. What was finished or begun under the same specification is
   * not run again. Aborted, it keeps what is done and rejects with `cancelled`. Throws `lab/bad-specification`, `lab/changed`,
   * `lab/in-use`.
   */
  runExperiment(
    spec: unknown,
    onUpdate: (update: ExperimentUpdateOf) => void,
    signal?: AbortSignal,
  ): Promise<ExperimentReport>;
  experiments(): Promise<KeptList>;
  /** What is wrong with a specification, field by field; empty where it could be run. */
  checkSpec(value: unknown): Promise<readonly SpecProblem[]>;
  /** Every field of a specification: kind, range, choices, default. */
  specSchema(): Promise<SpecSchema>;
  /** Every run of these experiments for other programs. */
  runFile(ids: readonly string[], form: RunFileForm): Promise<File>;
  /** Curves and records of its runs. */
  experimentRuns(id: string): Promise<readonly KeptRun[]>;
  /** Rejects with `lab/in-use` while a run works on it. */
  removeExperiment(id: string): Promise<void>;
  /** Opens the model and texts that it was run with. Throws `storage/no-base`. */
  restoreExperiment(
    id: string,
    onProgress: OnProgress,
    signal?: AbortSignal,
  ): Promise<{ model: ModelSummary; corpus: CorpusSummary }>;
  /** A finished run of it takes the place of the trained model, for Try and Download. */
  takeArm(id: string, key: RunKey, onProgress: OnProgress, signal?: AbortSignal): Promise<VocabularySummary | null>;

  /**
   * What is known of each new token of the trained model, its old pieces priced by the control of its experiment. Throws
   * `lab/no-run`, `lab/no-new-tokens`.
   */
  tokensEvidence(onProgress: OnProgress, signal?: AbortSignal): Promise<TokensEvidence>;
  /**
   * What training did to what the model knew, beside the untouched base and the control. Throws `lab/no-run`, `lab/no-general-text`.
   */
  harm(onProgress: OnProgress, signal?: AbortSignal): Promise<HarmReport>;
  /**
   * Samples of the untouched base, of an arm and of its control, read by their notation and kept with the runs. Throws
   * `lab/no-notation`, `lab/not-finished`.
   */
  sampleField(
    id: string,
    options: Pick<FieldOptions, 'arm' | 'runSeed' | 'samples' | 'seed' | 'temperature' | 'topP' | 'notation'>,
    onProgress: OnProgress,
    signal?: AbortSignal,
  ): Promise<FieldAnswer>;
  /**
   * Questions made from the open corpus, answered by the untouched base, an arm and its control, and kept with the runs. The report
   * has the answers. Throws `lab/no-questions`, `lab/not-finished`.
   */
  askCloze(
    id: string,
    options: Pick<ClozeOptions, 'arm' | 'runSeed' | 'questions' | 'seed'>,
    onProgress: OnProgress,
    signal?: AbortSignal,
  ): Promise<ExperimentReport>;
  /** Texts as the notation of the open corpus, or that one, reads and draws them; null of prose. */
  readSamples(
    samples: readonly { readonly text: string; readonly isCut: boolean }[],
    notation: NotationName | null,
  ): Promise<readonly ReadSample[] | null>;
  /** Rows nearest to that of a new token, of each vocabulary matrix. */
  tokenNeighbours(id: number): Promise<readonly TokenNeighbours[]>;
  /** The specification with one more arm: that one without the tokens seen fewer than `floor` times. Throws `lab/nothing-starved`. */
  pruneStarved(
    spec: WrittenSpec,
    arm: string,
    tokens: readonly Pick<TokenEvidence, 'text' | 'piece' | 'exposures' | 'isLink'>[],
    floor: number,
  ): Promise<{ readonly name: string; readonly spec: WrittenSpec }>;

  pause(): Promise<void>;
  resume(): Promise<void>;

  compare(onProgress: OnProgress, signal?: AbortSignal): Promise<Comparison>;
  /** A graft of the open model that was trained elsewhere takes the place of the run; `compare` then measures it. */
  openTrainedFolder(
    files: readonly File[],
    onProgress: OnProgress,
    signal?: AbortSignal,
  ): Promise<{ vocabulary: VocabularySummary; status: RunStatus; mode: TrainMode }>;
  /** Bits per byte of the open model on held-out and general text, with or without a GPU. */
  measureBase(onProgress: OnProgress, signal?: AbortSignal): Promise<ModelScores>;
  /**
   * Samples from base or graft with the weights as they are now; `onPiece` gets tokens as they come. In onnxruntime-web
   * (the base needs no GPU), or in the engine where the model is too large for it.
   */
  generate(
    options: {
      model: 'base' | 'grafted';
      prompt: string;
      maxTokens: number;
      temperature: number;
      topK: number;
      topP: number;
      seed: number;
      /** The prompt is somebody's question, put through the model's chat template. */
      chat?: boolean;
    },
    onPiece: (piece: Piece) => void,
    signal?: AbortSignal,
  ): Promise<Generated>;

  /** Why the trained model cannot be written as GGUF, before anything is; null where it can. */
  ggufRefusal(signal?: AbortSignal): Promise<FormRefusal | null>;
  /**
   * Writes what was chosen into the private file system, as a zip unless it is one file anyway, re-opens it, verifies. `file`
   * streams from there.
   */
  exportFile(
    choice: ExportChoice,
    onProgress: OnProgress,
    signal?: AbortSignal,
  ): Promise<{ report: ExportReport; file: Blob; fileName: string }>;
  /** The same into a directory the visitor picked. */
  exportFolder(
    choice: ExportChoice,
    directory: FileSystemDirectoryHandle,
    onProgress: OnProgress,
    signal?: AbortSignal,
  ): Promise<ExportReport>;
}
