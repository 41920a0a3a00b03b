// Files to a corpus: streamed, decoded, cut into documents, freed of exact duplicates, split. A file that cannot be read
// is left out with its reason; only when none can be read does the whole reading fail. A corpus that fits is kept in
// memory; of a larger one only what is held out and a sample, and the files are read again for every use of all of it.
import { LabError } from '../error';
import type { Corpus, CorpusFileReport, Doubt } from './corpus';
import { cutFile, type CutOptions, type FileAccount, newAccount } from './cutFile';
import type { CorpusFile } from './decodeText';
import { DOCUMENT_BYTES, LONGEST_GATHERED } from './documentCutter';
import { DocumentSet } from './documentSet';
import { Gathering, isNearEmpty } from './gathering';
import { type HeldOutOptions, splitHash } from './heldOut';
import { unpackedFiles } from './unpack';

export interface ReadCorpusOptions extends HeldOutOptions, CutOptions {
  /** Text up to this size is kept in memory, as two-byte strings at worst. Default 256 MiB. */
  readonly memoryBytes?: number;
  /** Of a larger corpus, what is kept to train on. Default 64 MiB. */
  readonly sampleBytes?: number;
  /** How single files are read, by name; goes before `format` and `textField`. */
  readonly choices?: Readonly<Record<string, ReadingChoice>>;
  /** Nothing is held out, and one document is enough; all are in `train`. */
  readonly undivided?: boolean;
  /** All files together, unpacked. Default 64 GiB: what unpacks to more is no text that somebody wrote. */
  readonly maxBytes?: number;
  readonly name?: string;
  readonly source?: string;
  readonly licence?: string;
  readonly onProgress?: (progress: ReadProgress) => void;
}

export type ReadingChoice = Pick<CutOptions, 'format' | 'textField'>;

export interface ReadProgress {
  readonly file: string;
  /** Over all files, as they are packed. */
  readonly bytes: number;
  readonly ofBytes: number;
}

const MAX_BYTES = 64 * 2 ** 30;

/**
 * @throws LabError corpus/no-files, corpus/too-large, corpus/empty, corpus/not-text, corpus/no-text-field,
 *   corpus/bad-table, corpus/bad-archive, corpus/unreadable, corpus/too-few-documents.
 */
export async function readCorpus(given: readonly CorpusFile[], options: ReadCorpusOptions = {}): Promise<Corpus> {
  if (given.length === 0) throw new LabError('corpus/no-files', 'No file was given.', 'Pick text or JSON-lines files.');
  const maxBytes = options.maxBytes ?? MAX_BYTES;
  const files = await unpackedFiles(given, maxBytes);
  const ofBytes = files.reduce((sum, file) => sum + file.size, 0);
  if (ofBytes > maxBytes) throw tooLarge(ofBytes, maxBytes);
  const refused = new Map<CorpusFile, LabError>();
  for (let foresees = true; ;) {
    const gathered = new Gathering({ ...options, foresees });
    const reports = await gatherAll(files, refused, gathered, options);
    // A file that failed after giving documents is left out as a whole: the others are read anew without it.
    if (reports === null) continue;
    if (gathered.foresawWrongly) {
      foresees = false;
      continue;
    }
    if (gathered.count === 0) throw [...refused.values()][0] ?? emptyFile(files[0]!.name);
    if (gathered.count === 1 && !options.undivided) throw oneDocument(reports.find(({ documents }) => documents > 0)!);
    return corpusOf(files, refused, reports, gathered, options);
  }
}

