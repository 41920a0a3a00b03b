/**
 * The diagnosis in words: what each signal is, where its threshold lies, and one sentence of why, from the numbers it
 * carries. Nothing here is computed that the lab did not measure.
 */
import { msg, str } from '@lit/localize';
import type { GrammarName, Reading, Signal } from '../../worker/index';
import { count, fileSize, fixed, joinSentences, percent, plain, type Measure } from '../format';
import type { Explanation } from '../parts/number';
import type { StatusKind } from '../parts/panel';
import { signalName } from './signalNames';

export interface SignalWords {
  readonly name: string;
  readonly formula: string;
  readonly threshold: string;
  readonly value: Measure;
  readonly why: string;
  /** Where its marks come from. */
  readonly origin: string;
}

const kind: Readonly<Record<Reading, StatusKind>> = {
  strong: 'good',
  good: 'good',
  watch: 'warn',
  poor: 'bad',
  shown: 'info',
};

export const readingKind = (reading: Reading): StatusKind => kind[reading];

export function readingWord(reading: Reading): string {
  const words: Record<Reading, () => string> = {
    strong: () => msg('strong'),
    good: () => msg('good'),
    watch: () => msg('watch'),
    poor: () => msg('poor'),
    shown: () => msg('for information'),
  };
  return words[reading]();
}

const share = (value: number): Measure => ({ value: fixed(value * 100, 1), unit: '%' });
/** Thresholds are round numbers: "20 KB", not "20.0 KB". */
const size = (value: number | undefined): string => plain(fileSize(value ?? Number.NaN)).replace(/\.0+ /, ' ');

/** @param all of the same diagnosis: what one of them says must not be said otherwise beside it. */
export function signalWords(signal: Signal, all: readonly Signal[] = [signal]): SignalWords {
  return { name: signalName(signal.name), ...wordsOf(signal, all), origin: originOf(signal.name) };
}

/** As src/lab/diagnosis/thresholds.ts has them. */
function originOf(name: Signal['name']): string {
  const published = () =>
    msg('The marks are from published expansions of models of 0.1 to 8 billion parameters, and are rules of thumb.');
  const own = () => msg('The mark is this lab’s own rule of thumb.');
  const origins: Record<Signal['name'], () => string> = {
    lostText: () =>
      msg('From 1\u00a0% of the bytes on, the old vocabulary is no choice for these texts: this lab’s own mark.'),
    compression: () =>
      msg('The mark is this lab’s own: 10\u00a0%, or twice the share at which compute breaks even, if that is more.'),
    fragmentation: published,
    exposure: published,
    budget: published,
    boundaries: own,
    naturalness: own,
    vocabularyShare: own,
    ceiling: () => '',
  };
  return origins[name]();
}

/** Counted exposure decides; the rule of thumb by bytes is not said against it. */
function budgetWhy(reading: Reading, all: readonly Signal[]): string {
  const isFed = all.find(({ name }) => name === 'exposure')?.reading !== 'poor';
  if (reading === 'watch' || reading === 'poor') {
    return isFed
      ? msg('Little by the rule of thumb for bytes. How often tokens are seen is counted here: exposure decides.')
      : msg('Too little text for each new token, and exposure says so too. More text would move this most.');
  }
  if (!isFed) return msg('Much by the rule of thumb for bytes, but the tokens are counted, and seen too seldom.');
  return reading === 'good'
    ? msg('Enough to try, not enough to be sure. More text would move this most.')
    : msg('Enough text for each new token to be learned.');
}

