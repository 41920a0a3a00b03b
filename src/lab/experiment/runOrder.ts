/** In which order runs are run, and how far at a time. */
import { controlOf } from '../scoring/experimentVerdict';
import { scoredArms } from './report';
import { isSameRun, type RunKey } from './runFolder';
import type { ExperimentSpec } from './spec';

export interface Turn extends RunKey {
  /** `first-reading`: it is left there, and has another turn. */
  readonly until: 'first-reading' | 'end';
}

/**
 * As they stand, but that the control of the first arm with new tokens is left at its first reading until that arm is done: so the
 * two are read beside each other after a part of one training, not after one and a part. One run more is opened again for it.
 * @param hasReading whether a run that was begun has one behind a step.
 */
export function turnsOf(spec: ExperimentSpec, todo: readonly RunKey[], hasReading: (key: RunKey) => boolean): Turn[] {
  const inTurn = todo.map((key): Turn => ({ ...key, until: 'end' }));
  const arms = scoredArms(spec, []);
  const expanded = inTurn.findIndex(({ arm }) =>
    arms.some(({ name, hasVocabulary, moves }) => name === arm && hasVocabulary && moves.length > 0),
  );
  const first = inTurn[expanded];
  if (!first) return inTurn;
  const control = controlOf(
    arms.find(({ name }) => name === first.arm)!,
    arms,
  );
  const at = inTurn.findIndex((turn) => isSameRun(turn, { arm: control?.name ?? '', seed: first.seed }));
  if (at < 0) return inTurn;
  const rest = inTurn.filter((turn) => turn !== first && turn !== inTurn[at]);
  const before = inTurn.slice(0, Math.min(at, expanded)).filter((turn) => rest.includes(turn));
  const looked: Turn[] = hasReading(inTurn[at]!) ? [] : [{ ...inTurn[at]!, until: 'first-reading' }];
  return [...before, ...looked, first, inTurn[at]!, ...rest.filter((turn) => !before.includes(turn))];
}
