/**
 * What the lab's steps hand on: plain values, all of them JSON. The page shows them, the command line prints them,
 * the experiment file stores them. Text in them is data (token text, file names), never sentences for the reader:
 * wording belongs to the page, which has two languages. Bytes are UTF-8 bytes, losses are nats, times milliseconds.
 */
import type { EngineKind } from '../engine/index';
import type { CorpusFileReport, Doubt, DocumentFormat, ReadingChoice } from '../corpus/index';
import type { GrammarName, LearnMethod, Refusal, Shortfall } from '../tokenizer/index';
import type { Difference, Interval } from './bootstrap';
import type { ModelNote, TokenizerClassChoice } from './modelNotes';

export type {
  Difference,
  Doubt,
  DocumentFormat,
  GrammarName,
  Interval,
  LearnMethod,
  ModelNote,
  ReadingChoice,
  Refusal,
  Shortfall,
  TokenizerClassChoice,
};

/** A piece of text as one token, for coloured display. `start`/`end` are UTF-16 offsets in the text that was encoded. */
export interface Piece {
  readonly id: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly isNew: boolean;
}

/** What the visitor wants to compute with. */
export type EngineChoice = 'auto' | 'gpu' | 'processor';

/** What computes here. */
export interface EngineSummary {
  /** Whether its numbers are right. */
  readonly available: boolean;
  readonly kind: EngineKind;
  /** Of the processor. */
  readonly threads?: number;
  /** Of the processor: why it is not a GPU, where nobody chose it. `slower`: the GPU is imitated by software. */
  readonly instead?: 'no-webgpu' | 'no-adapter' | 'slower' | 'self-test';
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly hasF16: boolean;
  readonly subgroupSize?: number;
  readonly largestBindingBytes: number;
  /** Measured on the training matmul. */
  readonly gigaflopsPerSecond?: number;
  /** Of the imitated GPU that was slower. */
  readonly gpuGigaflopsPerSecond?: number;
  readonly selfTest?: { readonly passed: number; readonly total: number; readonly failed: readonly string[] };
}

export interface ModelSummary {
  readonly name: string;
  readonly source: 'bundled' | 'folder' | 'hub';
  readonly family: string;
  readonly parameters: number;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly contextLength: number;
  readonly tied: boolean;
  readonly dtype: string;
  readonly weightBytes: number;
  /** The four numbers that must never be mixed up. */
  readonly vocabSize: number;
  readonly tokenizerLength: number;
  readonly largestId: number;
  readonly embeddingRows: number;
  readonly tokenizerFamily: string;
  /** Can this tokenizer be extended (byte-level BPE today)? If not, why. */
  readonly extendable: boolean;
  readonly notExtendableReason?: string;
  readonly licence?: string;
  /** Absent: nothing. */
  readonly notes?: readonly ModelNote[];
}

export interface FittingPlan {
  readonly mode: TrainMode;
  readonly totalBytes: number;
  readonly bytes: {
    readonly parameters: number;
    readonly gradients: number;
    readonly optimizer: number;
    readonly activations: number;
    readonly other: number;
  };
  readonly largestBinding: { readonly tensor: string; readonly bytes: number };
  readonly fits: boolean;
  readonly problems: readonly { readonly message: string; readonly hint: string }[];
}

export interface SampleSummary {
  readonly id: string;
  readonly title: string;
  readonly kind: 'symbolic' | 'vertical' | 'script' | 'general';
  readonly bytes: number;
  readonly source: string;
  readonly licence: string;
  readonly excerpt: string;
}

/** What was taken of a file, and as what. */
export interface TakenFile extends Omit<CorpusFileReport, 'nearEmpty' | 'recordsWithoutText'> {
  /** Documents without a letter or digit, and records without the text field: left out. */
  readonly withoutText: number;
}

export interface CorpusSummary {
  readonly name: string;
  readonly files: readonly TakenFile[];
  readonly documents: number;
  /** Things that the documents are about: molecules, sequences, openings; a document of its own is one. */
  readonly entities: number;
  readonly trainDocuments: number;
  readonly heldOutDocuments: number;
  readonly trainBytes: number;
  /** Of a corpus that does not fit in memory: the even sample of its training documents that runs draw from. */
  readonly sampledDocuments?: number;
  readonly sampledBytes?: number;
  readonly heldOutBytes: number;
  readonly generalBytes: number;
  readonly generalName: string;
  readonly duplicates: number;
  readonly nearEmpty: number;
  readonly invalidBytes: number;
  readonly excerpt: string;
  readonly source?: string;
  readonly licence?: string;
}

export type Reading = 'strong' | 'good' | 'watch' | 'poor' | 'shown';

