// Files to a corpus: streamed, decoded, cut into documents, freed of exact duplicates, split. A file that cannot be read
// is left out with its reason; only when none can be read does the whole reading fail.
import { LabError } from '../error';
import type { Corpus, CorpusFileReport, DocumentFormat } from './corpus';
import { type CorpusFile, decodeLines, type DecodedBytes } from './decodeText';
import type { DocumentCutter, Emit } from './cutter';
import { createCutter } from './documentCutter';
import { detectFormat, SAMPLE_LINES } from './documentFormat';
import { readParquet } from './readParquet';
import { splitDocuments, type SplitOptions } from './splitDocuments';
import { unpackedFiles } from './unpack';

export interface ReadCorpusOptions extends SplitOptions {
  /** Default: told from the file's name and first lines. */
  readonly format?: DocumentFormat | 'auto';
  /** Field of JSON lines, CSV or Parquet that holds the text. Default: told from the first records. */
  readonly textField?: string;
  /** All files together. Default 256 MiB: documents live in memory, as two-byte strings at worst. */
  readonly maxBytes?: number;
  readonly name?: string;
  readonly source?: string;
  readonly licence?: string;
  readonly onProgress?: (progress: ReadProgress) => void;
  readonly signal?: AbortSignal;
}

export interface ReadProgress {
  readonly file: string;
  /** Over all files. */
  readonly bytes: number;
  readonly ofBytes: number;
}

const MAX_BYTES = 256 * 2 ** 20;

/** @throws LabError corpus/no-files, corpus/too-large, corpus/empty, corpus/not-text, corpus/no-text-field, corpus/too-few-documents. */
export async function readCorpus(given: readonly CorpusFile[], options: ReadCorpusOptions = {}): Promise<Corpus> {
  if (given.length === 0) throw new LabError('corpus/no-files', 'No file was given.', 'Pick text or JSON-lines files.');
  const maxBytes = options.maxBytes ?? MAX_BYTES;
  const files = await unpackedFiles(given, maxBytes);
  const ofBytes = files.reduce((sum, file) => sum + file.size, 0);
  if (ofBytes > maxBytes) throw tooLarge(ofBytes, maxBytes);

  const documents: string[] = [];
  const entities: (string | undefined)[] = [];
  const seen = new Set<string>();
  const reports: CorpusFileReport[] = [];
  let failure: LabError | null = null;
  let bytesBefore = 0;
  for (const file of files) {
    const start = documents.length;
    try {
      const onBytes = (bytes: number): void =>
        options.onProgress?.({ file: file.name, bytes: bytesBefore + bytes, ofBytes });
      reports.push(await readFile(file, documents, entities, seen, options, onBytes));
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      failure ??= error;
      for (const text of documents.splice(start)) seen.delete(text);
      entities.length = start;
      reports.push(refusal(file, error));
    }
    bytesBefore += file.size;
  }
  if (documents.length === 0) throw failure ?? emptyFile(files[0]!.name);
  const sum = (of: (report: CorpusFileReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  return {
    name: options.name ?? (files.length === 1 ? files[0]!.name : `${files[0]!.name} + ${files.length - 1}`),
    ...splitDocuments(documents, { ...options, entities }),
    files: reports,
    documents: documents.length,
    duplicates: sum((report) => report.duplicates),
    nearEmpty: sum((report) => report.nearEmpty),
    invalidBytes: sum((report) => report.invalidBytes),
    ...(options.source !== undefined && { source: options.source }),
    ...(options.licence !== undefined && { licence: options.licence }),
  };
}

async function readFile(
  file: CorpusFile,
  documents: string[],
  entities: (string | undefined)[],
  seen: Set<string>,
  options: ReadCorpusOptions,
  onBytes: (bytes: number) => void,
): Promise<CorpusFileReport> {
  if (file.size === 0) throw emptyFile(file.name);
  const counted: DecodedBytes = { bytes: 0, invalidBytes: 0 };
  const start = documents.length;
  let duplicates = 0;
  let nearEmpty = 0;
  const emit: Emit = (document, entity) => {
    if (!/[\p{L}\p{N}]/u.test(document)) nearEmpty++;
    else if (seen.has(document)) duplicates++;
    else {
      seen.add(document);
      documents.push(document);
      entities.push(entity);
    }
  };
  const summary = (
    format: DocumentFormat | null,
    { recordsWithoutText, fields }: Pick<DocumentCutter, 'recordsWithoutText' | 'fields'>,
  ): CorpusFileReport => {
    if (documents.length === start && duplicates === 0) throw emptyFile(file.name);
    const { bytes, invalidBytes } = counted;
    const kept = documents.length - start;
    const left = { duplicates, nearEmpty, invalidBytes, recordsWithoutText };
    return { name: file.name, bytes, format, documents: kept, ...left, ...(fields && { fields }) };
  };
  if (options.format === 'parquet' || /\.parquet$/iu.test(file.name)) {
    const records = await readParquet(file, emit, options.textField, onBytes);
    counted.bytes = file.size;
    onBytes(counted.bytes);
    return summary('parquet', records);
  }

  let format: Exclude<DocumentFormat, 'parquet'> | null = options.format === 'auto' ? null : (options.format ?? null);
  let cutter: DocumentCutter | null = null;
  let sample: string[] = [];
  const cut = async (lines: readonly string[]): Promise<DocumentCutter> => {
    format ??= detectFormat(file.name, sample.slice(0, SAMPLE_LINES));
    cutter ??= await createCutter(format, file.name, emit, options.textField);
    for (const line of lines) cutter.add(line);
    return cutter;
  };
  for await (const lines of decodeLines(file, counted, options.signal)) {
    onBytes(counted.bytes);
    if (cutter !== null) {
      await cut(lines);
      continue;
    }
    sample = sample.concat(lines);
    if (sample.length >= SAMPLE_LINES) await cut(sample);
  }
  const finished = cutter ?? (await cut(sample));
  finished.finish();
  onBytes(counted.bytes);
  return summary(format, finished);
}

function refusal(file: CorpusFile, error: LabError): CorpusFileReport {
  return {
    name: file.name,
    bytes: file.size,
    format: null,
    documents: 0,
    duplicates: 0,
    nearEmpty: 0,
    invalidBytes: 0,
    recordsWithoutText: 0,
    refused: { code: error.code, message: error.message, hint: error.hint },
  };
}

function emptyFile(name: string): LabError {
  return new LabError('corpus/empty', `${name} holds no text.`, 'Pick a file with text in it.', { file: name });
}

function tooLarge(bytes: number, maxBytes: number): LabError {
  const megabytes = (value: number): string => `${(value / 2 ** 20).toFixed(0)} MiB`;
  return new LabError(
    'corpus/too-large',
    `The files hold ${megabytes(bytes)}; the lab keeps documents in memory and takes at most ${megabytes(maxBytes)}.`,
    'Give a sample: a verdict needs a few megabytes. Training at scale goes on elsewhere from the download.',
    { bytes, maxBytes },
  );
}
