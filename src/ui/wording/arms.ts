/** What an arm is in a few words, and the lines it is read against. */
import { msg, str } from '@lit/localize';
import type { RunKey, WrittenSpec } from '../../worker/index';
import { duration } from '../format';

type WrittenArm = WrittenSpec['arms'][string];
type Group = Exclude<keyof NonNullable<WrittenArm['stages']>[number]['moves'], undefined>;

/** What is trained of it; and that it is what the others are compared with. */
export function armNote({ stages }: WrittenArm, isControl: boolean): string {
  const trained = movesText(stages ?? []);
  return isControl ? msg(str`the control: ${trained}`) : trained;
}

function movesText(stages: NonNullable<WrittenArm['stages']>): string {
  const groups = new Set(stages.flatMap(({ moves }) => Object.keys(moves) as Group[]));
  if (groups.size === 0) return msg('not trained');
  if (groups.has('everything') || groups.has('body')) return msg('everything trained');
  if (groups.has('adapters')) return msg('adapters trained');
  if (groups.has('oldRows')) return msg('embeddings trained');
  return groups.has('newRows') ? msg('new rows trained') : msg('norms trained');
}

export const aSeedTakes = (seconds: number): string => msg(str`${duration(1000 * seconds)} a seed`);

export const runName = ({ arm, seed }: RunKey): string => msg(str`${arm}, seed ${seed}`);

export function referenceName(name: string): string {
  const names: Readonly<Record<string, () => string>> = {
    uniform: () => msg('uniform guess'),
    unigrams: () => msg('byte unigrams'),
    bigrams: () => msg('byte bigrams'),
  };
  return names[name]?.() ?? name;
}