/** Its part in the verdict: `decides` it, `warns` beside it, or is `shown` for information. */
export type SignalWeight = 'decides' | 'warns' | 'shown';

/** One line of the diagnosis. The page words it from `name`, `reading` and `inputs`. */
export interface Signal {
  readonly name:
    | 'lostText'
    | 'compression'
    | 'fragmentation'
    | 'exposure'
    | 'boundaries'
    | 'budget'
    | 'vocabularyShare'
    | 'naturalness'
    | 'ceiling';
  readonly weight: SignalWeight;
  readonly value: number;
  readonly unit: 'ratio' | 'count' | 'bytes';
  /** Marks on the gauge, ascending, in the value's unit. */
  readonly thresholds: readonly number[];
  readonly better: 'higher' | 'lower' | 'neither';
  readonly reading: Reading;
  /** The numbers the formula was fed, for the popover. */
  readonly inputs: Readonly<Record<string, number>>;
  /** Of `boundaries`: the grammar the texts were found to be written in. */
  readonly grammar?: string;
}

export type Verdict = 'expand' | 'expand-for-speed' | 'atomic-only' | 'do-not-expand' | 'need-more-data';

/** What the new rows cost and what the shorter text gives back, at the suggested size. */
export interface ExpansionCost {
  readonly newParameters: number;
  /** Weights, gradients and both moments of the new rows in f32. */
  readonly trainingBytes: number;
  /** Multiply-adds of a forward pass for one byte of the domain's text (attention over the context left out). */
  readonly multiplyAddsPerByte: { readonly before: number; readonly after: number };
}

export interface Diagnosis {
  readonly verdict: Verdict;
  /** Share of redrawn held-out documents and moved marks under which the verdict stays the same, 0 to 1. */
  readonly confidence: number;
  readonly cost: ExpansionCost;
  readonly signals: readonly Signal[];
  /** Points of the frontier, ascending in newTokens; [0] is the untouched vocabulary. Lost text counts as a token a byte. */
  readonly frontier: readonly {
    readonly newTokens: number;
    readonly bytesPerToken: number;
    /** Without `links`, the tokens that hardly stand alone. */
    readonly exposureP10: number;
    readonly links: number;
  }[];
  readonly suggestedNewTokens: number;
  /** The size whose signals and cost are given: the suggested one, or the largest where no size is seen often enough. */
  readonly readAtNewTokens: number;
  readonly bytesPerPreToken: number;
  readonly mostFragmented: readonly {
    readonly text: string;
    readonly pieces: readonly Piece[];
    readonly occurrences: number;
  }[];
  readonly heldOutExcerpt: string;
  /** Share of all word occurrences that the merges were learned without, because the table of words was full; mostly 0. */
  readonly droppedShare: number;
  readonly milliseconds: number;
}

/** A way to a vocabulary. */
export interface LearnWay {
  readonly method: LearnMethod;
  /** Of the atomic alphabet; absent: told from the texts. */
  readonly grammar?: GrammarName;
  /** Absent: the defaults. */
  readonly rules?: LearnRules;
}

/** What may become a token. */
export interface LearnRules {
  /** Occurrences in the training text. Default 2. */
  readonly minFrequency?: number;
  /** Documents it stands in. Default 2. */
  readonly minDocuments?: number;
  /** Characters. Default: no bound; 16 where tokenizer.json has no word boundary, as SentencePiece has it. */
  readonly maxPieceLength?: number;
  /** Digits are not merged unless this is set. */
  readonly mergeDigits?: boolean;
  /** Source of a regular expression that no new token may match. */
  readonly neverMerge?: string;
  /** Default `document`. */
  readonly unit?: 'document' | 'line';
}

/** Which tokens a vocabulary is made of. */
export interface VocabularyChoice extends LearnWay {
  /** The first so many candidates that are not turned down. */
  readonly newTokens: number;
  /** Pieces as tokenizer.json spells them. */
  readonly rejected: readonly string[];
  /** Texts. */
  readonly added: readonly string[];
}

export type CandidateFlag = 'inside-another' | 'bound-pair' | 'few-documents' | 'near-duplicate';

export interface Candidate {
  readonly piece: string;
  readonly text: string;
  readonly pieces: readonly { readonly id: number; readonly text: string }[];
  readonly documents: number;
  /** When it was learned. */
  readonly occurrences: number;
  readonly flags: readonly CandidateFlag[];
}

export interface CandidateCounts {
  /** Indices of the candidates that are in, ascending. */
  readonly accepted: Uint32Array;
  /** Occurrences in the training text cut with the chosen tokens, by candidate; 0 for those that are out. */
  readonly exposures: Float64Array;
  readonly byHand: readonly { readonly text: string; readonly occurrences: number }[];
  readonly newTokens: number;
  /** Without links, the tokens that hardly stand alone. */
  readonly exposureP10: number;
  /** Lost text counts as a token a byte. */
  readonly heldOut: { readonly bytes: number; readonly tokensBefore: number; readonly tokensAfter: number };
}

