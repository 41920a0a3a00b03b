/** Writes made-up runs as event files, CSV and JSON lines, and the sizes that xz makes of files, for Python to check. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { xzSize } from '../../src/headless/xzWorker';
import { runsAsCsv, runsAsEventFiles, runsAsJsonLines, type RecordedRun } from '../../src/lab/index';

interface Job {
  readonly runs: readonly RecordedRun[];
  /** Files, and how many of their first bytes are compressed. */
  readonly texts: readonly (readonly [file: string, bytes: number])[];
}

export async function main([jobFile, out]: readonly string[]): Promise<number> {
  if (jobFile === undefined || out === undefined) throw new Error('The job’s file and a folder are needed.');
  const { runs, texts } = JSON.parse(readFileSync(jobFile, 'utf8')) as Job;
  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), content);
  };
  for (const { path, content } of runsAsEventFiles(runs)) write(join('events', path), content);
  write('runs.csv', runsAsCsv(runs));
  write('runs.jsonl', runsAsJsonLines(runs));
  const sizes: number[] = [];
  for (const [file, bytes] of texts) sizes.push(await xzSize(new Uint8Array(readFileSync(file).subarray(0, bytes))));
  write('sizes.json', JSON.stringify(sizes));
  return 0;
}
