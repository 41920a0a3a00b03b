/** What was taken of a corpus, for people (a line a file, a line a doubt) and as JSON. */
import type { CorpusSummary, Doubt, DocumentFormat, TakenFile } from '../lab/index';

const formatNames: Record<DocumentFormat, string> = {
  lines: 'lines, a document each',
  paragraphs: 'paragraphs',
  'line-groups': 'groups of lines',
  file: 'one document',
  'json-lines': 'JSON lines',
  json: 'JSON',
  smiles: 'SMILES',
  fasta: 'FASTA',
  fastq: 'FASTQ',
  pgn: 'PGN',
  abc: 'ABC tunes',
  mediawiki: 'a MediaWiki dump',
  table: 'a table',
  parquet: 'Parquet',
};

/** Files that are told one by one; a folder may hold thousands. */
const TOLD_FILES = 20;

export function takenLines(summary: CorpusSummary): string[] {
  const { files } = summary;
  const lines = files
    .slice(0, TOLD_FILES)
    .flatMap((file) => [takenLine(file), ...file.doubts.map((each) => `  doubt: ${doubtText(each, file)}`)]);
  const rest = files.length - TOLD_FILES;
  return [...lines, ...(rest > 0 ? [`and ${rest} more files`] : []), ...neededLine(summary)];
}

function neededLine({ documents, heldOutDocuments, documentsNeeded }: CorpusSummary): string[] {
  if (documentsNeeded === undefined) return [];
  const heldOut = heldOutDocuments === 1 ? '1 document is' : `${heldOutDocuments} documents are`;
  return [
    `  doubt: of ${documents}, ${heldOut} held out: too few for an interval, and so for a verdict; at least ${documentsNeeded} documents are needed`,
  ];
}

function takenLine({ name, format, fields, documents, duplicates, withoutText, refused }: TakenFile): string {
  if (refused) return `${name}: left out. ${refused.message} ${refused.hint}`;
  const as = format === null ? '' : ` read as ${formatNames[format]}`;
  const field = fields ? `, field \`${fields.chosen}\`` : '';
  const left = [
    ...(duplicates > 0 ? [`${duplicates} duplicates`] : []),
    ...(withoutText > 0 ? [`${withoutText} without text`] : []),
  ];
  return `${name}:${as}${field}: ${documents} documents${left.length > 0 ? ` (left out: ${left.join(', ')})` : ''}`;
}

export function doubtText(doubt: Doubt, { format }: Pick<TakenFile, 'format'>): string {
  const { count, of, line, lines, excerpt } = doubt;
  const shown = excerpt === undefined ? '' : ` ${excerpt}`;
  const more = lines && count > lines.length ? ', …' : '';
  const at = lines ? `: lines ${lines.join(', ')}${more}:` : line === undefined ? '' : `: line ${line}`;
  const texts: Record<Doubt['kind'], () => string> = {
    'unlike-format': () =>
      `${count} of ${of} ${line === undefined ? '' : isOfRecords(format) ? 'records ' : 'lines '}do not look like ${format === null ? 'it' : formatNames[format]}${at}${shown}`,
    'without-text': () => `${count} of ${of} records have no text and were left out${at}${shown}`,
    'uncertain-field': () => `the field \`${doubt.field ?? ''}\` may hold the text as well; --field names one`,
    'one-entity': () => `all ${of} documents are about the same thing; held-out text resembles training text`,
  };
  return texts[doubt.kind]();
}

/** A record may take several lines, and a line hold several. */
const isOfRecords = (format: DocumentFormat | null): boolean =>
  format === 'json' || format === 'json-lines' || format === 'table' || format === 'parquet';

/** As `lab corpus --json` answers. */
export function corpusAnswer(summary: CorpusSummary) {
  const { files, documents, trainDocuments, heldOutDocuments, trainBytes, heldOutBytes, duplicates, entities } =
    summary;
  return {
    files: takenFiles(summary),
    documents,
    train: trainDocuments,
    heldOut: heldOutDocuments,
    trainBytes,
    heldOutBytes,
    duplicates,
    withoutText: files.reduce((sum, file) => sum + file.withoutText, 0),
    entities,
    first: files.flatMap(({ first }) => first).slice(0, FIRST_DOCUMENTS),
    doubts: files.flatMap((file) =>
      file.doubts.map((doubt) => ({ file: file.name, ...doubt, message: doubtText(doubt, file) })),
    ),
  };
}

const FIRST_DOCUMENTS = 5;

/** What every verb that reads a corpus says of it in its JSON. */
export const takenFiles = ({ files }: Pick<CorpusSummary, 'files'>) =>
  files.map(({ fields, first: _, doubts, ...file }) => ({
    ...file,
    field: fields?.chosen ?? null,
    fields: fields?.found ?? [],
    doubts: doubts.length,
  }));