function wordsOf(signal: Signal, all: readonly Signal[]): Omit<SignalWords, 'name' | 'origin'> {
  const { value, thresholds, reading, inputs } = signal;
  switch (signal.name) {
    case 'lostText':
      return {
        formula: msg('bytes without a token ÷ held-out bytes'),
        threshold: msg(str`from ${percent(thresholds[0] ?? Number.NaN, 0)}: new tokens, whatever else is measured`),
        value: share(value),
        why: joinSentences(
          msg(
            str`The tokenizer has no token for ${count(inputs['lostCharacters'] ?? 0)} characters of these texts. No training teaches a model what its tokenizer drops.`,
          ),
          inputs['newTokens']
            ? msg(
                str`With ${count(inputs['newTokens'])} new tokens ${count(inputs['lostBytesAfter'] ?? 0)} bytes are lost instead of ${count(inputs['lostBytes'] ?? 0)}.`,
              )
            : '',
        ),
      };
    case 'compression':
      return {
        formula: msg('1 − tokens(candidate) ÷ tokens(base)'),
        threshold: msg(str`at least ${percent(thresholds[0] ?? Number.NaN, 0)}`),
        value: share(value),
        why:
          reading === 'poor' || reading === 'watch'
            ? msg('Too little of the length disappears to make up for new rows.')
            : joinSentences(
                msg(str`${fixed(value * 10, 1)} of every ten tokens disappear from held-out text.`),
                breakEven(inputs),
              ),
      };
    case 'fragmentation':
      return {
        formula: msg('bytes per token, domain ÷ general'),
        threshold: msg(str`under ${thresholds[0] ?? '–'} strong, over ${thresholds[1] ?? '–'} none`),
        value: { value: fixed(value, 2), unit: '' },
        why:
          reading === 'poor'
            ? msg('These texts are cut almost as well as general text.')
            : msg(str`The base cuts these texts ${fixed(1 / value, 2)} times finer than general text.`),
      };
    case 'exposure':
      return {
        formula: msg('occurrences per new token × epochs, without links'),
        threshold: msg(
          str`${count(thresholds[0] ?? 0)} floor, ${count(thresholds[1] ?? 0)} good, ${count(thresholds[2] ?? 0)} best`,
        ),
        value: { value: count(value), unit: '' },
        why:
          reading === 'poor'
            ? msg('The rarest tenth is seen too seldom: those rows would be left to guess.')
            : joinSentences(
                msg(str`Nine in ten new tokens are seen at least ${count(value)} times in all of this text.`),
                inputs['links']
                  ? msg(
                      str`${count(inputs['links'])} that hardly stand alone, because longer ones are built on them, are left out.`,
                    )
                  : '',
                inputs['epochs'] && inputs['epochs'] !== 1
                  ? msg(str`That is over ${fixed(inputs['epochs'], 1)} epochs.`)
                  : '',
              ),
      };
    case 'boundaries':
      return {
        formula: msg('base tokens crossing or splitting an atom'),
        threshold: msg(str`over ${percent(thresholds[0] ?? Number.NaN, 0)}: try the atomic alphabet`),
        value: share(value),
        why:
          reading === 'good'
            ? msg('The base cuts finely, but rarely in the wrong place. Learned merges are enough.')
            : joinSentences(
                msg(str`These texts are written in a notation (${grammarName(signal.grammar)}).`),
                msg('Many base tokens ignore where its symbols end; one token a symbol is worth comparing.'),
              ),
      };
    case 'naturalness':
      return {
        formula: msg('freq(pair) ÷ freq(rarer piece) over 0.9, in under 5 documents'),
        threshold: msg(str`at most ${percent(thresholds[0] ?? Number.NaN, 0)}`),
        value: share(value),
        why:
          reading === 'good'
            ? msg('Few new tokens come from a title or a phrase that only a handful of documents repeat.')
            : msg('Many new tokens come from phrases that only a handful of documents repeat. They teach nothing.'),
      };
    case 'budget':
      return {
        formula: msg('raw bytes of corpus per new token'),
        threshold: msg(str`under ${size(thresholds[0])} no, over ${size(thresholds[1])} go`),
        value: fileSize(value),
        why: budgetWhy(reading, all),
      };
    case 'vocabularyShare':
      return {
        formula: msg('vocabulary matrix ÷ all parameters'),
        threshold: msg(str`warn over ${percent(thresholds[0] ?? Number.NaN, 0)}`),
        value: share(value),
        why:
          reading === 'good' || reading === 'strong'
            ? msg('The vocabulary stays a small part of the model.')
            : msg('Much of the model is vocabulary. Small models are like this; more new rows make it heavier.'),
      };
    case 'ceiling':
      return {
        formula: msg('bytes per pre-token'),
        threshold: msg('shown'),
        value: { value: fixed(value, 2), unit: 'B' },
        why: msg(
          str`No token can cross the pre-tokenizer’s cuts, so no vocabulary goes beyond ${fixed(value, 2)} bytes a token.`,
        ),
      };
  }
}

