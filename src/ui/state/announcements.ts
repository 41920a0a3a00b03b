/** What is said aloud: verdicts when they change and events of the log. Ticking numbers are not. */
import { verdictSentence, worsenedTitle } from '../wording/experiment';
import { logText } from '../wording/log';
import { comparisonSentence, corpusSentence, diagnosisSentence, vocabularySentence } from '../wording/verdicts';
import type { LabState } from './lab-state';
import { valueOf } from './slot';

/** Each call answers with the newest thing not said yet; '' when what was said last is of a state that is gone; else null. */
export function announcements(lab: LabState): () => string | null {
  const said = new Map<string, unknown>();
  let standing: string | null = null;
  return () => {
    const corpus = valueOf(lab.slots.corpus);
    const diagnosis = valueOf(lab.slots.diagnosis);
    const vocabulary = valueOf(lab.slots.vocabulary);
    const comparison = valueOf(lab.slots.comparison);
    const event = lab.run?.log.at(-1);
    const report = lab.experiment?.report;
    const verdict = report ? verdictSentence(report) : null;
    const worsened = lab.experiment?.worsened.map(worsenedTitle).join(' ');
    const now: [name: string, value: unknown, sentence: () => string][] = [
      ['corpus', corpus, () => corpusSentence(corpus!)],
      ['diagnosis', diagnosis, () => diagnosisSentence(diagnosis!)],
      ['vocabulary', vocabulary, () => vocabularySentence(vocabulary!)],
      ['event', event, () => logText(event!)],
      ['worsened', worsened || undefined, () => worsened!],
      ['comparison', comparison, () => comparisonSentence(comparison!)],
      ['verdict', verdict ?? undefined, () => verdict!],
    ];
    let newest: string | null = null;
    for (const [name, value, sentence] of now) {
      if (said.get(name) === value) continue;
      said.set(name, value);
      if (value !== undefined) [newest, standing] = [sentence(), name];
      else if (standing === name) [newest, standing] = [newest ?? '', null];
    }
    return newest;
  };
}
