/** The folder of an experiment as a whole: its specification, and the answer of the runs that lie in it. */
import { readTextFile, type DurableFolder } from '../../checkpoint/index';
import { LabError } from '../../error';
import { readAllEvidence } from './keptEvidence';
import { canonicalJson, changedPart, pinnedParts, runFingerprint } from './fingerprints';
import { reportOf, type ExperimentReport, type ReportedRun } from './report';
import { readReferences } from './references';
import { readScores, readStatus, runPath, type RunKey } from './runFolder';
import { joined } from './specProblems';
import { addsTokens, parseSpec, parseSpecText, seedsOf, type ArmSpec, type ExperimentSpec } from './spec';

/** The answer of what lies in a folder; nothing is run. */
export async function readReport(folder: DurableFolder): Promise<ExperimentReport> {
  const spec = await readSpec(folder);
  if (!spec) {
    throw new LabError(
      'lab/no-experiment',
      `There is no experiment.json in ${folder.name}.`,
      'Give the folder that an experiment was run in.',
    );
  }
  const runs: ReportedRun[] = [];
  for (const [name, arm] of Object.entries(spec.arms)) {
    for (const seed of seedsOf(spec, name)) {
      const run = await reportedRun(folder, spec, arm, { arm: name, seed });
      if (run) runs.push(run);
    }
  }
  return reportOf(spec, runs, await readReferences(folder, spec));
}

export async function readSpec(folder: DurableFolder): Promise<ExperimentSpec | undefined> {
  const text = await readTextFile(folder, 'experiment.json');
  return text === undefined ? undefined : parseSpecText(text);
}

/** Throws `lab/other-run` where it was made of something else. */
export async function reportedRun(
  folder: DurableFolder,
  spec: ExperimentSpec,
  arm: ArmSpec,
  key: RunKey,
): Promise<ReportedRun | undefined> {
  const status = await readStatus(folder, key);
  if (!status) return undefined;
  if (status.fingerprint !== runFingerprint(spec, arm, key.seed)) {
    throw new LabError(
      'lab/other-run',
      `\`${runPath(key)}\` in ${folder.name} was run with another specification, model or corpus.`,
      'Take that folder away, or put it together with the experiment.json it was run with.',
      { ...key },
    );
  }
  if (status.state !== 'finished') return { status };
  const scores = await readScores(folder, status);
  return { status, scores, ...(await readAllEvidence(folder, status)) };
}

/**
 * Seeds, arms and what does not change a number may be added to; the rest must be what it was. A prediction is one that was
 * there before anything ran: the first specification's stays, and none comes later. Seeds keep the order in which they came, since
 * what needs no seed is run with the first. Throws `lab/changed`, `lab/other-experiment`; the folder is then as it was.
 * @param spec pinned.
 * @returns the specification, with that prediction and order.
 */
export async function keepSpec(folder: DurableFolder, spec: ExperimentSpec): Promise<ExperimentSpec> {
  const before = await readSpec(folder);
  if (before) checkSame(folder, before, spec);
  const { arms, seeds, prediction } = before ?? spec;
  const { prediction: _, ...rest } = spec;
  const allSeeds = [...new Set([...seeds, ...spec.seeds])];
  const predicted = {
    ...rest,
    ...(prediction ? { prediction } : {}),
    seeds: allSeeds.filter((seed) => spec.seeds.includes(seed)),
  };
  const kept = writtenSpec({ ...predicted, arms: { ...arms, ...spec.arms }, seeds: allSeeds });
  checkTogether(folder, kept);
  const text = `${JSON.stringify(kept, null, 2)}\n`;
  if (text !== (await readTextFile(folder, 'experiment.json'))) await folder.write('experiment.json', text);
  return predicted;
}

/** What every run of an experiment shares, arms and seeds apart. */
const shared = [...pinnedParts, 'budget', 'evaluation', 'frozenWeights', 'precision'] as const;

function checkSame(folder: DurableFolder, before: ExperimentSpec, spec: ExperimentSpec): void {
  const differs = (one: unknown, other: unknown) => canonicalJson(one ?? null) !== canonicalJson(other ?? null);
  for (const part of pinnedParts) {
    const { fingerprint: expected, ...named } = before[part] ?? {};
    const { fingerprint: found, ...also } = spec[part] ?? {};
    if (expected && found && expected !== found && !differs(named, also)) throw changedPart(part, expected, found);
  }
  const changed: string[] = shared.filter((part) => differs(before[part], spec[part]));
  for (const [name, arm] of Object.entries(spec.arms)) {
    if (Object.hasOwn(before.arms, name) && differs(before.arms[name], arm)) changed.push(joined('arms', name));
  }
  if (changed.length === 0) return;
  throw new LabError(
    'lab/other-experiment',
    `${folder.name} holds an experiment whose ${changed.map((part) => `\`${part}\``).join(', ')} ${changed.length > 1 ? 'are' : 'is'} not that of this specification.`,
    'Nothing was run. Give another folder, or name a changed arm anew.',
    { changed },
  );
}

/** That what the folder will hold can be read again: an arm more may share a folder with another, a seed more be one too many. */
function checkTogether(folder: DurableFolder, kept: unknown): void {
  try {
    parseSpec(kept);
  } catch (cause) {
    if (!(cause instanceof LabError)) throw cause;
    throw new LabError(
      'lab/other-experiment',
      `What ${folder.name} holds and this specification are no experiment together: ${cause.message}`,
      'Nothing was run. Give another folder, or another name for the arm.',
      cause.details,
      cause,
    );
  }
}

/** As the schema has it. */
export function writtenSpec(spec: ExperimentSpec): unknown {
  return {
    ...spec,
    arms: Object.fromEntries(
      Object.entries(spec.arms).map(([name, { vocabulary, start, adapters, stages }]) => [
        name,
        {
          ...(vocabulary ? { vocabulary } : {}),
          ...(addsTokens(vocabulary) ? { start } : {}),
          ...(adapters ? { adapters } : {}),
          stages: stages.map(({ rates, ...stage }) => ({ moves: rates, ...stage })),
        },
      ]),
    ),
  };
}
