// What instruction tuning reads: turns that take turns. A system message may stand first; then user and assistant alternate, and the
// assistant has the last word, since its words alone are learned.
import { RecordProblem } from './recordProblem';

export const chatRoles = ['system', 'user', 'assistant'] as const;
export type ChatRole = (typeof chatRoles)[number];

export interface Turn {
  readonly role: ChatRole;
  readonly content: string;
}

export interface Conversation {
  readonly turns: readonly Turn[];
  /** Where it was read, as errors name it. */
  readonly place: string;
}

/** @param field of the turn at an index, as the record spells it. @throws RecordProblem for roles out of order or without an answer. */
export function requireOrder(turns: readonly Turn[], list: string, field: (at: number) => string): void {
  let next: ChatRole = 'user';
  for (const [at, { role }] of turns.entries()) {
    if (at === 0 && role === 'system') continue;
    if (role !== next) throw new RecordProblem(field(at), JSON.stringify(role), `${JSON.stringify(next)} here`);
    next = role === 'user' ? 'assistant' : 'user';
  }
  if (turns.at(-1)?.role === 'assistant') return;
  const last = turns.at(-1);
  throw new RecordProblem(list, last ? `ended by ${last.role}` : 'empty', 'an answer of the assistant at its end');
}