/** Null where a file failed that had given documents already; it stands in `refused` then. */
async function gatherAll(
  files: readonly CorpusFile[],
  refused: Map<CorpusFile, LabError>,
  gathered: Gathering,
  options: ReadCorpusOptions,
): Promise<CorpusFileReport[] | null> {
  const ofBytes = files.reduce((sum, file) => sum + file.size, 0);
  const reports: CorpusFileReport[] = [];
  let bytesBefore = 0;
  for (const file of files) {
    const start = gathered.count;
    const account = newAccount();
    const left = { duplicates: 0, nearEmpty: 0 };
    const first: string[] = [];
    const onBytes = (): number => {
      const bytes = bytesBefore + Math.min(file.size, file.consumedBytes ?? account.bytes);
      options.onProgress?.({ file: file.name, bytes, ofBytes });
      return bytes;
    };
    try {
      const known = refused.get(file);
      if (known) throw known;
      if (file.size === 0) throw emptyFile(file.name);
      for await (const batch of cutFile(file, account, readingOf(file, options))) {
        gathered.add(batch, (outcome, text) => {
          if (outcome !== 'kept') left[outcome]++;
          else if (first.length < FIRST_DOCUMENTS) first.push(excerptOf(text));
        });
        gathered.expectShare(onBytes() / ofBytes);
      }
      if (gathered.count === start && left.duplicates === 0) throw nothingRead(file.name, account);
      reports.push(reportOf(file, account, gathered.count - start, { ...left, first }));
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      refused.set(file, error);
      if (gathered.count > start || left.duplicates > 0) return null;
      reports.push(refusal(file, error));
    }
    bytesBefore += file.size;
    options.onProgress?.({ file: file.name, bytes: bytesBefore, ofBytes });
  }
  return reports;
}

