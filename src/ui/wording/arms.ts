/** What an arm is in a few words, and the lines it is read against. */
import { msg, str } from '@lit/localize';
import type { ArmComparison, RunKey, WrittenSpec } from '../../worker/index';
import { count, duration } from '../format';
import type { Explanation } from '../parts/number';
import { noIntervalText, seedsText, textDocumentsText } from './counts';

type WrittenArm = WrittenSpec['arms'][string];
type Group = Exclude<keyof NonNullable<WrittenArm['stages']>[number]['moves'], undefined>;

/** What is trained of it; and that it is what the others are compared with. */
export function armNote({ stages }: WrittenArm, isControl: boolean): string {
  const trained = movesText(stages ?? []);
  return isControl ? msg(str`the control: ${trained}`) : trained;
}

export function movesText(stages: NonNullable<WrittenArm['stages']>): string {
  const groups = new Set(stages.flatMap(({ moves }) => Object.keys(moves) as Group[]));
  if (groups.size === 0) return msg('not trained');
  if (groups.has('everything') || groups.has('body')) return msg('everything trained');
  if (groups.has('adapters')) return msg('adapters trained');
  if (groups.has('oldRows')) return msg('embeddings trained');
  return groups.has('newRows') ? msg('new rows trained') : msg('norms trained');
}

/** Where the difference to the control comes from. */
export function differenceOrigin({ arm, against, heldOut }: ArmComparison): Explanation {
  const documents = heldOut?.documents ?? 0;
  return {
    name: msg(str`${arm} − ${against ?? '–'}`),
    formula: msg('(sum of NLL of the arm − that of the control) ÷ (ln 2 × bytes)'),
    meaning: !heldOut?.interval
      ? msg(str`Paired by document: ${noIntervalText(documents)}.`)
      : heldOut.levels === 'documents'
        ? msg(
            str`Paired by document: ${count(documents)} of them. 95\u00a0% interval, bootstrap over documents; one seed.`,
          )
        : msg(
            str`Paired by document and seed: ${textDocumentsText(documents)}, ${seedsText(heldOut.seeds.length)}. 95\u00a0% interval, bootstrap over both.`,
          ),
  };
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