export interface NewToken {
  readonly id: number;
  readonly text: string;
  /** The old pieces it replaces. */
  readonly pieces: readonly { readonly id: number; readonly text: string }[];
  readonly occurrences: number;
  readonly documents: number;
  /** Over all occurrences; what was lost counts as a token a byte. */
  readonly tokensSaved: number;
}

/** The same text cut before and after. Tokens count lost text as byte fallback would spell it, a token a byte. */
export interface LengthChange {
  readonly bytes: number;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  /** Of `bytes`, those that no token stands for. */
  readonly lostBefore: number;
  readonly lostAfter: number;
}

export interface VocabularySummary {
  readonly newTokens: readonly NewToken[];
  readonly dead: number;
  /** Words left out because as added tokens they would be decoded as other text. Absent: none. */
  readonly refused?: readonly string[];
  readonly firstNewId: number;
  readonly spareRowsUsed: number;
  readonly embeddingRowsBefore: number;
  readonly embeddingRowsAfter: number;
  readonly heldOut: LengthChange;
  readonly general: LengthChange;
  /** Of the new tokens, those that hardly stand alone, because longer ones took their occurrences. */
  readonly links: number;
  /** Why there are fewer than were asked for; null where there are as many. */
  readonly shortfall: Shortfall | null;
  /** By which llama.cpp's converter knows a byte-level pre-tokenizer; null for other models. */
  readonly llamaCppHash: { readonly before: string; readonly after: string } | null;
  readonly milliseconds: number;
}

export type TrainMode = 'new-rows' | 'embeddings' | 'all';
export type InitMethod = 'subword-mean' | 'global-mean' | 'random' | 'first-subword' | 'zero';

export interface TrainSettings {
  readonly mode: TrainMode;
  readonly init: InitMethod;
  readonly steps: number;
  /** Rows a step, each of `rowLength` tokens. */
  readonly batchRows: number;
  readonly rowLength: number;
  readonly learningRate: number;
  readonly bodyLearningRate?: number;
  readonly warmupSteps: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  readonly evaluateEvery: number;
  readonly sampleEvery: number;
  readonly seed: number;
  /** Bytes of held-out and of general text that an evaluation scores, the same for every arm; a default fits the adapter. */
  readonly evaluationBytes?: number;
}

export interface StepRecord {
  readonly type: 'step';
  readonly step: number;
  /** Mean nats per target; null where the step had no such target. */
  readonly loss: number;
  readonly newTokenLoss: number | null;
  readonly oldTokenLoss: number | null;
  readonly afterNewTokenLoss: number | null;
  readonly learningRate: number;
  readonly gradientNorm: number;
  readonly tokens: number;
  readonly bytes: number;
  readonly milliseconds: number;
}

export interface EvaluationRecord {
  readonly type: 'evaluation';
  readonly step: number;
  /** On the same held-out documents as the base's figure; null where some of their text is lost. */
  readonly bitsPerByte: number | null;
  /** Bytes of them that the tokenizer cannot write; absent: none. */
  readonly lostBytes?: number;
  readonly milliseconds: number;
}

export interface SampleRecord {
  readonly type: 'sample';
  readonly step: number;
  readonly prompt: string;
  readonly pieces: readonly Piece[];
}

export interface TokenProgress {
  readonly id: number;
  readonly exposures: number;
  /** Smoothed nats where this token is the target; null before it was seen. */
  readonly firstLoss: number | null;
  readonly loss: number | null;
  /** A few points of the curve for a sparkline. */
  readonly curve: readonly number[];
}

export interface TokensRecord {
  readonly type: 'tokens';
  readonly step: number;
  readonly tokens: readonly TokenProgress[];
  /** New tokens never seen so far. */
  readonly starved: number;
}

export interface LogRecord {
  readonly type: 'log';
  readonly step: number;
  readonly event:
    | 'started'
    | 'paused'
    | 'resumed'
    | 'stopped'
    | 'finished'
    | 'checkpoint'
    | 'crossed-base'
    | 'not-a-number'
    | 'device-lost'
    | 'error';
  readonly details?: Readonly<Record<string, string | number>>;
}

/** One line of run.jsonl. */
export type RunRecord = StepRecord | EvaluationRecord | SampleRecord | TokensRecord | LogRecord;

export type RunState = 'preparing' | 'running' | 'paused' | 'finished' | 'stopped' | 'failed';

