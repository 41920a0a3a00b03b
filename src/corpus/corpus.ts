// A corpus as the experiment sees it: documents, split into what is trained on and what is only measured on, and an account
// of everything that was left out on the way.

export interface CorpusFileReport {
  readonly name: string;
  readonly bytes: number;
  /** How the file was cut into documents. */
  readonly format: DocumentFormat | null;
  /** Kept documents. */
  readonly documents: number;
  /** Documents left out because the same text came before, in this file or an earlier one. */
  readonly duplicates: number;
  /** Documents left out because they hold no letter and no digit. */
  readonly nearEmpty: number;
  /** Bytes that were no UTF-8 and became U+FFFD. */
  readonly invalidBytes: number;
  /** Records of JSON, a table or a Parquet file without text in the field, and those that cannot be read. */
  readonly recordsWithoutText: number;
  /** Of a file of records: which field the text was taken from. */
  readonly fields?: FieldChoice;
  /** The first kept documents as they were cut, long ones cut off with `…`. */
  readonly first: readonly string[];
  /** What may have been read otherwise than it was meant. */
  readonly doubts: readonly Doubt[];
  /** Why the file was left out as a whole. */
  readonly refused?: { readonly code: string; readonly message: string; readonly hint: string };
}

/**
 * Something in a file that makes its reading doubtful; worded by the page and the command line.
 * `unlike-format`: lines or records that are not what the format says, read all the same or left out;
 * `without-text`: records whose text field is empty or missing; `uncertain-field`: another field was nearly chosen;
 * `one-entity`: all documents are about the same, so the split is by document.
 */
export interface Doubt {
  readonly kind: DoubtKind;
  /** How many lines, records or documents it concerns, and out of how many. */
  readonly count: number;
  readonly of: number;
  /** Of the first of them: the line (from 1) and the start of what stands there. */
  readonly line?: number;
  readonly excerpt?: string;
  /** Of several: the lines of the first `namedLines` of them, ascending. */
  readonly lines?: readonly number[];
  /** Of `uncertain-field`: the other field. */
  readonly field?: string;
}

/** Lines of one doubt that are named. */
export const namedLines = 10;

export type DoubtKind = 'unlike-format' | 'without-text' | 'uncertain-field' | 'one-entity';

export interface FieldChoice {
  readonly chosen: string;
  /** All fields that hold text in the first records, the chosen one among them. */
  readonly found: readonly string[];
}

/**
 * `paragraphs`: runs of whole paragraphs of about 2 KB; `line-groups`: the same of lines, for text without blank lines;
 * `lines`: every line one document, for lists of verses, records; `file`: the file as one document; `smiles`: a molecule a
 * line, its name left out; `fasta`, `fastq`: a sequence each; `pgn`: the moves of a game each; `abc`: a tune each;
 * `mediawiki`: a page of a dump each; `json-lines`: a
 * record a line; `json`: a record of an array, a wrapped array or a stream of values each; `table`: a row of CSV or TSV each;
 * `parquet`: a row each.
 */
export const documentFormats = [
  'lines',
  'paragraphs',
  'line-groups',
  'file',
  'json-lines',
  'json',
  'smiles',
  'fasta',
  'fastq',
  'pgn',
  'abc',
  'mediawiki',
  'table',
  'parquet',
] as const;

export type DocumentFormat = (typeof documentFormats)[number];

/** Of what is trained on: told without cutting a sample into the texts that it lies joined in, which happens when they are first asked for. */
export interface TrainAtAGlance {
  readonly documents: number;
  readonly bytes: number;
  readonly first: readonly string[];
}

/** Of the first documents. */
export const GLANCED_DOCUMENTS = 20;

export interface Corpus {
  readonly name: string;
  /** What is trained on: all documents that are not held out, or an even sample of them where they do not fit in memory. */
  readonly train: readonly string[];
  readonly trainAtAGlance: TrainAtAGlance;
  readonly heldOut: readonly string[];
  /** Whether `train` is a sample. */
  readonly isSample: boolean;
  /** All documents that are not held out, in batches; of a sampled corpus the files are read again. */
  readTrain(signal?: AbortSignal): AsyncIterable<readonly string[]>;
  /** Of all documents that are not held out. */
  readonly trainDocuments: number;
  readonly trainBytes: number;
  readonly heldOutBytes: number;
  readonly files: readonly CorpusFileReport[];
  readonly documents: number;
  /** Things that the documents are about: molecules, sequences, openings; a document of its own is one. */
  readonly entities: number;
  readonly duplicates: number;
  readonly nearEmpty: number;
  readonly invalidBytes: number;
  readonly source?: string;
  readonly licence?: string;
}
