/** What another model or corpus would take the place of, said before it is chosen. */
import { msg } from '@lit/localize';
import { html, nothing } from 'lit';
import { alertBox } from '../parts/panel';
import type { LabState } from '../state/lab-state';
import { isPending } from '../state/slot';

/** @param returns whether undo brings back what was chosen. */
export function atStake(lab: LabState, { returns }: { readonly returns: boolean }) {
  const text = lab.isTraining ? null : goes(lab, returns);
  return text === null
    ? nothing
    : html`<div data-at-stake>${alertBox('warn', msg('Opening another one:'), text)}</div>`;
}

function goes({ experiment, kept, slots }: LabState, returns: boolean): string | null {
  if (experiment) {
    return experiment.id !== null && kept.one(experiment.id)
      ? msg('the experiment here makes way. It is kept: Runs opens it again with its model and its texts.')
      : msg('the experiment here goes, with its diagnosis and its new tokens. It is not kept in this browser.');
  }
  if (slots.elsewhere.status === 'ready' || isPending(slots.elsewhere)) {
    return msg('the graft that was trained elsewhere goes with its figures. Its folder can be opened again.');
  }
  if (slots.vocabulary.status !== 'ready') return null;
  return returns
    ? msg('the diagnosis and the new tokens here go; undo brings them back.')
    : msg('the diagnosis and the new tokens here go; what was chosen by hand has to be chosen again.');
}
