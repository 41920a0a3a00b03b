/** Harm of the arm that is held, beside the untouched base and its control; loaded when it is asked for. */
import { harmOf, ModelSession, type HarmReference, type HarmReport, type Watch } from '../lab/index';
import type { TrainedArm } from './trainedArm';

/** @param base stays open: it is what Compare and Try use. */
export function harmOfTrained(
  { arm, control }: TrainedArm,
  base: () => Promise<ModelSession>,
  watch: Watch,
): Promise<HarmReport> {
  const { session, tokenizer, newIds, setup } = arm;
  const references: HarmReference[] = [
    {
      ...{ kind: 'base', name: setup.model.summary.name },
      open: async (asked) => {
        const { tokenizer: known } = setup.model;
        if (!setup.frozen) return { session: await base(), tokenizer: known, close: () => undefined };
        // Held as the arm is, so that what rounding alone does is no harm of the training.
        const held = await ModelSession.open(setup.engine, setup.model, { ...asked, frozen: setup.frozen });
        return { session: held, tokenizer: known, close: () => held.close() };
      },
    },
  ];
  if (control) {
    references.push({
      ...{ kind: 'control', name: control.name },
      open: async (asked) => {
        const { arm: held } = await control.open(asked);
        return { session: held.session, tokenizer: held.tokenizer, close: () => held.close() };
      },
    });
  }
  const { heldOut, general } = setup.corpus;
  return harmOf({ session, tokenizer, newIds, general, heldOut, references }, watch);
}
