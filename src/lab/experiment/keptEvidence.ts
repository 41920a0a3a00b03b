/** Evidence beside the run that it is of, as `<arm>/<seed>/<kind>.json`: of other weights it is not read. */
import { readTextFile, type DurableFolder } from '../../checkpoint/index';
import type { ClozeRun } from '../cloze/clozeReport';
import type { FieldRun } from '../field/fieldReport';
import { parsed, runPath, type RunStatusFile } from './runFolder';

/** By the name of their files. A further kind is a row here. */
export interface KeptEvidence {
  /** Samples that were drawn of it. */
  readonly field: FieldRun;
  /** Questions that it answered. */
  readonly cloze: ClozeRun;
}
export type EvidenceKind = keyof KeptEvidence;
export const evidenceKinds = ['field', 'cloze'] as const satisfies readonly EvidenceKind[];

type OfRun = Pick<RunStatusFile, 'arm' | 'seed' | 'fingerprint'>;

interface Heading {
  readonly version: 1;
  readonly fingerprint: string;
}

export async function keepEvidence<Kind extends EvidenceKind>(
  folder: DurableFolder,
  run: OfRun,
  kind: Kind,
  evidence: KeptEvidence[Kind],
): Promise<void> {
  const kept = { version: 1, fingerprint: run.fingerprint, ...evidence } satisfies Heading;
  await folder.write(fileOf(run, kind), `${JSON.stringify(kept, null, 1)}\n`);
}

/** Undefined where there is none of that run. Throws `storage/damaged`. */
export async function readEvidence<Kind extends EvidenceKind>(
  folder: DurableFolder,
  run: OfRun,
  kind: Kind,
): Promise<KeptEvidence[Kind] | undefined> {
  const text = await readTextFile(folder, fileOf(run, kind));
  if (text === undefined) return undefined;
  const { version, fingerprint, ...evidence } = parsed<Heading & KeptEvidence[Kind]>(text, fileOf(run, kind));
  return version === 1 && fingerprint === run.fingerprint ? (evidence as unknown as KeptEvidence[Kind]) : undefined;
}

export async function readAllEvidence(folder: DurableFolder, run: OfRun): Promise<Partial<KeptEvidence>> {
  const found = await Promise.all(evidenceKinds.map(async (kind) => [kind, await readEvidence(folder, run, kind)]));
  return Object.fromEntries(found.filter(([, evidence]) => evidence)) as Partial<KeptEvidence>;
}

const fileOf = (run: OfRun, kind: EvidenceKind): string => `${runPath(run)}/${kind}.json`;
