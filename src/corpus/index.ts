// Files to documents, splits and packed rows.
export type { Corpus, CorpusFileReport, DocumentFormat } from './corpus';
export type { CorpusFile } from './decodeText';
export { ignoredTarget, type PackedRow, type PackOptions, packRows } from './packRows';
export { splitHash } from './heldOut';
export { documentHash } from './textHash';
export { readCorpus, type ReadCorpusOptions, type ReadProgress } from './readCorpus';
export type { SampleCorpus, SampleIndex } from './samples';
export { bytesOfAll, type DocumentSplit, splitDocuments, type SplitOptions } from './splitDocuments';
export { utf8Length } from './utf8Length';
