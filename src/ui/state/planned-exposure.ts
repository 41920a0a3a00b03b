/**
 * How often the tokens that a diagnosis speaks of would be seen in the run that Start would run, or, before there is a vocabulary,
 * in that of the chosen preset: their counts in all of the text promise more than a run that reads a part of it gives.
 */
import type { Diagnosis, Exposure, TrainSettings, VocabularyChoice, WrittenSpec } from '../../worker/index';
import type { LabState } from './lab-state';

const expandedArm = ({ arms }: WrittenSpec) => Object.values(arms).find(({ vocabulary }) => vocabulary !== undefined);

/** Null where no budget in bytes is planned, or tokens are learned in another way than those that were diagnosed. */
export async function plannedExposureOf(
  { lab, desk, slots, editor }: LabState,
  { readAtNewTokens: newTokens }: Diagnosis,
  settings: TrainSettings,
): Promise<Exposure | null> {
  const method = 'continued';
  const choice: VocabularyChoice = { method, newTokens, rejected: [], added: [] };
  let spec = desk.spec && expandedArm(desk.spec) ? desk.spec : null;
  if (!spec) {
    const presets = await lab.presets(choice, settings);
    spec =
      (presets.find(({ name, spec: its }) => name === desk.preset && expandedArm(its)) ?? presets[0])?.spec ?? null;
  }
  if (!spec) return null;
  // Counted once; what is built already was counted in its own way, which this must not take the place of.
  if (slots.vocabulary.status === 'empty' && editor.choice.method === method) await lab.countCandidates(choice);
  const { stages = [] } = expandedArm(spec) ?? {};
  const arms = { diagnosed: { vocabulary: { method, newTokens }, stages } } satisfies WrittenSpec['arms'];
  return (await lab.plannedExposures({ ...spec, arms }))['diagnosed'] ?? null;
}
