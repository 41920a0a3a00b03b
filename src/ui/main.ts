/** The page starts: preferences before the first paint, then the app, then the lab in its worker. */
import { asLabError, connectLab } from '../worker/index';
import './app';
import { keepForOffline } from './offline';
import { applyPreferences } from './preferences';
import { LabState } from './state/lab-state';
import { watchSilence } from './state/silence';
import { comeBack, keepVisit, readVisit } from './state/visit';

await applyPreferences();
const { lab, crashed, waited } = connectLab();
const state = new LabState(lab, crashed);
watchSilence({
  waited,
  isExcused: () => document.hidden || state.experiment?.state === 'paused',
  tell: (isSilent) => state.setSilent(isSilent),
});
document.querySelector('tg-app')!.start(state);
const visit = readVisit();
const opening = state.open().catch((thrown: unknown) => console.error(asLabError(thrown)));
void opening.then(() => comeBack(state, visit)).finally(() => keepVisit(state));
if (import.meta.env.PROD) void opening.then(keepForOffline);

addEventListener('beforeunload', (event) => {
  if (state.isTraining && (state.run?.status.step ?? 0) > 0) event.preventDefault();
});
