/** The verbs: each takes the command line's values, runs steps of the lab, and answers with a value and a text. */
import type { Command, Verb } from './arguments';
import { logitsVerb } from './verbs/logits';
import { generateVerb } from './verbs/generate';
import { tokenizeVerb } from './verbs/tokenize';

export interface Answer {
  /** Printed with --json. */
  readonly value: unknown;
  /** Printed without. */
  readonly text: string;
}

export const verbs: Readonly<Record<Verb, (command: Command) => Promise<Answer>>> = {
  tokenize: tokenizeVerb,
  logits: logitsVerb,
  generate: generateVerb,
} as Record<Verb, (command: Command) => Promise<Answer>>;
