// `messages`, as OpenAI and TRL write them, or `conversations` with `from` and `value`, as ShareGPT does.
import { chatRoles, requireOrder, type ChatRole, type Turn } from '../conversation';
import { RecordProblem, shown, textAt } from '../recordProblem';
import type { RawRecord, RecordForm } from './form';

/** Names that stand for a role. */
const roles: Readonly<Record<string, ChatRole>> = {
  ...Object.fromEntries(chatRoles.map((role) => [role, role])),
  human: 'user',
  gpt: 'assistant',
};

const lists = ['messages', 'conversations'] as const;
const keys = { role: ['role', 'from'], content: ['content', 'value'] } as const;

const keyOf = (turn: RawRecord, kind: keyof typeof keys): string =>
  keys[kind].find((key) => turn[key] !== undefined) ?? keys[kind][0];

export const messages: RecordForm = {
  about: '`messages`, a list of {"role", "content"}',
  fits: (record) => lists.some((list) => record[list] !== undefined),
  read(record) {
    const list = lists.find((name) => record[name] !== undefined)!;
    const items = record[list];
    if (!Array.isArray(items)) throw new RecordProblem(list, shown(items), 'a list of {"role", "content"}');
    const turns = items.map((item: unknown, at) => turnOf(item, `${list}[${at}]`));
    const roleField = (at: number) => `${list}[${at}].${keyOf(items[at] as RawRecord, 'role')}`;
    requireOrder(turns, list, roleField);
    return [turns];
  },
};

function turnOf(item: unknown, path: string): Turn {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new RecordProblem(path, shown(item), 'an object with "role" and "content"');
  }
  const turn = item as RawRecord;
  const roleKey = keyOf(turn, 'role');
  const role = typeof turn[roleKey] === 'string' ? roles[turn[roleKey]] : undefined;
  if (!role) throw new RecordProblem(`${path}.${roleKey}`, shown(turn[roleKey]), `one of ${chatRoles.join(', ')}`);
  const key = keyOf(turn, 'content');
  return { role, content: textAt(turn, key, `${path}.${key}`) };
}
