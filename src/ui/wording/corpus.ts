/** What was taken of a file: the names of formats, and doubts as sentences. */
import { msg, str } from '@lit/localize';
import type { Doubt, DocumentFormat, SampleSummary, TakenFile, WrittenSpec } from '../../worker/index';
import { count } from '../format';
import { sourceLocale } from '../locales/codes';
import { locale } from '../localization';

export function formatNames(): Record<DocumentFormat, string> {
  return {
    lines: msg('a document a line'),
    paragraphs: msg('paragraphs'),
    'line-groups': msg('groups of lines'),
    file: msg('the file as one document'),
    'json-lines': msg('JSON lines'),
    json: msg('JSON'),
    smiles: 'SMILES',
    fasta: 'FASTA',
    fastq: 'FASTQ',
    pgn: msg('chess games (PGN)'),
    abc: msg('tunes (ABC)'),
    mediawiki: msg('pages of a wiki (XML dump)'),
    table: msg('a table (CSV, TSV)'),
    parquet: 'Parquet',
  };
}

export function doubtSentence(doubt: Doubt, { format }: Pick<TakenFile, 'format'>): string {
  const [some, all] = [count(doubt.count), count(doubt.of)];
  const name = format === null ? '' : formatNames()[format];
  const sentences: Record<Doubt['kind'], () => string> = {
    'unlike-format': () =>
      doubt.line === undefined
        ? msg(str`${some} of ${all} do not look like ${name}`)
        : isOfRecords(format)
          ? msg(str`${some} of ${all} records do not look like ${name}: ${linesText(doubt)}`)
          : msg(str`${some} of ${all} lines do not look like ${name}: ${linesText(doubt)}`),
    'without-text': () =>
      doubt.line === undefined
        ? msg(str`${some} of ${all} records have no text and were left out`)
        : msg(str`${some} of ${all} records have no text and were left out: ${linesText(doubt)}`),
    'uncertain-field': () => msg(str`the field ${doubt.field ?? ''} may hold the text as well`),
    'one-entity': () => msg(str`all ${all} documents are about the same thing; held-out text resembles training text`),
  };
  return sentences[doubt.kind]();
}

/** The first of several, then an ellipsis. */
function linesText({ line, lines, count: all }: Doubt): string {
  if (!lines) return msg(str`line ${count(line!)}`);
  return msg(str`lines ${lines.map(count).join(', ')}${all > lines.length ? ', …' : ''}`);
}

/** A record may take several lines, and a line hold several. */
const isOfRecords = (format: DocumentFormat | null): boolean =>
  format === 'json' || format === 'json-lines' || format === 'table' || format === 'parquet';

/** By their ids; one that is not known here keeps the title it brings. */
export function sampleTitle({ id, title }: Pick<SampleSummary, 'id' | 'title'>): string {
  const titles: Readonly<Record<string, () => string>> = {
    molecules: () => msg('Molecules in SMILES'),
    licences: () => msg('Software licences'),
    'tang-poems': () => msg('唐詩 Tang poems'),
    'english-prose': () => msg('English prose'),
    'general-english': () => msg('General English'),
  };
  return titles[id]?.() ?? title;
}

/** An experiment's name as it is shown: where the lab gave it, in the language of the page; a visitor's own as it is written. */
export function experimentName({ name, corpus }: Pick<WrittenSpec, 'name' | 'corpus'>): string {
  const [, text, asked] = /^(.+): (tokens of its own\?|adapted)$/.exec(name) ?? [];
  if (text === undefined || locale() === sourceLocale) return name;
  const title = corpus.sample === undefined ? text : sampleTitle({ id: corpus.sample, title: text });
  return asked === 'adapted' ? msg(str`${title}: adapted`) : msg(str`${title}: tokens of its own?`);
}