function corpusOf(
  files: readonly CorpusFile[],
  refused: ReadonlyMap<CorpusFile, LabError>,
  reports: readonly CorpusFileReport[],
  gathered: Gathering,
  options: ReadCorpusOptions,
): Corpus {
  const sum = (of: (report: CorpusFileReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  const duplicates = sum((report) => report.duplicates);
  const readable = files.filter((file) => !refused.has(file));
  const { train, ...texts } = gathered.finish((cutoff, isByDocument, signal) =>
    readTrainingDocuments(
      readable,
      { cutoff, isByDocument, hasDuplicates: duplicates > 0 },
      { ...options, ...(signal && { signal }) },
    ),
  );
  let cut: readonly string[] | undefined;
  return {
    name: options.name ?? (files.length === 1 ? files[0]!.name : `${files[0]!.name} + ${files.length - 1}`),
    get train() {
      return (cut ??= train());
    },
    ...texts,
    files: gathered.entityCount === 1 ? reports.map(withOneEntity) : reports,
    documents: gathered.count,
    entities: gathered.entityCount,
    duplicates,
    nearEmpty: sum((report) => report.nearEmpty),
    invalidBytes: sum((report) => report.invalidBytes),
    ...(options.source !== undefined && { source: options.source }),
    ...(options.licence !== undefined && { licence: options.licence }),
  };
}

/** The same documents as in the first reading, without those held out. */
async function* readTrainingDocuments(
  files: readonly CorpusFile[],
  {
    cutoff,
    isByDocument,
    hasDuplicates,
  }: { readonly cutoff: number; readonly isByDocument: boolean; readonly hasDuplicates: boolean },
  options: ReadCorpusOptions,
): AsyncGenerator<readonly string[]> {
  const seen = hasDuplicates ? new DocumentSet() : null;
  for (const file of files) {
    for await (const batch of cutFile(file, newAccount(), readingOf(file, options))) {
      const kept = batch.texts.filter(
        (text, at) =>
          !isNearEmpty(text) &&
          seen?.add(text) !== false &&
          splitHash(text, isByDocument ? undefined : batch.entities[at]) > cutoff,
      );
      if (kept.length > 0) yield kept;
    }
  }
}

function readingOf(file: CorpusFile, options: ReadCorpusOptions): CutOptions {
  return { ...options, ...options.choices?.[file.name] };
}

function reportOf(
  file: CorpusFile,
  { bytes, invalidBytes, format, recordsWithoutText, fields, doubts }: FileAccount,
  documents: number,
  kept: Pick<CorpusFileReport, 'duplicates' | 'nearEmpty' | 'first'>,
): CorpusFileReport {
  return {
    name: file.name,
    bytes,
    format,
    documents,
    ...kept,
    invalidBytes,
    recordsWithoutText,
    ...(fields && { fields }),
    doubts,
  };
}

/** Spellings of one molecule, games of one opening: nothing else is there to hold out, so documents are split. */
function withOneEntity(report: CorpusFileReport): CorpusFileReport {
  const doubt: Doubt = { kind: 'one-entity', count: report.documents, of: report.documents };
  return report.documents > 1 ? { ...report, doubts: [...report.doubts, doubt] } : report;
}

/** Documents that a report shows, and UTF-16 units of each. */
const FIRST_DOCUMENTS = 5;
const EXCERPT_LENGTH = 1000;

function excerptOf(document: string): string {
  return document.length <= EXCERPT_LENGTH ? document : `${document.slice(0, EXCERPT_LENGTH).replace(/\p{Cs}$/u, '')}…`;
}

function refusal(file: CorpusFile, error: LabError): CorpusFileReport {
  return {
    ...reportOf(file, { ...newAccount(), bytes: file.size }, 0, { duplicates: 0, nearEmpty: 0, first: [] }),
    refused: { code: error.code, message: error.message, hint: error.hint },
  };
}

function nothingRead(name: string, { format, doubts }: FileAccount): LabError {
  const unlike = doubts.find(({ kind }) => kind === 'unlike-format');
  if (!unlike) return emptyFile(name);
  const { count, line, excerpt } = unlike;
  return new LabError(
    'corpus/empty',
    `${name} was read as ${format}, and none of its ${count} lines looks like it: line ${line} is "${excerpt}".`,
    'Choose what a document is, or leave the choice to the lab.',
    { file: name, format: format ?? '', lines: count },
  );
}

function emptyFile(name: string): LabError {
  return new LabError('corpus/empty', `${name} holds no text.`, 'Pick a file with text in it.', { file: name });
}

function oneDocument({ name, bytes, format, fields, duplicates }: CorpusFileReport): LabError {
  const field = fields ? `, field \`${fields.chosen}\`` : '';
  if (duplicates > 0) {
    return new LabError(
      'corpus/too-few-documents',
      `${name}, read as ${format}${field}, is one document, and ${duplicates} duplicates of it; a part must be held out to measure on.`,
      fields ? 'Name another field, or give texts that differ.' : 'Give texts that differ, or say what a document is.',
      { documents: 1, format, duplicates },
    );
  }
  const isGathered = format === 'paragraphs' || format === 'line-groups';
  if (isGathered && bytes < LONGEST_GATHERED * DOCUMENT_BYTES) {
    // A paragraph that goes on is cut later.
    const least = (bytes > DOCUMENT_BYTES ? LONGEST_GATHERED : 1) * DOCUMENT_BYTES + 1;
    return new LabError(
      'corpus/too-few-documents',
      `${name} holds ${bytes} bytes of text; read as ${format}, at least ${least} are needed: documents are gathered to about ${DOCUMENT_BYTES} bytes each, and a part must be held out to measure on.`,
      'Give more text, or read each line as a document of its own.',
      { documents: 1, format, bytes, least },
    );
  }
  return new LabError(
    'corpus/too-few-documents',
    `${name}, read as ${format}${field}, is one document; a part must be held out to measure on.`,
    'Give text with blank lines between paragraphs, one document a line, or more files; or say what a document is.',
    { documents: 1, format },
  );
}

function tooLarge(bytes: number, maxBytes: number): LabError {
  const gibibytes = (value: number): string => `${(value / 2 ** 30).toFixed(0)} GiB`;
  return new LabError(
    'corpus/too-large',
    `The files hold ${gibibytes(bytes)}; the lab reads at most ${gibibytes(maxBytes)}.`,
    'Give a sample: a verdict needs a few megabytes. Training at scale goes on elsewhere from the download.',
    { bytes, maxBytes },
  );
}
