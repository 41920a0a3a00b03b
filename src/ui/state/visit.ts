/**
 * What a reload of this tab brings back, so that nothing chosen is lost before a run has kept it: model, sample, the new tokens
 * that were built, settings and what Start would run. The position is the address. Picked files cannot be opened again without the
 * visitor; they are named.
 */
import type { LabState } from './lab-state';
import { visitOf, type LeftCorpus, type Visit } from './origin';

const KEY = 'tokengraft.visit';

export function readVisit(): Visit | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Visit | null;
  } catch {
    return null;
  }
}

/** From now on, at each change. */
export function keepVisit(lab: LabState): void {
  const keep = () => {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(visitOf(lab)));
    } catch {
      // Without storage a reload starts over.
    }
  };
  lab.subscribe(['lab'], keepVisit, keep);
  keep();
}

/** After `open`; ends early where the visitor has chosen something meanwhile. */
export async function comeBack(lab: LabState, visit: Visit | null): Promise<void> {
  if (!visit) return;
  const { model, sample, picked } = visit;
  if (lab.slots.corpus.status !== 'empty') return;
  if (picked !== null) {
    lab.origin.missed = picked;
    lab.tell('lab');
  }
  if (typeof model === 'object' && model !== null) await lab.openHubModel(model.hub);
  if (sample === null || lab.slots.corpus.status !== 'empty') return;
  await lab.guide(async () => {
    if (!(await lab.openSample(sample))) return;
    // Tokens are of the model they were chosen for.
    const isSameModel = model !== null && visitOf(lab).model !== null;
    await chooseAgain(lab, isSameModel ? visit : { ...visit, choice: null });
  });
}

/** On its corpus: the diagnosis, the tokens, the settings and what Start would run. */
export async function chooseAgain(lab: LabState, visit: Visit): Promise<void> {
  const { isDiagnosed, choice, settings, preset, ownSpec } = visit;
  if (!isDiagnosed || !(await lab.diagnose()) || !choice) return;
  lab.words.editor.restore(choice);
  if (!(await lab.words.build())) return;
  if (settings) lab.changeSettings(settings);
  lab.desk.choose(preset);
  if (ownSpec) lab.desk.useSpec(ownSpec);
}

/** In the place of what is open now. */
export async function bringBack(lab: LabState, { files, readings, visit }: LeftCorpus): Promise<void> {
  await lab.guide(async () => {
    const { sample } = visit;
    const opened = sample === null ? lab.openCorpusFiles(files, readings) : lab.openSample(sample);
    if (await opened) await chooseAgain(lab, visit);
  });
}
