// One file to its documents, batch by batch as they are read, so that a file of any size passes through. What it tells of the
// file beside them is in the account, which is whole once the last batch was taken.
import { LabError } from '../error';
import type { DocumentFormat } from './corpus';
import type { DocumentCutter, Emit, RecordsAccount } from './cutter';
import { type CorpusFile, decodeLines } from './decodeText';
import { createCutter } from './documentCutter';
import { detectFormat, SAMPLE_LINES } from './documentFormat';
import { readParquet } from './readParquet';

export interface CutDocument {
  readonly text: string;
  /** What it is about, where several may be about the same. */
  readonly entity: string | undefined;
}

export interface FileAccount extends RecordsAccount {
  /** Read so far, unpacked. */
  bytes: number;
  invalidBytes: number;
  format: DocumentFormat | null;
}

export interface CutOptions {
  /** Default: told from the file's name and first lines. */
  readonly format?: DocumentFormat | 'auto';
  /** Field of JSON lines, CSV or Parquet that holds the text. Default: told from the first records. */
  readonly textField?: string;
  readonly signal?: AbortSignal;
}

export function newAccount(): FileAccount {
  return { bytes: 0, invalidBytes: 0, format: null, recordsWithoutText: 0, fields: undefined };
}

/** @throws LabError corpus/not-text, corpus/no-text-field, corpus/bad-table, corpus/bad-archive, corpus/too-large, corpus/unreadable. */
export async function* cutFile(
  file: CorpusFile,
  account: FileAccount,
  options: CutOptions = {},
): AsyncGenerator<readonly CutDocument[]> {
  let batch: CutDocument[] = [];
  const emit: Emit = (text, entity) => batch.push({ text, entity });
  const isParquet = options.format === 'parquet' || /\.parquet$/iu.test(file.name);
  const reading = isParquet ? cutParquet(file, account, options, emit) : cutText(file, account, options, emit);
  try {
    for await (const _ of reading) {
      if (batch.length === 0) continue;
      yield batch;
      batch = [];
    }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotReadableError') throw unreadable(file.name, error);
    throw error;
  }
  if (batch.length > 0) yield batch;
}

async function* cutParquet(
  file: CorpusFile,
  account: FileAccount,
  { textField, signal }: CutOptions,
  emit: Emit,
): AsyncGenerator<void> {
  account.format = 'parquet';
  for await (const bytes of readParquet(file, account, emit, textField)) {
    signal?.throwIfAborted();
    account.bytes = bytes;
    yield;
  }
  account.bytes = file.size;
}

async function* cutText(file: CorpusFile, account: FileAccount, options: CutOptions, emit: Emit): AsyncGenerator<void> {
  const { format } = options;
  let cutter: DocumentCutter | null = null;
  let sample: string[] = [];
  const start = async (): Promise<DocumentCutter> => {
    const found =
      format === undefined || format === 'auto' || format === 'parquet'
        ? detectFormat(file.name, sample.slice(0, SAMPLE_LINES))
        : format;
    account.format = found;
    const made = await createCutter(found, file.name, emit, options.textField);
    for (const line of sample) made.add(line);
    sample = [];
    return made;
  };
  for await (const lines of decodeLines(file, account, options.signal)) {
    if (cutter !== null) for (const line of lines) cutter.add(line);
    else {
      sample = sample.concat(lines);
      if (sample.length >= SAMPLE_LINES) cutter = await start();
    }
    yield;
  }
  cutter ??= await start();
  cutter.finish();
  account.recordsWithoutText = cutter.recordsWithoutText;
  account.fields = cutter.fields;
}

function unreadable(file: string, cause: DOMException): LabError {
  return new LabError(
    'corpus/unreadable',
    `${file} cannot be read any more: it was moved or changed since it was picked.`,
    'Pick it again.',
    { file },
    cause,
  );
}
