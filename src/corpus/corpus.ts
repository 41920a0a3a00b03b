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
  /** Records of JSON lines, a table or a Parquet file without the text field. */
  readonly recordsWithoutText: number;
  /** Of a file of records: which field the text was taken from. */
  readonly fields?: FieldChoice;
  /** Why the file was left out as a whole. */
  readonly refused?: { readonly code: string; readonly message: string; readonly hint: string };
}

export interface FieldChoice {
  readonly chosen: string;
  /** All fields that hold text in the first records, the chosen one among them. */
  readonly found: readonly string[];
}

/**
 * `paragraphs`: runs of whole paragraphs of about 2 KB; `line-groups`: the same of lines, for text without blank lines;
 * `lines`: every line one document, for lists of verses, records; `file`: the file as one document; `smiles`: a molecule a
 * line, its name left out; `fasta`: a sequence each; `pgn`: the moves of a game each; `table`: a row of CSV or TSV each;
 * `parquet`: a row each.
 */
export type DocumentFormat =
  'paragraphs' | 'line-groups' | 'lines' | 'file' | 'json-lines' | 'smiles' | 'fasta' | 'pgn' | 'table' | 'parquet';

export interface Corpus {
  readonly name: string;
  /** What is trained on: all documents that are not held out, or an even sample of them where they do not fit in memory. */
  readonly train: readonly string[];
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
  readonly duplicates: number;
  readonly nearEmpty: number;
  readonly invalidBytes: number;
  readonly source?: string;
  readonly licence?: string;
}
