// One file to its documents, batch by batch as they are read, so that a file of any size passes through. What it tells of the
// file beside them is in the account, which is whole once the last batch was taken.
import { LabError } from '../error';
import { isLfsPointer, refuseLfsPointer } from '../gitLfs';
import type { DocumentFormat } from './corpus';
import type { DocumentCutter, Emit, RecordsAccount } from './cutter';
import { type CorpusFile, decodeText, startOf } from './decodeText';
import { createCutter } from './documentCutter';
import { detectFormat } from './documentFormat';
import { headOf, type FileHead } from './fileHead';
import { LineSplitter } from './lines';
import { readParquet } from './records/parquet';

/** Documents in their order: two lists, since an object for each of millions would be collected again. */
export interface CutBatch {
  readonly texts: readonly string[];
  /** What each is about, where several may be about the same. */
  readonly entities: readonly (string | undefined)[];
}

export interface FileAccount extends RecordsAccount {
  /** Read so far, unpacked. */
  bytes: number;
  invalidBytes: number;
  format: DocumentFormat | null;
}

export interface CutOptions {
  /** Default: told from the file's name and content. */
  readonly format?: DocumentFormat | 'auto';
  /** Field of JSON, CSV or Parquet that holds the text, or a path such as `data.text`. Default: told from the records. */
  readonly textField?: string;
  readonly signal?: AbortSignal;
}

export function newAccount(): FileAccount {
  return { bytes: 0, invalidBytes: 0, format: null, recordsWithoutText: 0, fields: undefined, doubts: [] };
}

/** @throws LabError corpus/not-text, corpus/no-text-field, corpus/bad-table, corpus/bad-archive, corpus/too-large, corpus/unreadable. */
export async function* cutFile(
  file: CorpusFile,
  account: FileAccount,
  options: CutOptions = {},
): AsyncGenerator<CutBatch> {
  let [texts, entities]: [string[], (string | undefined)[]] = [[], []];
  const emit: Emit = (text, entity) => {
    texts.push(text);
    entities.push(entity);
  };
  try {
    const reading = (await isParquet(file, options))
      ? cutParquet(file, account, options, emit)
      : cutText(file, account, options, emit);
    for await (const _ of reading) {
      if (texts.length === 0) continue;
      yield { texts, entities };
      [texts, entities] = [[], []];
    }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotReadableError') throw unreadable(file.name, error);
    throw error;
  }
  if (texts.length > 0) yield { texts, entities };
}

/** Files of a download's cache have no names; what has the name may be text that was called so, or a pointer to the file. */
async function isParquet(file: CorpusFile, { format }: CutOptions): Promise<boolean> {
  const isAsked = format === 'parquet';
  const isNamed = /\.parquet$/iu.test(file.name);
  if (!isAsked && !isNamed && !file.slice) return false;
  const start = await startOf(file, START_BYTES);
  if (new TextDecoder().decode(start.subarray(0, 4)) === 'PAR1') return true;
  return isAsked ? !isLfsPointer(start) : isNamed && !isText(start);
}

/** Bytes that tell text from Parquet. */
const START_BYTES = 512;

function isText(start: Uint8Array): boolean {
  // Control characters below a tab stand in no text.
  if (start.some((byte) => byte < 9)) return false;
  try {
    // The last character may be cut off.
    new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true });
    return true;
  } catch {
    return false;
  }
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
  const chunks = decodeText(file, account, options.signal);
  const head = await headOf(chunks);
  refuseLfsPointer(file.name, head.text, 'corpus/not-text');
  account.format = formatOf(file.name, head, options.format);
  const { textField } = options;
  const cutter = await createCutter(account.format, { fileName: file.name, emit, textField }, head);
  const take = taking(cutter, file.name);
  take.add(head.text);
  yield;
  for await (const chunk of chunks) {
    take.add(chunk);
    yield;
  }
  take.finish();
  account.recordsWithoutText = cutter.recordsWithoutText;
  account.fields = cutter.fields;
  account.doubts = cutter.doubts;
}

function formatOf(name: string, head: FileHead, asked: CutOptions['format']): Exclude<DocumentFormat, 'parquet'> {
  return asked === undefined || asked === 'auto' || asked === 'parquet' ? detectFormat(name, head) : asked;
}

/** Chunks of text as the cutter takes them. */
function taking(cutter: DocumentCutter, fileName: string): { add(chunk: string): void; finish(): void } {
  if (cutter.takes === 'text') return cutter;
  const splitter = new LineSplitter(fileName);
  const addAll = (lines: readonly string[]): void => {
    if (cutter.addAll) cutter.addAll(lines);
    else for (const line of lines) cutter.add(line);
  };
  return {
    add: (chunk) => addAll(splitter.add(chunk)),
    finish: () => {
      addAll(splitter.finish());
      cutter.finish();
    },
  };
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
