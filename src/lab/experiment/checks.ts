/** What is known before anything runs, and which errors end one run alone. */
import { asLabError, LabError } from '../../error';
import { requirePositions } from '../device/modelSession';
import type { LoadedModel } from '../open/openModel';
import type { RunKey } from './runFolder';
import { joined } from './specProblems';
import type { ExperimentSpec } from './spec';

export function checkChoice(spec: ExperimentSpec, { arm, seed }: Partial<RunKey> = {}): void {
  if (arm !== undefined && !Object.hasOwn(spec.arms, arm)) throw noSuch('arm', arm, Object.keys(spec.arms));
  if (seed !== undefined && !spec.seeds.includes(seed)) throw noSuch('seed', seed, spec.seeds);
}

/** Rows longer than the model has learned positions for, which the last arm need not wait for to be told. */
export function checkLengths(spec: ExperimentSpec, { config }: LoadedModel): void {
  for (const [name, { stages }] of Object.entries(spec.arms)) {
    for (const [at, { batch }] of stages.entries()) {
      try {
        requirePositions(config, batch.length);
      } catch (thrown) {
        const { message, hint, details } = asLabError(thrown);
        const path = `${joined('arms', name)}.stages[${at}].batch.length`;
        throw new LabError('lab/too-long', `\`${path}\`: ${message}`, `Nothing was run. ${hint}`, { ...details, path });
      }
    }
  }
}

/** Errors of one arm's own settings, which the other arms need not wait for. */
export function isOfOneRun(code: string): boolean {
  return [
    'engine/does-not-fit',
    'engine/out-of-memory',
    'engine/too-large',
    'lab/too-long',
    'lab/budget-too-small',
    'lab/no-training-text',
    'lab/other-engine',
  ].includes(code);
}

function noSuch(what: 'arm' | 'seed', found: string | number, known: readonly (string | number)[]): LabError {
  return new LabError(
    'lab/no-such-arm',
    `There is no ${what} \`${found}\` in the specification.`,
    `There are: ${known.join(', ')}.`,
  );
}