export interface RunStatus {
  readonly state: RunState;
  readonly step: number;
  readonly steps: number;
  readonly tokensPerSecond: number;
  readonly bytesPerSecond: number;
  readonly stepMilliseconds: number;
  readonly millisecondsLeft: number;
  readonly plan?: FittingPlan;
  /** Null where the base's tokenizer loses text; absent while it is not known. */
  readonly baseBitsPerByte?: number | null;
  readonly savedStep?: number;
  /** While `preparing`: what is being done; compiling and measuring the base take a while on slow adapters. */
  readonly preparing?: Progress;
  /** While preparing: what is being measured before the first step. */
  readonly progress?: Progress;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
}

export interface ArmResult {
  readonly arm: 'base' | 'grafted-untrained' | 'grafted-trained';
  readonly heldOut: ScoreResult;
  readonly general: ScoreResult;
}

export interface ScoreResult {
  /** Null where text is lost: what an unknown token stands for has no price. */
  readonly bitsPerByte: number | null;
  /** Of `bytes`, those that the tokenizer cannot write: under its unknown token, or left out. */
  readonly lostBytes: number;
  /** 95 % interval by bootstrap over documents; null where text is lost, or where there is one document. */
  readonly interval: Interval;
  readonly nllPerToken: number;
  readonly tokens: number;
  readonly bytes: number;
  readonly documents: number;
}

export interface Comparison {
  readonly arms: readonly ArmResult[];
  /** Paired over the same documents: trained graft minus base, bits per byte, and its 95 % interval. Null where either loses text. */
  readonly difference: Difference | null;
  readonly generalDifference: Difference | null;
  /** `not-comparable`: one of the two loses held-out text; what each loses stands in its score. */
  readonly outcome: 'paid' | 'shorter-not-worse' | 'did-not-pay' | 'not-distinguishable' | 'not-comparable';
  /** 1 - tokens after / tokens before on held-out text; null where either loses some. */
  readonly shorterBy: number | null;
  readonly steps: number;
  readonly mode: TrainMode;
}

/** The whole model; its new rows for whoever has the base; or a folder with which training goes on elsewhere. */
export type ExportForm = 'model' | 'onnx' | 'delta' | 'scale';

export interface ExportChoice {
  readonly form: ExportForm;
  /** Of safetensors; a delta has its base's. */
  readonly dtype: 'source' | 'F32' | 'F16' | 'BF16';
  readonly onnxDtype: 'f32' | 'f16' | 'q4';
  readonly tokenizerClass: TokenizerClassChoice;
}

export interface ExportReport {
  readonly form: ExportForm;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
  readonly totalBytes: number;
  /** From re-opening the exact bytes written. */
  readonly verification: {
    readonly largestLogitDifference: number;
    readonly allowed: number;
    /** What rounding the trained rows to the stored type changed by itself; 0 where that type is f32. */
    readonly roundingLogitDifference?: number;
    readonly tokensCompared: number;
    readonly greedyAgreement: number;
    /** Of safetensors: old rows equal to the bit, and new rows that are no longer what they started as. */
    readonly untouchedRows?: number;
    readonly movedNewRows?: number;
    /** Of ONNX: which onnxruntime-web opened the bytes. */
    readonly onnx?: {
      readonly dtype: 'f32' | 'f16' | 'q4';
      readonly provider: 'wasm' | 'webgpu';
      readonly threads: number;
      readonly version: string;
    };
    readonly passed: boolean;
  };
}

/** What the diagnosis said before anything was trained, to be scored after the run. */
export interface Prediction {
  readonly verdict: Verdict;
  readonly confidence: number;
  readonly suggestedNewTokens: number;
  /** Share of held-out tokens that the suggested size saves. */
  readonly shorterBy: number;
  readonly at: string;
}

/** Everything needed to run an experiment again; `experiment.json` in the download. */
export interface Experiment {
  readonly version: 1;
  readonly model: { readonly name: string; readonly source: string };
  readonly corpus: {
    readonly name: string;
    readonly source?: string;
    readonly licence?: string;
    readonly documents: number;
    readonly bytes: number;
  };
  readonly newTokens: number;
  readonly settings: TrainSettings;
  readonly prediction?: Prediction;
}

/** The last run, kept in the origin-private file system so that a second visit can offer it. */
export interface SavedRun {
  readonly id: string;
  readonly savedAt: string;
  readonly title: string;
  readonly finished: boolean;
  readonly experiment: Experiment;
  readonly comparison?: Comparison;
  /** Absent where text is lost. */
  readonly finalBitsPerByte?: number;
  readonly baseBitsPerByte?: number;
  readonly bytes: number;
}

export interface Progress {
  /** Stable key the page words: 'reading', 'tokenizing', 'merging', 'compiling', 'evaluating', 'writing', 'verifying', ... */
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  /** Until this phase ends, at the pace so far; there once the phase has run for a while. */
  readonly remainingMilliseconds?: number;
}
