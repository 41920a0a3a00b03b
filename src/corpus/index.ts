// Files to documents, splits and packed rows.
export { type Corpus, type CorpusFileReport, type Doubt, type DocumentFormat, documentFormats } from './corpus';
export type { CorpusFile } from './decodeText';
export { emptyPair, jointsOf, packPairs, type PairedRow, type TwoCuts } from './packPairs';
export { emptyRow, packedLength, type PackedRow, type PackOptions, packInOrder } from './packRows';
export { packConversations, type PackedConversation } from './packConversations';
export { DEFAULT_FRACTION, splitHash } from './heldOut';
export { readCorpus, type ReadCorpusOptions, type ReadingChoice, type ReadProgress } from './readCorpus';
export { documentHash } from './textHash';
export type { SampleCorpus, SampleIndex, SampleInstructions } from './samples';
export { bytesOfAll, type DocumentSplit, splitDocuments, type SplitOptions } from './splitDocuments';
export { utf8Length } from './utf8Length';
export { chatRoles, type ChatRole, type Conversation, type Turn } from './conversations/conversation';
export { recordFormNames, recordForms, type RecordFormName } from './conversations/forms/index';
export { bytesOfTurns, readConversations, type ReadConversations } from './conversations/readConversations';
