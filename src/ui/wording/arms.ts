/** What an arm is in a few words, and the lines it is read against. */
import { msg, str } from '@lit/localize';
import type { ArmComparison, RunKey, WrittenSpec } from '../../worker/index';
import { count, duration } from '../format';
import type { Explanation } from '../parts/number';
import { locale } from '../localization';
import { sourceLocale } from '../locales/codes';
import { noIntervalText, seedsText, textDocumentsText, tokensText } from './counts';
import { INITS, initName } from './modes';

type WrittenArm = WrittenSpec['arms'][string];
type Group = Exclude<keyof NonNullable<WrittenArm['stages']>[number]['moves'], undefined>;

/** Those that the lab gives itself (`armNames` in src/lab and what stands beside it), of which others are made. */
const ownNames: Readonly<Record<string, () => string>> = {
  base: () => msg('Untouched base'),
  'old vocabulary': () => msg('old vocabulary'),
  'new tokens': () => msg('new tokens'),
  'answers alone': () => msg('answers alone'),
};

const methodNames: Readonly<Record<string, () => string>> = {
  continued: () => msg('continued merges'),
  independent: () => msg('merges of their own'),
  added: () => msg('whole words'),
  atomic: () => msg('an alphabet of atoms'),
};

/**
 * An arm's name as it is shown: where the lab gave it, in the language of the page; a visitor's own as it is written. Specifications,
 * files and the command line have it as it is, and so does what is edited.
 */
export const armName = (name: string): string => (locale() === sourceLocale ? name : (translatedName(name) ?? name));

/** Undefined where the lab gives no such name. */
function translatedName(name: string): string | undefined {
  if (Object.hasOwn(ownNames, name)) return ownNames[name]!();
  const start = INITS.find((each) => each === name);
  if (start) return initName(start);
  const [, method = '', size] = /^(\w+), (\d+) tokens$/.exec(name) ?? [];
  if (Object.hasOwn(methodNames, method)) return msg(str`${methodNames[method]!()}, ${tokensText(Number(size))}`);
  // A number follows where a name was taken.
  const [, stem, adapters, pruned, again = ''] = /^(.+?)(, adapters)?(, pruned)?( \d+)?$/.exec(name) ?? [];
  const of = stem === undefined || stem === name ? undefined : translatedName(stem);
  if (of === undefined) return undefined;
  const trained = adapters ? msg(str`${of}, adapters`) : of;
  return `${pruned ? msg(str`${trained}, pruned`) : trained}${again}`;
}

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
    name: msg(str`${armName(arm)} − ${against === null ? '–' : armName(against)}`),
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

export const runName = ({ arm, seed }: RunKey): string => msg(str`${armName(arm)}, seed ${seed}`);

export function referenceName(name: string): string {
  const names: Readonly<Record<string, () => string>> = {
    uniform: () => msg('uniform guess'),
    unigrams: () => msg('byte unigrams'),
    bigrams: () => msg('byte bigrams'),
  };
  return names[name]?.() ?? name;
}
