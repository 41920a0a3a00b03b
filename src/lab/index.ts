/** The lab's public face: steps and the values they hand on. */
export type * from './device/engineSummary';
export type * from './device/fittingPlan';
export type * from './open/piece';
export type * from './open/modelSummary';
export type * from './open/corpusSummary';
export type * from './diagnosis/diagnosis';
export type * from './vocabulary/choice';
export type * from './vocabulary/vocabularySummary';
export type { FrozenPlan, FrozenWeights } from './device/frozenWeights';
export type { PrecisionCheck, StepPrecision } from './device/stepPrecision';
export type { Precision } from '../engine/index';
export type * from './training/trainSettings';
export type * from './training/records';
export type * from './scoring/comparison';
export type * from './export/exportChoice';
export { runsAsEventFiles, type EventFile, type EventFileOptions } from './experiment/eventFiles';
export { runRows, runSeries, type RecordedRun, type RunRow, type RunSeries } from './experiment/runRows';
export { runsAsCsv, runsAsJsonLines } from './experiment/runTables';
export type { Difference, Interval } from './scoring/bootstrap';
export type { ModelNote } from './open/modelNotes';
export type { ReaderNote } from './open/readers';
export type { TokenizerClassChoice } from './vocabulary/tokenizerClassChoice';
export type { Progress, Watch } from './progress';
export type { Doubt, DocumentFormat, ReadingChoice } from '../corpus/index';
export type { GrammarName, LearnMethod, Refusal, Shortfall } from '../tokenizer/index';
export type * from './device/stepProfile';
export { neighboursOf, tokensEvidence, type EvidenceSubject } from './evidence/evidence';
export { withoutStarved, type PrunedArm } from './evidence/pruneStarved';
export { controlIn, controlOfArm, subjectOfArm, subjectOfFolder } from './evidence/subjects';
export * from './evidence/tokenEvidence';
export { cheaperFrom, type AdvantageCourse } from './evidence/advantageCourse';
export type { Crossing } from './evidence/exposuresNeeded';
export type { Indicator } from './evidence/rowFigures';
export { harmOf, type HarmReference, type HarmSubject } from './harm/harm';
export type * from './harm/harmReport';
export {
  sampleExperiment,
  type FieldAnswer,
  type FieldOptions,
  type SampledExperiment,
} from './field/sampleExperiment';
export { askExperiment, type AskedExperiment, type ClozeOptions } from './cloze/askExperiment';
export type { ClozeQuestion } from './cloze/clozeSet';
export type * from './cloze/clozeReport';
export { detectNotation, notations } from './field/notations';
export type * from './field/notations/notation';
export type * from './field/fieldReport';
export type { Share, ShareDifference } from './scoring/shares';
export { openRun, type OpenedForRun, type OpenedRun } from './experiment/openRun';
export { applyAdapter, putOnBase } from './export/applyAdapter';
export { applyDelta } from './export/applyDelta';
export { writeAdapter } from './export/writeAdapter';
export { CandidateTable } from './vocabulary/candidates';
export { throwIfCancelled } from './cancel';
export { scoreResult, type ArmScores } from './scoring/compare';
export { reportOf } from './experiment/report';
export { leastDocuments, type DocumentScores } from './scoring/bootstrap';
export {
  seededDifference,
  seededScore,
  type ScoresOverSeeds,
  type SeededDifference,
  type SeededScore,
  type SeedScores,
  type Spread,
} from './scoring/seededDifference';
export {
  defaultMargin,
  marginBits,
  outcomeOf,
  whatWouldTell,
  worthwhileShortening,
  type Lever,
  type MeasuredDifference,
  type Outcome,
  type OutcomeTerms,
  type WhatWouldTell,
} from './scoring/verdict';
export type * from './scoring/experimentVerdict';
export { controlOf, experimentVerdict } from './scoring/experimentVerdict';
export {
  scorePrediction,
  tallyPredictions,
  type PredictionScore,
  type PredictionTally,
} from './scoring/predictionScore';
export {
  referenceLines,
  type ReferenceLine,
  type ReferenceName,
  type ReferenceOptions,
} from './scoring/referenceLines';
export {
  bytesUntilExposure,
  endSlope,
  exposureOf,
  plannedExposure,
  type CountedExposure,
  type CurvePoint,
  type EndSlope,
  type Exposure,
} from './scoring/usefulLength';
export { worsening, type Worsening } from './scoring/worsening';
export { xzSizeWith, type CompressedSize } from './scoring/xzSize';
export type { CorpusText } from './open/corpusText';
export type { InstructionSummary, Instructions } from './open/instructions';
export { openInstructions } from './open/openInstructions';
export { countText } from './vocabulary/counting';
export { CountingThread, type OpenedShards, type OpenShards } from './vocabulary/countingShard';
export { diagnose, type DiagnosedVocabulary } from './diagnosis/diagnose';
export {
  cappedDocuments,
  encodeDocuments,
  sampledDocuments,
  scoreDocuments,
  utf8Bytes,
  type SampleOrder,
  type Scorer,
} from './scoring/evaluate';
export { exportReport, writeModel, type ModelToExport, type WeightsAs } from './export/exportModel';
export { chatPrompt, writtenTemplate, type ChatPrompt } from './running/chatPrompt';
export { engineText, generateText, type TextModel } from './running/generate';
export { graftRows, matrixName, type Graft } from './device/graftedRows';
export { inspectModel, type ModelInspection } from './open/inspect';
export { isSameWay, learnVocabulary, wayOf, wordsOf } from './vocabulary/learnVocabulary';
export { tokenizerNotes } from './open/modelNotes';
export { ModelSession } from './device/modelSession';
export { readPieces, rowWidth, writeRows } from './device/rowPieces';
export type * from './device/parameterTable';
export { openCorpus, openGeneralText, type GeneralText, type OpenCorpusOptions } from './open/openCorpus';
export { KnownLosses, KnownModels } from './scoring/knownLosses';
export { withInstructions } from './open/withInstructions';
export { isExtendable, openTokenizer, openWhole } from './open/openTokenizer';
export { openModel, type LoadedModel } from './open/openModel';
export { openWeights, type ModelWeights } from './open/openWeights';
export { piecesOf } from './open/pieces';
export { cutWords } from './device/cutWords';
export { droppedWords } from './device/droppedWords';
export type { Adaptation, StepChoice, StepCut } from './device/stepCut';
export { planArms, planModes, planTraining, type PlannedArm } from './device/plans';
export { rowsWithin, type PlannedRows } from './device/plannedRows';
export { unopenedGpu, type Planner } from './device/planner';
export { countStep, leastAdapter, type AdapterDescription, type CountedStep } from './device/stepCount';
export { profileStep, type ProfileOptions } from './device/profile';
export { throttled } from './progress';
export { experimentFigures } from './export/experimentCard';
export { cardOf, recordLines } from './export/report';
export { earlierGraft, type EarlierGraft } from './device/earlierGraft';
export { engineSizes, shapeFor, sizesFor } from './device/sizes';
export { defaultAdapters, rateFor, smallestMode, trainModes } from './training/trainSettings';
export { ArmModel, type ArmModelSetup } from './training/armModel';
export { besideBase } from './training/besideBase';
export { openTrainedElsewhere, type TrainedElsewhere } from './training/trainedElsewhere';
export { openTokenizerFolder, openTokenizerModel, sizesOf, type TokenizerModel } from './open/tokenizerModel';
export { buildVocabulary, type Vocabulary } from './vocabulary/vocabulary';
export { verifyExport } from './export/verifyExport';
export { MODEL_FOLDER, writeScale, type ContinueFile, type ScaleToWrite } from './export/scale';
export { writeTokenizer } from './vocabulary/writeTokenizer';
export { modelWithout, type Removal } from './vocabulary/modelWithout';
export { writtenTokenizer } from './vocabulary/writtenTokenizer';
export { asItRuns } from './export/asWritten';
export { deltaOfFolders, deltaOfGraft, writeDelta } from './export/writeDelta';
export { verifyWeights, type VerifiedWeights } from './export/verifyWeights';
export type { GgufReason } from '../checkpoint/index';
export type { OnnxDtype } from '../model/index';
export { onnxDtypes, onnxFileName, onnxModelFiles, writeOnnxModel, type OnnxExportOptions } from './export/exportOnnx';
export { ggufRefusal, writeGguf, type GgufToExport } from './export/exportGguf';
export { ggufRounding, proveGguf, provedTexts } from './export/proveGguf';
export { proveOnnx } from './export/proveOnnx';
export { OnnxSession, type OnnxRuntime, type OnnxText } from './running/onnxSession';
export { onnxScorer, onnxText } from './running/onnxText';
export type * from './experiment/report';
export type { References } from './experiment/references';
export type { EqualCompute } from './scoring/equalCompute';
export type { ArmRunState, CurvePointOfRun, RunFacts, RunKey, RunStatusFile } from './experiment/runFolder';
export { readReport, readSpec, writtenSpec } from './experiment/experimentFolder';
export { canonicalJson, modelFingerprint, pinned, textFingerprint } from './experiment/fingerprints';
export { readCheckpoint, readRecordsOf, readScores, readStatus } from './experiment/runFolder';
export { ArmTraining, type ArmSetup } from './training/armTraining';
export { ownShareOf } from './training/replay';
export { documentEnds } from './training/stagePlans';
export { checkArms, earlierRows } from './experiment/checks';
export { bytesOfSteps } from './training/stepBudget';
export { specVocabulary } from './vocabulary/specVocabulary';
export { stepFlops } from './device/stepFlops';
export {
  runExperiment,
  runLock,
  type ExperimentUpdate,
  type OpenedExperiment,
  type RunCell,
  type RunExperimentOptions,
} from './experiment/runner';
export {
  heldAs,
  trainedAs,
  addsTokens,
  adapterProblems,
  earlierRowProblems,
  lengthProblems,
  parseSpec,
  movedBy,
  movesEarlierRows,
  parseSpecText,
  specProblems,
  isUntouched,
  seedsOf,
  type ArmSpec,
  type ExperimentSpec,
  type VocabularySpec,
} from './experiment/spec';
export {
  armNames,
  presetNames,
  choiceOf,
  presetOf,
  presetsFor,
  type Preset,
  type PresetName,
  type PresetRequest,
} from './experiment/presets';
export type { WrittenArm, WrittenSpec } from './experiment/schema';
export type { SpecSchema } from './experiment/specProblems';
export type { Bounds, Expected, ReasonWords, SpecProblem, SpecReason } from './experiment/specReasons';
export { experimentSchema } from './experiment/schema';
export { defaultOptimizer } from './training/moves';
export { defaultObjective, learnedText } from './training/objectives/index';
export { modeGroups } from './training/trainSettings';
