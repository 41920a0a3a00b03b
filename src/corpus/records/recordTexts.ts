// Records to documents, whatever file they come from. The first some hundred are held back until the field of the text is told
// from them; a field that was named is taken whatever is in it. Records without text are left out and counted, and those that
// could not be read at all; a file of which half could not be read is not what it was taken for.
import { LabError } from '../../error';
import { type Doubt, type FieldChoice, namedLines } from '../corpus';
import type { CutterAccount, Emit } from '../cutter';
import { areMolecules, moleculeIn } from '../notation/index';
import { KNOWN_NAMES } from './fieldNames';
import { sourceOf, type TextSource } from './fieldValue';
import { listRows, recordOf } from './listRows';
import { awaitsText, chooseTextField, type TextFieldChoice } from './textField';
import { type DataRecord, isRecord, textOfValue } from './valueText';

/** Records that the choice of a field looks at, and more of them while a known name stands there without a text. */
export const SAMPLE_RECORDS = 300;
export const LONGEST_SAMPLE = 10_000;
/** UTF-16 units of them. */
const SAMPLE_LENGTH = 2 ** 23;

/** A broken one among so many, and the whole is judged. */
const RECORDS_TO_JUDGE = 100;

/** UTF-16 units of what a doubt shows. */
const EXCERPT_LENGTH = 120;

/** What an error about a file of records is called with. */
export interface RecordsFile {
  readonly name: string;
  /** Of half broken files: `corpus/bad-json`, `corpus/bad-table`. */
  readonly brokenCode: string;
  /** Why so much of it may be broken, as a hint. */
  readonly brokenHint: string;
}

interface Held {
  readonly record: unknown;
  readonly line: number | undefined;
}

/** Records with the same thing wrong: where the first of them are, and what the very first looks like. */
interface Noted {
  readonly line?: number;
  readonly excerpt: string;
  readonly lines: number[];
}

const noted = (before: Noted | undefined, line: number | undefined, excerpt: () => string): Noted => {
  const found = before ?? { ...(line !== undefined && { line }), excerpt: excerpt(), lines: [] };
  if (line !== undefined && found.lines.length < namedLines) found.lines.push(line);
  return found;
};

/** As a doubt names them. */
const placed = (count: number, found: Noted | undefined) => {
  const { lines = [], ...first } = found ?? {};
  return { ...first, ...(count > 1 && lines.length > 1 ? { lines } : {}) };
};

export class RecordTexts implements CutterAccount {
  recordsWithoutText = 0;
  fields: FieldChoice | undefined;
  /** Read or broken. */
  records = 0;
  private held: Held[] = [];
  private heldLength = 0;
  /** Null until it is told. */
  private textOf: ((record: unknown) => string) | null = null;
  private source: TextSource | undefined;
  private choice: TextFieldChoice | undefined;
  /** Whether a record had the field that was named. */
  private wasThere = false;
  /** Whether the texts are molecules, of which several may be spellings of one. */
  private areMolecules = false;
  private texts = 0;
  private sampled = 0;
  private broken = 0;
  private unlike = 0;
  private unlikeAt: Noted | undefined;
  private brokenAt: Noted | undefined;
  private withoutAt: Noted | undefined;

  constructor(
    private readonly file: RecordsFile,
    private readonly emit: Emit,
    private readonly named: string | undefined,
  ) {}

  get doubts(): readonly Doubt[] {
    const { records: of, choice, unlike } = this;
    const without = this.recordsWithoutText - this.broken;
    const rival = this.named === undefined ? choice?.rival : undefined;
    return [
      ...(unlike > 0 ? [{ kind: 'unlike-format', count: unlike, of, ...placed(unlike, this.unlikeAt) } as const] : []),
      ...(without > 0
        ? [{ kind: 'without-text', count: without, of, ...placed(without, this.withoutAt) } as const]
        : []),
      ...(rival === undefined
        ? []
        : [{ kind: 'uncertain-field', count: this.sampled, of: this.sampled, field: rival } as const]),
    ];
  }

  /**
   * @param length UTF-16 units it came from.
   * @throws LabError corpus/no-text-field.
   */
  add(record: unknown, length: number, line?: number): void {
    this.records++;
    if (this.textOf) return this.take(record, line);
    this.held.push({ record, line });
    this.heldLength += length;
    if (this.isSampleEnough()) this.decide();
  }

  /** @throws LabError of the file's code where half of the records are broken. */
  addBroken(text: string, line: number): void {
    this.records++;
    this.broken++;
    this.recordsWithoutText++;
    this.brokenAt = noted(this.brokenAt, line, () => excerptOf(text));
    this.noteUnlike(text, line);
    if (this.records % RECORDS_TO_JUDGE === 0) this.judge();
  }

  /** A record that is not quite as its format says, and is read all the same. */
  noteUnlike(text: string, line: number): void {
    this.unlike++;
    this.unlikeAt = noted(this.unlikeAt, line, () => excerptOf(text));
  }

  /** @throws LabError corpus/no-text-field, or of the file's code. */
  finish(): void {
    this.judge();
    if (!this.textOf) this.decide();
    if (this.records === this.broken || this.texts > 0) return;
    throw this.source && !this.wasThere ? this.noSuchField(this.source.name) : this.noText();
  }

  private isSampleEnough(): boolean {
    const { length } = this.held;
    if (length >= LONGEST_SAMPLE || this.heldLength >= SAMPLE_LENGTH) return true;
    if (length < SAMPLE_RECORDS || length % SAMPLE_RECORDS > 0) return false;
    return this.named !== undefined || !awaitsText(this.held.map(({ record }) => record).filter(isRecord));
  }

