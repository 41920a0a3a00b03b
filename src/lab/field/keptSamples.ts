/** Samples beside the run that they are of, as `<arm>/<seed>/field.json`: of other weights they are not read. */
import { readTextFile, type DurableFolder } from '../../checkpoint/index';
import { parsed, runPath, type RunStatusFile } from '../experiment/runFolder';
import type { FieldRun } from './fieldReport';

interface FieldFile extends FieldRun {
  readonly version: 1;
  readonly fingerprint: string;
}

type OfRun = Pick<RunStatusFile, 'arm' | 'seed' | 'fingerprint'>;

const fileOf = (run: OfRun): string => `${runPath(run)}/field.json`;

export async function keepSamples(folder: DurableFolder, run: OfRun, field: FieldRun): Promise<void> {
  const kept = { version: 1, fingerprint: run.fingerprint, ...field } satisfies FieldFile;
  await folder.write(fileOf(run), `${JSON.stringify(kept, null, 1)}\n`);
}

/** Undefined where none were drawn of that run. Throws `storage/damaged`. */
export async function readSamples(folder: DurableFolder, run: OfRun): Promise<FieldRun | undefined> {
  const text = await readTextFile(folder, fileOf(run));
  if (text === undefined) return undefined;
  const { version, fingerprint, ...field } = parsed<FieldFile>(text, fileOf(run));
  return version === 1 && fingerprint === run.fingerprint ? field : undefined;
}
