// Parquet by hyparquet, all its compressions included.
import { LabError } from '../error';
import type { CorpusFile } from './decodeText';
import type { DocumentCutter, Emit } from './cutter';
import { type DataRecord, fieldChoice, likelyTextField, noTextField, textOf } from './records';

/** Records that the list of text fields is read from. */
const SAMPLE_RECORDS = 100;

/** @throws LabError corpus/bad-table, corpus/no-text-field. */
export async function readParquet(
  file: CorpusFile,
  emit: Emit,
  textField?: string,
): Promise<Pick<DocumentCutter, 'recordsWithoutText' | 'fields'>> {
  const [{ parquetReadObjects }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ]);
  const bytes = await new Response(file.stream() as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer();
  let records: DataRecord[];
  try {
    records = await parquetReadObjects({ file: bytes, compressors });
  } catch (cause) {
    throw new LabError(
      'corpus/bad-table',
      `${file.name} could not be read as Parquet: ${(cause as Error).message}`,
      'The file is damaged or not whole; fetch it again.',
      { file: file.name },
      cause,
    );
  }
  const field = textField ?? likelyTextField(records.find((record) => likelyTextField(record) !== undefined) ?? {});
  let recordsWithoutText = 0;
  for (const record of records) {
    const text = textOf(record, field);
    if (text === null) recordsWithoutText++;
    else emit(text);
  }
  if (recordsWithoutText * 2 >= records.length) throw noTextField(file.name, records.length, recordsWithoutText, field);
  return { recordsWithoutText, fields: fieldChoice(records.slice(0, SAMPLE_RECORDS), field) };
}
