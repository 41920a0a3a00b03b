/** In which order runs are run, and how far at a time. */
import { controlOf } from '../scoring/experimentVerdict';
import { reportOf, scoredArms, type ReportedRun } from './report';
import { isSameRun, type RunKey } from './runFolder';
import { addsTokens, type ExperimentSpec } from './spec';

export interface Turn extends RunKey {
  /** `first-reading`: it is left there, and has another turn. */
  readonly until: 'first-reading' | 'end';
}

/**
 * As they stand, but that the control of the first arm with new tokens is left at its first reading until that arm is done, and that
 * arms which are not trained come behind it: so the two are read beside each other after a part of two trainings. One run more
 * is opened again for it.
 * @param before what there is already: no reading on the way is waited for beside a comparison.
 */
export function turnsOf(spec: ExperimentSpec, todo: readonly RunKey[], before: readonly ReportedRun[] = []): Turn[] {
  const inTurn = todo.map((key): Turn => ({ ...key, until: 'end' }));
  if (reportOf(spec, before).comparisons.some(({ outcome }) => outcome !== 'unfinished')) return inTurn;
  const arms = scoredArms(spec, []);
  const armOf = ({ arm }: RunKey) => arms.find(({ name }) => name === arm)!;
  const first = inTurn.find((turn) => addsTokens(spec.arms[turn.arm]!.vocabulary) && armOf(turn).moves.length > 0);
  const against = first && controlOf(armOf(first), arms)?.name;
  const control = inTurn.find(({ arm, seed }) => arm === against && seed === first!.seed);
  if (!first || !control) return inTurn;
  const looked: Turn[] = hasReading(before, control) ? [] : [{ ...control, until: 'first-reading' }];
  const rest = inTurn.filter((turn) => turn !== first && turn !== control);
  const untrained = rest.filter((turn) => armOf(turn).moves.length === 0);
  return [...looked, first, ...untrained, control, ...rest.filter((turn) => !untrained.includes(turn))];
}

/** Behind a step. */
function hasReading(runs: readonly ReportedRun[], key: RunKey): boolean {
  return runs.some(({ status }) => isSameRun(status, key) && status.curve.some(({ step }) => step > 0));
}
