/** Said wherever the figures of a run stand that is worse now than before its first step. */
import type { WorsenedRun } from '../../worker/index';
import { alertBox } from '../parts/panel';
import { worsenedText, worsenedTitle } from '../wording/experiment';

export const worsenedAlerts = (worsened: readonly WorsenedRun[]) =>
  worsened.map((run) => alertBox('bad', worsenedTitle(run), worsenedText(run)));