  /**
   * Tells the field from records that need not be the first.
   * @throws LabError corpus/no-text-field.
   */
  decideFrom(records: readonly DataRecord[]): TextSource {
    this.sampled = records.length;
    this.choice = chooseTextField(records);
    const source = this.named === undefined ? this.choice.source : sourceOf(this.named);
    if (!source) throw this.noTextField(this.choice.found);
    this.source = source;
    this.fields = { chosen: source.name, found: [...new Set([...this.choice.found, source.name])].sort() };
    this.textOf = (record) => {
      if (!isRecord(record)) return '';
      this.wasThere ||= source.isIn(record);
      return source.textOf(record);
    };
    this.areMolecules = areMolecules(
      filled(records.map((record) => source.textOf(record))),
      isNamedSmiles(source.name),
    );
    return source;
  }

  private decide(): void {
    let held = this.held;
    this.held = [];
    const records = held.map(({ record }) => record).filter(isRecord);
    const lists = held.map(({ record }) => record).filter((record) => Array.isArray(record));
    const rows = lists.length === held.length ? listRows(lists) : null;
    if (rows) {
      const { columns, hasHeader } = rows;
      if (hasHeader) held = held.slice(1);
      this.records -= hasHeader ? 1 : 0;
      this.decideFrom(lists.slice(hasHeader ? 1 : 0).map((list) => recordOf(columns, list)));
      const { textOf } = this;
      this.textOf = (record) => (Array.isArray(record) ? textOf!(recordOf(columns, record)) : '');
    } else if (records.length * 2 > held.length) this.decideFrom(records);
    else {
      // Strings and lists have no fields: they are the texts.
      if (this.named !== undefined && held.length > 0) throw this.noFields(this.named);
      this.textOf = (record) => (isRecord(record) ? '' : textOfValue(record));
      this.areMolecules = areMolecules(
        filled(held.map(({ record }) => this.textOf!(record))),
        isNamedSmiles(this.file.name),
      );
    }
    for (const { record, line } of held) this.take(record, line);
  }

  private take(record: unknown, line: number | undefined): void {
    const text = this.textOf!(record);
    if (text.trim() !== '') {
      this.texts++;
      // Cells may bring a line end along, which is no part of a molecule.
      if (this.areMolecules) this.emit(text.trim(), moleculeIn(text));
      else this.emit(text);
      return;
    }
    this.recordsWithoutText++;
    this.withoutAt = noted(this.withoutAt, line, () => excerptOf(asJson(record)));
  }

  private judge(): void {
    if (this.broken === 0 || this.broken * 2 < this.records) return;
    const { line, excerpt, lines } = this.brokenAt!;
    const where =
      this.broken > 1 ? `in lines ${lines.join(', ')}${this.broken > lines.length ? ', …' : ''}` : `in line ${line}`;
    throw new LabError(
      this.file.brokenCode,
      `${this.file.name}: ${this.broken} of ${this.records} records cannot be read, ${where}: ${excerpt}`,
      this.file.brokenHint,
      { file: this.file.name, records: this.records, broken: this.broken, line },
    );
  }

  private noTextField(found: readonly string[]): LabError {
    return this.refused(
      `${this.file.name}: none of the fields of its first ${this.sampled} records looks like text${listed(found)}.`,
      `The text is looked for under names such as ${KNOWN_NAMES.join(', ')}. Name the field that holds it.`,
      found,
    );
  }

  private noSuchField(name: string): LabError {
    const found = this.choice?.found ?? [];
    return this.refused(
      `${this.file.name}: none of its ${this.records} records has a field \`${name}\`${listed(found)}.`,
      found.length > 0 ? 'Name one of these, or leave the choice open.' : 'Check the name.',
      found,
    );
  }

  private noFields(name: string): LabError {
    return this.refused(
      `${this.file.name}: its records have no fields, so there is no \`${name}\`.`,
      'Leave the field open: each record is a text itself.',
      [],
    );
  }

  private noText(): LabError {
    const where = this.source ? `in the field \`${this.source.name}\`` : 'in them';
    const found = (this.choice?.found ?? []).filter((field) => field !== this.source?.name);
    return this.refused(
      `${this.file.name}: none of its ${this.records} records has text ${where}${listed(found)}.`,
      'Name the field that holds the text.',
      found,
    );
  }

  private refused(message: string, hint: string, found: readonly string[]): LabError {
    const { records } = this;
    return new LabError('corpus/no-text-field', message, hint, { file: this.file.name, records, fields: found });
  }
}

const filled = (texts: readonly string[]): readonly string[] => texts.filter((text) => text.trim() !== '');

const isNamedSmiles = (name: string): boolean => /smiles/iu.test(name);

function listed(fields: readonly string[]): string {
  return fields.length === 0 ? '' : `; there are ${fields.map((field) => `\`${field}\``).join(', ')}`;
}

function asJson(record: unknown): string {
  try {
    return JSON.stringify(record, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)) ?? '';
  } catch {
    // Lists within lists deeper than the stack.
    return '';
  }
}

export function excerptOf(text: string): string {
  const line = text
    .trimStart()
    .slice(0, EXCERPT_LENGTH + 1)
    .replaceAll(/\s+/gu, ' ')
    .trimEnd();
  return line.length > EXCERPT_LENGTH ? `${line.slice(0, EXCERPT_LENGTH).replace(/\p{Cs}$/u, '')}…` : line;
}
