/** Answers beside the run that they are of, as `<arm>/<seed>/cloze.json`: of other weights they are not read. */
import { readTextFile, type DurableFolder } from '../../checkpoint/index';
import { parsed, runPath, type RunStatusFile } from '../experiment/runFolder';
import type { ClozeRun } from './clozeReport';

interface ClozeFile extends ClozeRun {
  readonly version: 1;
  readonly fingerprint: string;
}

type OfRun = Pick<RunStatusFile, 'arm' | 'seed' | 'fingerprint'>;

const fileOf = (run: OfRun): string => `${runPath(run)}/cloze.json`;

export async function keepAnswers(folder: DurableFolder, run: OfRun, cloze: ClozeRun): Promise<void> {
  const kept = { version: 1, fingerprint: run.fingerprint, ...cloze } satisfies ClozeFile;
  await folder.write(fileOf(run), `${JSON.stringify(kept, null, 1)}\n`);
}

/** Undefined where that run was not asked. Throws `storage/damaged`. */
export async function readAnswers(folder: DurableFolder, run: OfRun): Promise<ClozeRun | undefined> {
  const text = await readTextFile(folder, fileOf(run));
  if (text === undefined) return undefined;
  const { version, fingerprint, ...cloze } = parsed<ClozeFile>(text, fileOf(run));
  return version === 1 && fingerprint === run.fingerprint ? cloze : undefined;
}
