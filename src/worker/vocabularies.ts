/** Diagnosis and vocabularies, loaded when a corpus is diagnosed. */
export { buildVocabulary, CandidateTable, diagnose, learnVocabulary, wordsOf } from '../lab/index';
