/** What the rail says of training. */
import { msg, str } from '@lit/localize';
import { percent } from '../format';
import type { LabState } from '../state/lab-state';

export function trainShort(lab: LabState): string | null {
  const view = lab.experiment;
  if (!view) {
    if (lab.slots.engine.status === 'ready' && !lab.slots.engine.value.available) return msg('Blocked: wrong numbers');
    return lab.slots.vocabulary.status === 'ready' ? msg('Ready to start') : null;
  }
  const share = percent(view.share, 0);
  switch (view.state) {
    case 'running':
      return view.current ? share : msg('Preparing');
    case 'paused':
      return msg(str`Paused at ${share}`);
    case 'failed':
      return msg('failed');
    case 'stopped':
      return msg(str`Stopped at ${share}`);
    case 'finished':
      return msg('Finished');
  }
}
