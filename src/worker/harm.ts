/** Harm of the arm that is held, beside the untouched base and its control; loaded when it is asked for. */
import { harmOf, type HarmReference, type HarmReport, type ModelSession, type Watch } from '../lab/index';
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
      open: async () => ({ session: await base(), tokenizer: setup.model.tokenizer, close: () => undefined }),
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
