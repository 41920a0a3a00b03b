/** Samples as the fake lab gives them: molecules of three arms, some of them refused. */
import { fieldReport, type FieldSample, type SampledRun } from '../../src/lab/field/fieldReport';
import { shareOf } from '../../src/lab/scoring/shares';
import type { ExperimentReport, FieldAnswer, RunKey } from '../../src/worker/index';

const sampling = { samples: 64, seed: 1, temperature: 1, topP: 1, bytes: 160 };
const smiles = ['CC(=O)Oc1ccccc1C(=O)O', 'CC(=O)Nc1ccc(O)cc1', 'COc1ccc(Cl)cc1', 'Cc1ccncc1C(=O)N'];

function run(arm: string, seed: number, share: number): SampledRun {
  const samples = Array.from({ length: sampling.samples }, (_, at): FieldSample => {
    const isValid = (at * 37) % 64 < 64 * share;
    const text = isValid ? smiles[at % 4]! : 'CC(=O)Nc1ccc(Occ1';
    const shared = { text, tokens: 20, isCut: false };
    if (!isValid) return { ...shared, canonical: null, why: 'extra open parentheses', isKnown: null };
    return { ...shared, canonical: `${text}${at % 60}`, why: null, isKnown: at % 9 === 0 };
  });
  return { arm, seed, field: { notation: 'molecules', sampling, samples } };
}

export function fakeField(report: ExperimentReport, { arm, seed }: RunKey): FieldAnswer {
  const against = report.comparisons.find((each) => each.arm === arm)?.against ?? null;
  const runs = [run('base', 1, 0), ...(against ? [run(against, seed, 0.74)] : []), run(arm, seed, 0.71)];
  const field = fieldReport(runs, (name) => (name === arm ? against : null));
  return { report: { ...report, field }, sampling, heldOut: shareOf(64, 64) };
}
