/** The page starts: preferences before the first paint, then the app, then the lab in its worker. */
import { asLabError, connectLab } from '../worker/index';
import './app';
import { keepForOffline } from './offline';
import { applyPreferences } from './preferences';
import { LabState } from './state/lab-state';

await applyPreferences();
const { lab, crashed } = connectLab();
const state = new LabState(lab, crashed);
document.querySelector('tg-app')!.start(state);
const opening = state.open().catch((thrown: unknown) => console.error(asLabError(thrown)));
if (import.meta.env.PROD) void opening.then(keepForOffline);

addEventListener('beforeunload', (event) => {
  if (state.isTraining && (state.run?.status.step ?? 0) > 0) event.preventDefault();
});