/** Grammars by the names the lab gives them; an unknown name is shown as it is. */
const grammarNames: Readonly<Record<GrammarName, () => string>> = {
  smiles: () => msg('molecules in SMILES'),
  nucleotides: () => msg('nucleotides'),
  codons: () => msg('codons'),
  'amino-acids': () => msg('amino acids'),
  'chess-moves': () => msg('chess moves'),
  'latex-commands': () => msg('LaTeX'),
  'abc-music': () => msg('ABC music'),
  numbers: () => msg('numbers'),
};
export const GRAMMARS = Object.keys(grammarNames) as readonly GrammarName[];

export function grammarName(name: string | undefined): string {
  return grammarNames[name as GrammarName]?.() ?? name ?? '–';
}

/** Its part in the verdict. */
export function weightWord({ weight }: Signal): string {
  const words = {
    decides: () => msg('decides'),
    warns: () => msg('warns'),
    shown: () => '',
  };
  return words[weight]();
}

function breakEven(inputs: Signal['inputs']): string {
  const at = inputs['breakEven'];
  return at === undefined ? '' : msg(str`The compute break-even g* is ${percent(at)}.`);
}

/** Inputs by the names the lab gives them, in words. An unknown name is shown as it is. */
function inputName(name: string): string {
  const words: Readonly<Record<string, () => string>> = {
    tokensBefore: () => msg('tokens (base)'),
    tokensAfter: () => msg('tokens (candidate)'),
    breakEven: () => msg('break-even g*'),
    domainBytesPerToken: () => msg('bytes per token, domain'),
    generalBytesPerToken: () => msg('bytes per token, general'),
    newTokens: () => msg('new tokens'),
    heldOutBytes: () => msg('held-out bytes'),
    vocabularyParameters: () => msg('parameters in the vocabulary'),
    trainBytes: () => msg('bytes for training'),
    epochs: () => msg('epochs'),
    exposureP10: () => msg('occurrences, 10th percentile'),
    parameters: () => msg('parameters'),
    bytes: () => msg('bytes'),
    preTokens: () => msg('pre-tokens'),
    violations: () => msg('tokens that violate'),
    tokens: () => msg('tokens (base)'),
    atomicTokens: () => msg('tokens if each atom were one'),
    boundPairs: () => msg('bound pairs'),
    links: () => msg('links, standing alone in under 5\u00a0%'),
    lostBytes: () => msg('bytes lost'),
    lostBytesAfter: () => msg('bytes lost with the new tokens'),
    lostCharacters: () => msg('characters without a token'),
  };
  return words[name]?.() ?? name;
}

const inputValue = (value: number): string =>
  Number.isInteger(value) ? count(value) : fixed(value, Math.abs(value) < 10 ? 3 : 1);

export function explainSignal(signal: Signal): Explanation {
  const words = signalWords(signal);
  const inputs = Object.entries(signal.inputs)
    .map(([name, value]) => `${inputName(name)} ${inputValue(value)}`)
    .join('; ');
  const meaning = joinSentences(inputs === '' ? '' : `${inputs}.`, words.origin);
  return { name: `${words.name}: ${plain(words.value)}`, formula: words.formula, meaning };
}
