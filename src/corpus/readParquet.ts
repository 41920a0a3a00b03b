// Parquet by hyparquet, all its compressions included.
import { LabError } from '../error';
import type { CorpusFile } from './decodeText';
import type { Emit, RecordsAccount } from './cutter';
import { type DataRecord, fieldChoice, likelyTextField, noTextField, textOf } from './records';

/** Records that the list of text fields is read from. */
const SAMPLE_RECORDS = 100;

/**
 * Yields the bytes behind it after each row group.
 * @throws LabError corpus/bad-table, corpus/no-text-field.
 */
export async function* readParquet(
  file: CorpusFile,
  account: RecordsAccount,
  emit: Emit,
  textField?: string,
): AsyncGenerator<number> {
  const { open, read } = await parquetReader(file);
  const { groups, bytes } = await open();
  const sample = await read({ rowStart: 0, rowEnd: Math.min(groups[0] ?? 0, SAMPLE_RECORDS) });
  const field = textField ?? likelyTextField(sample.find((record) => likelyTextField(record) !== undefined) ?? {});
  const rows = groups.reduce((sum, count) => sum + count, 0);
  if (field === undefined || !sample.some((record) => field in record)) {
    throw noTextField(file.name, rows, rows, field);
  }
  account.fields = fieldChoice(sample, field);
  let rowStart = 0;
  for (const [group, count] of groups.entries()) {
    for (const record of await read({ rowStart, rowEnd: rowStart + count, columns: [field] })) {
      const text = textOf(record, field);
      if (text === null) account.recordsWithoutText++;
      else emit(text);
    }
    rowStart += count;
    yield bytes * ((group + 1) / groups.length);
  }
  if (account.recordsWithoutText * 2 >= rows) throw noTextField(file.name, rows, account.recordsWithoutText, field);
}

interface Rows {
  readonly rowStart: number;
  readonly rowEnd: number;
  readonly columns?: string[];
}

/** A row group at a time, by ranges where the file has them; else the whole file stands in memory. */
async function parquetReader(file: CorpusFile) {
  const [{ parquetMetadataAsync, parquetReadObjects }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ]);
  const slice = file.slice?.bind(file);
  const buffer = slice
    ? { byteLength: file.size, slice: (start: number, end = file.size) => slice(start, end).arrayBuffer() }
    : await new Response(file.stream() as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer();
  const metadata = parquetMetadataAsync(buffer);
  const guarded = async <T>(reading: () => Promise<T>): Promise<T> => {
    try {
      return await reading();
    } catch (cause) {
      throw badTable(file.name, cause);
    }
  };
  return {
    open: () =>
      guarded(async () => ({
        groups: (await metadata).row_groups.map((group) => Number(group.num_rows)),
        bytes: file.size,
      })),
    read: (rows: Rows): Promise<DataRecord[]> =>
      guarded(async () => parquetReadObjects({ file: buffer, metadata: await metadata, compressors, ...rows })),
  };
}

function badTable(file: string, cause: unknown): LabError {
  return new LabError(
    'corpus/bad-table',
    `${file} could not be read as Parquet: ${(cause as Error).message}`,
    'The file is damaged or not whole; fetch it again.',
    { file },
    cause,
  );
}
