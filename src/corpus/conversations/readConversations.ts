// JSON lines, or one JSON list, to conversations. Nothing is left out in silence: every record that is no conversation is named by its
// line, its field and what is expected there, and then nothing is read at all.
import { LabError } from '../../error';
import { decodeText, type CorpusFile } from '../decodeText';
import { heldOutCutoff, splitHash } from '../heldOut';
import { LineSplitter } from '../lines';
import { parseJson } from '../records/jsonText';
import { utf8Length } from '../utf8Length';
import type { Conversation, Turn } from './conversation';
import { recordFormNames, recordForms, type RawRecord, type RecordFormName } from './forms/index';
import { RecordProblem, shown } from './recordProblem';

export interface ReadConversations {
  readonly train: readonly Conversation[];
  readonly heldOut: readonly Conversation[];
  /** Records of each form that was found. */
  readonly forms: Readonly<Partial<Record<RecordFormName, number>>>;
  /** Conversations that stood there again. */
  readonly duplicates: number;
}

/** So many problems are told; the rest is counted. */
const MOST_TOLD = 5;

/**
 * Split by what the user asks first, so that a question is never on both sides.
 * @throws LabError corpus/bad-conversations, corpus/too-few-conversations, corpus/not-text.
 */
export async function readConversations(
  files: readonly CorpusFile[],
  signal?: AbortSignal,
): Promise<ReadConversations> {
  const records = new ConversationRecords();
  for (const file of files) await readFile(file, records, signal);
  return records.finish();
}

async function readFile(file: CorpusFile, records: ConversationRecords, signal: AbortSignal | undefined) {
  const lines: string[] = [];
  const splitter = new LineSplitter(file.name);
  const counted = { bytes: 0, invalidBytes: 0 };
  for await (const text of decodeText(file, counted, signal)) lines.push(...splitter.add(text));
  lines.push(...splitter.finish());
  if (
    lines
      .find((line) => line.trim() !== '')
      ?.trimStart()
      .startsWith('[')
  ) {
    const list = parseJson(lines.join('\n'));
    if (Array.isArray(list)) {
      for (const [at, record] of list.entries()) records.add(record, `${file.name}, record ${at + 1}`);
      return;
    }
  }
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const place = `${file.name}, line ${at + 1}`;
    const record = parseJson(line.trim().replace(/,$/u, ''));
    if (record === undefined) records.refuse(place, 'is no JSON; expected is one object a line');
    else records.add(record, place);
  }
}

class ConversationRecords {
  private readonly found: Conversation[] = [];
  private readonly seen = new Set<string>();
  private readonly forms: Partial<Record<RecordFormName, number>> = {};
  private readonly problems: string[] = [];
  private wrong = 0;
  private duplicates = 0;

  add(record: unknown, place: string): void {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      return this.refuse(place, `is ${shown(record)}; expected is an object`);
    }
    const name = recordFormNames.find((form) => recordForms[form].fits(record as RawRecord));
    if (!name) {
      const fields = Object.keys(record).slice(0, 8).join(', ');
      const forms = recordFormNames.map((form) => recordForms[form].about).join('; or ');
      return this.refuse(place, `has the fields ${fields || 'none'}; expected is ${forms}`);
    }
    try {
      for (const turns of recordForms[name].read(record as RawRecord)) this.keep(turns, place);
      this.forms[name] = (this.forms[name] ?? 0) + 1;
    } catch (thrown) {
      if (!(thrown instanceof RecordProblem)) throw thrown;
      this.refuse(place, thrown.message);
    }
  }

  refuse(place: string, what: string): void {
    this.wrong++;
    if (this.problems.length < MOST_TOLD) this.problems.push(`${place}: ${what}.`);
  }

  finish(): ReadConversations {
    if (this.wrong > 0) {
      const more = this.wrong - this.problems.length;
      throw new LabError(
        'corpus/bad-conversations',
        [...this.problems, ...(more > 0 ? [`And ${more} more.`] : [])].join('\n'),
        'Mend these records or take them out; nothing was read.',
        { wrong: this.wrong, problems: this.problems },
      );
    }
    const bytesOf = new Map<number, number>();
    const hashes = this.found.map(({ turns }) => splitHash('', questionOf(turns)));
    for (const [at, { turns }] of this.found.entries()) {
      bytesOf.set(hashes[at]!, (bytesOf.get(hashes[at]!) ?? 0) + bytesOfTurns(turns));
    }
    if (bytesOf.size < 2) {
      throw new LabError(
        'corpus/too-few-conversations',
        `There ${bytesOf.size === 1 ? 'is one question' : 'are no questions'} in the instructions; some must be held out to measure on.`,
        'Give conversations about several questions.',
        { conversations: this.found.length },
      );
    }
    const cutoff = heldOutCutoff(bytesOf);
    return {
      train: this.found.filter((_, at) => hashes[at]! > cutoff),
      heldOut: this.found.filter((_, at) => hashes[at]! <= cutoff),
      forms: this.forms,
      duplicates: this.duplicates,
    };
  }

  private keep(turns: readonly Turn[], place: string): void {
    const key = JSON.stringify(turns);
    if (this.seen.has(key)) this.duplicates++;
    else this.found.push({ turns, place });
    this.seen.add(key);
  }
}

function questionOf(turns: readonly Turn[]): string {
  return turns.find(({ role }) => role === 'user')!.content;
}

export function bytesOfTurns(turns: readonly Turn[]): number {
  return turns.reduce((sum, { content }) => sum + utf8Length(content), 0);
}
