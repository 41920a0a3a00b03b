// Parquet by hyparquet, all its compressions included: the field is told from rows of several row groups, and then its columns alone
// are read, a row group at a time.
import type { FileMetaData } from 'hyparquet';
import { LabError } from '../../error';
import type { Emit, RecordsAccount } from '../cutter';
import type { CorpusFile } from '../decodeText';
import { awaitsText } from './textField';
import { LONGEST_SAMPLE, RecordTexts, SAMPLE_RECORDS } from './recordTexts';
import type { DataRecord } from './valueText';

/** Compressed bytes that are read for the choice of the field after the first row group. */
const SAMPLE_BYTES = 64 * 2 ** 20;

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
  const table = await openTable(file);
  if (table.groups.length === 0) return;
  const texts = new RecordTexts({ name: file.name, ...BROKEN }, emit, textField);
  const named = textField === undefined ? [] : columnsOf(textField, table.names);
  const source = texts.decideFrom(await sampleOf(table, [...new Set([...table.columns, ...named])]));
  const columns = columnsOf(source.name, table.names);
  for (const [at, group] of table.groups.entries()) {
    for (const record of await table.read(group, group.rows, columns)) texts.add(record, 0);
    account.recordsWithoutText = texts.recordsWithoutText;
    account.doubts = texts.doubts;
    account.fields = texts.fields;
    yield file.size * ((at + 1) / table.groups.length);
  }
  texts.finish();
}

/** Values that cannot be read fail the whole file, so that these are never said. */
const BROKEN = { brokenCode: 'corpus/bad-table', brokenHint: '' };

interface RowGroup {
  readonly start: number;
  readonly rows: number;
  readonly bytes: number;
}

interface Table {
  readonly names: readonly string[];
  /** Those that may hold text, be it further down, or a number beside it. */
  readonly columns: readonly string[];
  /** Empty ones are left out. */
  readonly groups: readonly RowGroup[];
  read(group: RowGroup, rows: number, columns: readonly string[]): Promise<DataRecord[]>;
}

/**
 * Rows of the first row group, and of more of them, evenly over the file, until there are enough; more rows of them where the known
 * names have no text yet.
 */
async function sampleOf({ groups, read }: Table, columns: readonly string[]): Promise<DataRecord[]> {
  let records: DataRecord[] = [];
  let bytes = -(groups[0]?.bytes ?? 0);
  for (const most of [SAMPLE_RECORDS, LONGEST_SAMPLE]) {
    records = [];
    for (const at of spreadOrder(groups.length)) {
      const group = groups[at]!;
      bytes += group.bytes;
      if (bytes > SAMPLE_BYTES) return records;
      records.push(...(await read(group, Math.min(group.rows, most), columns)));
      if (records.length >= most && !awaitsText(records)) return records;
      if (records.length >= LONGEST_SAMPLE) return records;
    }
    if (!awaitsText(records)) break;
  }
  return records;
}

/** The first, the middle, the quarters, and so on. */
function spreadOrder(count: number): number[] {
  const order = new Set<number>(count > 0 ? [0] : []);
  for (let parts = 2; order.size < count; parts *= 2) {
    for (let part = 1; part < parts; part += 2) order.add(Math.floor((count * part) / parts));
  }
  return [...order];
}

/** The columns that a field, a path or several joined lie in. */
function columnsOf(field: string, names: readonly string[]): readonly string[] {
  if (names.includes(field)) return [field];
  return names.filter((name) => field.split('+').some((part) => part === name || part.startsWith(`${name}.`)));
}

/** A row group at a time, by ranges where the file has them; else the whole file stands in memory. */
async function openTable(file: CorpusFile): Promise<Table> {
  const [{ parquetMetadataAsync, parquetReadObjects, parquetSchema }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ]);
  const guarded = async <T>(reading: () => Promise<T>): Promise<T> => {
    try {
      return await reading();
    } catch (cause) {
      throw badTable(file.name, cause);
    }
  };
  const slice = file.slice?.bind(file);
  const buffer = slice
    ? { byteLength: file.size, slice: (start: number, end = file.size) => slice(start, end).arrayBuffer() }
    : await new Response(file.stream() as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer();
  const start = new TextDecoder().decode(await buffer.slice(0, MAGIC.length));
  if (start !== MAGIC) throw noParquet(file.name);
  return guarded(async () => {
    const metadata = await parquetMetadataAsync(buffer);
    const schema = parquetSchema(metadata);
    refuseStrangeColumns(metadata, schema);
    let start = 0;
    const groups = metadata.row_groups.map((group) => {
      const rows = Number(group.num_rows);
      start += rows;
      return { start: start - rows, rows, bytes: Number(group.total_compressed_size ?? group.total_byte_size) };
    });
    return {
      names: schema.children.map(({ element }) => element.name),
      columns: schema.children.filter(mayHoldText).map(({ element }) => element.name),
      groups: groups.filter(({ rows }) => rows > 0),
      read: (group: RowGroup, rows: number, columns: readonly string[]): Promise<DataRecord[]> =>
        guarded(() =>
          parquetReadObjects({
            file: buffer,
            metadata,
            compressors,
            columns: [...columns],
            rowStart: group.start,
            rowEnd: group.start + rows,
          }),
        ),
    };
  });
}

const MAGIC = 'PAR1';

interface SchemaNode {
  readonly element: { readonly name: string; readonly type?: string };
  readonly path: readonly string[];
  readonly children: readonly SchemaNode[];
}

/**
 * hyparquet begins to read every column that a row group lists and waits for those of the schema: what fails in another would be
 * an error that nobody catches, which ends a Node process.
 */
function refuseStrangeColumns({ row_groups }: FileMetaData, schema: SchemaNode): void {
  const known = new Set(leavesOf(schema).map(({ path }) => path.join('\u0000')));
  for (const [at, { columns }] of row_groups.entries()) {
    const paths = columns.map(({ meta_data }) => meta_data?.path_in_schema.join('\u0000') ?? '');
    if (paths.some((path) => !known.has(path)) || new Set(paths).size < paths.length) {
      throw new Error(`row group ${at} has columns that the schema does not have`);
    }
  }
}

function leavesOf(node: SchemaNode): SchemaNode[] {
  return node.children.length === 0 ? [node] : node.children.flatMap(leavesOf);
}

/** Lists of numbers are left out: embeddings and images are large. */
function mayHoldText(node: SchemaNode): boolean {
  return node.children.length === 0 || holdsText(node);
}

function holdsText({ element, children }: SchemaNode): boolean {
  return element.type === 'BYTE_ARRAY' || children.some(holdsText);
}

function noParquet(file: string): LabError {
  return new LabError(
    'corpus/bad-table',
    `${file} is no Parquet file: it does not begin with ${MAGIC}.`,
    'Fetch it again, or leave the choice of the format to the lab.',
    { file },
  );
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
