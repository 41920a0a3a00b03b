/** The objectives by the name that a specification gives them. A new one is a file here and a row. */
import { answers } from './answers';
import { distillation } from './distillation';
import { nextToken } from './nextToken';
import type { Objective } from './objective';

export type { Objective } from './objective';

export const objectives = { 'next-token': nextToken, distillation, answers } satisfies Record<string, Objective>;

export type ObjectiveName = keyof typeof objectives;
export const objectiveNames = Object.keys(objectives) as readonly ObjectiveName[];
export const defaultObjective: ObjectiveName = 'next-token';

/** What these learn, in words, each said once. */
export function learnedText(names: readonly ObjectiveName[]): string {
  return [...new Set(names)].map((name) => objectives[name].about).join(', then ');
}

/** Text or instructions. @param stage the default objective where it names none. */
export const readBy = ({ objective = defaultObjective }: { readonly objective?: ObjectiveName }): Objective['reads'] =>
  objectives[objective].reads;

/** Whether the old cut of the same text teaches. @param stage the default objective where it names none. */
export const isTaughtBy = ({ objective = defaultObjective }: { readonly objective?: ObjectiveName }): boolean =>
  objectives[objective].isTaught === true;
