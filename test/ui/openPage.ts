/** The page as it opens, over a lab that answers at once. */
import '../../src/ui/app';
import { LabState } from '../../src/ui/state/lab-state';
import '../../src/ui/styles/page.css';
import { fakeLab } from './fakeLab';

export function openPage(): LabState {
  location.hash = 'model';
  const app = document.createElement('tg-app');
  document.body.append(app);
  const state = new LabState(fakeLab({ tick: 0, stepMilliseconds: 5 }));
  app.start(state);
  void state.open();
  return state;
}
