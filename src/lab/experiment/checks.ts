/** What is known before anything runs, and which errors end one run alone. */
import { LabError } from '../../error';
import type { EarlierGraft } from '../device/earlierGraft';
import type { CorpusText } from '../open/corpusText';
import type { LoadedModel } from '../open/openModel';
import { replayedPassages } from '../training/replay';
import type { RunKey } from './runFolder';
import { joined } from './specProblems';
import { adapterProblems, lengthProblems, movesEarlierRows, type ExperimentSpec } from './spec';

export function checkChoice(spec: ExperimentSpec, { arm, seed }: Partial<RunKey> = {}): void {
  if (arm !== undefined && !Object.hasOwn(spec.arms, arm)) throw noSuch('arm', arm, Object.keys(spec.arms));
  if (seed !== undefined && !spec.seeds.includes(seed)) throw noSuch('seed', seed, spec.seeds);
}

/** All that follows but for earlier rows. Throws `lab/too-long`, `lab/bad-adapters`, `lab/no-replay-text`. */
export function checkArms(
  spec: ExperimentSpec,
  model: Pick<LoadedModel, 'config' | 'parameters'>,
  { general }: Pick<CorpusText, 'general'>,
): void {
  checkLengths(spec, model);
  checkAdapters(spec, model);
  const replays = Object.values(spec.arms).some(({ stages }) => stages.some(({ replay = 0 }) => replay > 0));
  if (replays) replayedPassages({ general, evaluation: spec.evaluation }, spec.seeds[0]!);
}

/** Rows longer than the model's context, in all arms at once. Throws `lab/too-long`. */
function checkLengths(spec: ExperimentSpec, { config }: Pick<LoadedModel, 'config'>): void {
  const problems = lengthProblems(spec, config);
  if (problems.length === 0) return;
  const lines = problems.map(({ path, message }) => `\`${path}\` ${message}.`);
  const hint = 'Nothing was run. Make the rows shorter, or open a model with a longer context.';
  throw new LabError('lab/too-long', lines.join('\n'), hint, { problems });
}

/** Adapters that the model has no place for, in all arms at once. Throws `lab/bad-adapters`. */
export function checkAdapters(spec: ExperimentSpec, model: Pick<LoadedModel, 'config' | 'parameters'>): void {
  const problems = adapterProblems(spec, model);
  if (problems.length === 0) return;
  const lines = problems.map(({ path, message }) => `\`${path}\` ${message}.`);
  throw new LabError('lab/bad-adapters', lines.join('\n'), 'Nothing was run.', { problems });
}

/** Rows that an earlier graft put into the model, where an arm moves them. Throws `lab/no-new-rows`. */
export async function earlierRows(
  spec: ExperimentSpec,
  earlier: () => Promise<EarlierGraft | undefined>,
): Promise<EarlierGraft | undefined> {
  const arms = Object.keys(spec.arms).filter((name) => movesEarlierRows(spec.arms[name]!));
  if (arms.length === 0) return undefined;
  const found = await earlier();
  if (found) return found;
  const { stages } = spec.arms[arms[0]!]!;
  const at = stages.findIndex(({ rates }) => rates.newRows !== undefined);
  const path = `${joined('arms', arms[0]!)}.stages[${at}].moves.newRows`;
  throw new LabError(
    'lab/no-new-rows',
    `\`${path}\` moves rows of new tokens: the arm has no \`vocabulary\`, and the model no \`new_tokens.json\`.`,
    'Nothing was run. Give the arm a vocabulary, or open a model that was expanded.',
    { path },
  );
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
    'lab/no-replay-text',
    'lab/conversations-too-long',
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
