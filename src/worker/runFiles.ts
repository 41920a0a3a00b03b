/** Runs of kept experiments as one file for other programs. Where several experiments are taken, an arm is named with its own. */
import { zipStream } from '../checkpoint/index';
import { runsAsCsv, runsAsEventFiles, runsAsJsonLines, type RecordedRun } from '../lab/index';
import type { KeptRun, RunFileForm } from './api';

export interface RunsOfExperiment {
  readonly name: string;
  readonly runs: readonly KeptRun[];
}

export async function runFile(experiments: readonly RunsOfExperiment[], form: RunFileForm): Promise<File> {
  const runs = recordedRuns(experiments);
  const stem = fileStem(experiments.map(({ name }) => name));
  switch (form) {
    case 'json-lines':
      return new File([runsAsJsonLines(runs)], `${stem}.jsonl`, { type: 'application/jsonl' });
    case 'csv':
      return new File([runsAsCsv(runs)], `${stem}.csv`, { type: 'text/csv' });
    case 'tensorboard': {
      const files = runsAsEventFiles(runs).map(({ path: name, content }) => ({ name, content }));
      // client-zip's chunks are of plain buffers, whatever its type says.
      const zip = zipStream(files) as ReadableStream<Uint8Array<ArrayBuffer>>;
      return new File([await new Response(zip).blob()], `${stem}-tensorboard.zip`, { type: 'application/zip' });
    }
  }
}

function recordedRuns(experiments: readonly RunsOfExperiment[]): RecordedRun[] {
  const taken = new Map<string, number>();
  return experiments.flatMap(({ name, runs }) => {
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    const label = count === 1 ? name : `${name} (${count})`;
    return runs.map(({ arm, seed, records }) => ({
      arm: experiments.length === 1 ? arm : `${label}: ${arm}`,
      seed,
      records,
    }));
  });
}

/** Of one its name, of several their number. */
export function fileStem(names: readonly string[]): string {
  if (names.length !== 1) return `${names.length}-experiments`;
  const stem = names[0]!
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '');
  return stem || 'experiment';
}
