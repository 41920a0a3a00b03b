/** Harm of the arm that is held, beside the untouched base and its control; loaded when it is asked for. */
import { harmOf, ModelSession, type HarmReference, type HarmReport, type Watch } from '../lab/index';
import type { Measured } from './measured';
import type { TrainedArm } from './trainedArm';

/** @param base stays open: it is what Compare and Try use. */
export async function harmOfTrained(
  { arm, control, weights }: TrainedArm,
  base: () => Promise<ModelSession>,
  measured: Measured,
  watch: Watch,
): Promise<HarmReport> {
  const { session, tokenizer, newIds, setup } = arm;
  const known = await measured.base(setup.model, setup.engine, setup.frozen);
  const references: HarmReference[] = [
    {
      ...{ kind: 'base', name: setup.model.summary.name },
      open: async (asked) => {
        const { tokenizer } = setup.model;
        if (!setup.frozen) return { session: await base(), tokenizer, known, close: () => undefined };
        // Held as the arm is, so that what rounding alone does is no harm of the training.
        const held = await ModelSession.open(setup.engine, setup.model, { ...asked, frozen: setup.frozen });
        return { session: held, tokenizer, known, close: () => held.close() };
      },
    },
  ];
  if (control) {
    references.push({
      ...{ kind: 'control', name: control.name },
      open: async (asked) => {
        const opened = await control.open(asked);
        const { session, tokenizer } = opened.arm;
        return { session, tokenizer, known: measured.trained(opened), close: () => opened.arm.close() };
      },
    });
  }
  const { heldOut, general } = setup.corpus;
  const own = measured.trained({ weights, arm });
  return harmOf({ session, tokenizer, newIds, general, heldOut, references, known: own }, watch);
}
