// Text to ids and back; training and extending a vocabulary.
export { loadTokenizer } from './loadTokenizer';
export type { AddedToken } from './addedTokens/addedToken';
export { NAMED_TOKENS } from './addedTokens/declaredTokens';
export { wholeTokenizer, type WholeTokenizer } from './addedTokens/outsideTokens';
export { lostBytesOf, spelledTokensOf, type Encoding } from './encoding';
export type { LostSpan } from './model/model';
export type { TokenizerFamily } from './family';
export { Tokenizer, type PreToken, type SpecialIds } from './Tokenizer';
export type { AddedPiece, CharacterPiece, MergedPiece, NewPiece } from './model/model';
export { countWords, type CountProgress } from './trainer/countWords';
export { countInShards, type CountingShard } from './trainer/countInShards';
export { WordCounter, type WordCounts } from './trainer/WordCounter';
export { batchesOf, inUnits, type TrainingTexts, type TrainingUnit } from './trainer/trainingTexts';
export {
  trainBpe,
  byteLevelVocabulary,
  type BpeTraining,
  type TrainBpeOptions,
  type TrainingProgress,
} from './trainer/trainBpe';
export { replayMerges } from './trainer/replayMerges';
export { continueBpe, type ContinueBpeOptions } from './trainer/continueBpe';
export {
  bytesOfPiece,
  oldPieces,
  type NewToken,
  type TracedExtension,
  type VocabularyExtension,
} from './trainer/vocabularyExtension';
export { handMadePieces } from './trainer/handMadePieces';
export { isText, visibleText } from './visibleText';
export { learnVocabulary, type LearnMethod, type LearnVocabularyOptions } from './trainer/learnVocabulary';
export { independentBpe } from './trainer/independentBpe';
export { chosenClass } from './autoTokenizer/chosenClass';
export { obeyingConfig, otherReading, type OtherReading } from './autoTokenizer/otherReading';
export { formatLike, parseFile } from './extend/jsonFile';
export { llamaCppHash, llamaCppProbe } from './extend/llamaCppHash';
export { extendTokenizer, type ExtendedTokenizer } from './extend/extendTokenizer';
export { extendSentencePieceModel } from './extend/sentencePieceModel';
export { TOKENIZER_FILES, type OtherTokenizerFile, type TokenizerFiles } from './extend/tokenizerFiles';
export { type Atom, atomsOf, type Grammar } from './grammar/grammar';
export { detectGrammar } from './grammar/detectGrammar';
export { type GrammarName, grammarNames, grammars, type NamedGrammar } from './grammar/grammars';
export { countBoundaries } from './grammar/boundaries';
export {
  Exposures,
  LINK_SHARE,
  linkIds,
  standingOccurrences,
  tenthPercentile,
  type TracedToken,
} from './trainer/exposures';
export { lostCharacters } from './trainer/unknownCharacters';
export { remedyText, turnedDownText, type Refusal, type Shortfall } from './trainer/turnedDown';
export { pruneLeaves } from './trainer/pruneLeaves';
export { GPT2_PATTERN } from './preTokenizer/ByteLevel';
export { QWEN2_PATTERN } from './convert/byteLevelStages';
export { makeTokenizerJson, type MadeTokenizer } from './convert/makeTokenizerJson';
export { readSentencePiece, type SentencePiece } from './convert/sentencePieceFile';
export { addsSpaceBefore } from './convert/spaceBefore';
export { scoresOfMerges } from './convert/scoresOfMerges';
export { makeSentencePieceModel } from './extend/makeSentencePieceModel';
export { mergesFromScores } from './convert/sentencePieceMerges';
export { templateAround } from './convert/templateAround';
export { numberedFrom } from './trainer/numbering';
export { slowPattern } from './pattern/slowPattern';
export { removableIds, type RemovalOptions } from './trim/removableIds';
export { renumberSentencePiece } from './trim/renumberSentencePiece';
export { renumberTokenizer, type NewIdOf } from './trim/renumberTokenizer';
