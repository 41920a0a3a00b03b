/**
 * `lab run` killed (SIGKILL) at random moments and started again until it is finished; then every figure must be that of a run
 * nobody disturbed. Where it is finished before it was killed often enough, it begins anew in another folder.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { diskFolder } from '../../src/checkpoint/node';
import {
  readReport,
  readSpec,
  type ExperimentReport,
  type ExperimentSpec,
  type WrittenSpec,
} from '../../src/lab/index';
import { readRecords, readStatus, runPath } from '../../src/lab/experiment/runFolder';
import { seededRandom } from '../../src/random';

/** Two arms on the bundled model: some twenty steps each. */
export const spec: WrittenSpec = {
  version: 2,
  name: 'Killed and started again',
  model: 'bundled',
  corpus: { sample: 'molecules' },
  budget: { bytes: 3000 },
  seeds: [1],
  evaluation: { bytes: 1024, generalBytes: 512, watchBytes: 512, points: 8 },
  arms: {
    'old vocabulary': { stages: [{ moves: { everything: 0.003 }, batch: { rows: 2, length: 64 } }] },
    continued: {
      vocabulary: { method: 'continued', newTokens: 32 },
      stages: [{ moves: { everything: 0.003 }, batch: { rows: 2, length: 64 } }],
    },
  },
};

export interface KilledRun {
  readonly kills: number;
  /** Experiments that were finished meanwhile, all of them compared. */
  readonly finished: number;
  /** Runs whose figures differ, files that cannot be read, generations that no status names. */
  readonly faults: readonly string[];
  readonly unbrokenSeconds: number;
  readonly seconds: number;
}

export async function killRun(
  kills: number,
  seed: number,
  log: (line: string) => void = () => undefined,
): Promise<KilledRun> {
  const scratch = mkdtempSync(join(tmpdir(), 'tokengraft-killed-'));
  const file = join(scratch, 'experiment.json');
  writeFileSync(file, JSON.stringify(spec));
  const started = performance.now();
  const since = (then: number) => (performance.now() - then) / 1000;
  const faults: string[] = [];
  try {
    const whole = join(scratch, 'whole');
    await lab(file, whole);
    const unbrokenSeconds = since(started);
    log(`unbroken: ${unbrokenSeconds.toFixed(1)} s`);
    const expected = await figures(whole);
    const random = seededRandom(seed);
    let [killed, finished] = [0, 0];
    while (killed < kills || finished === 0) {
      const folder = join(scratch, String(finished));
      for (let isFinished = false; !isFinished;) {
        const after = killed < kills ? 500 + random() * 1000 * unbrokenSeconds : undefined;
        isFinished = await lab(file, folder, after);
        if (!isFinished) killed++;
        const known = await whatLies(folder, faults);
        log(`${isFinished ? 'finished' : `killed after ${(after! / 1000).toFixed(1)} s`}: ${known}`);
      }
      const found = await figures(folder);
      if (!isDeepStrictEqual(found, expected))
        faults.push(`experiment ${finished} has other figures than the unbroken one`);
      finished++;
    }
    return { kills: killed, finished, faults, unbrokenSeconds, seconds: since(started) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Whether it ended by itself, with an answer. */
function lab(file: string, folder: string, killAfter?: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const command = ['scripts/run.mjs', 'src/headless/cli.ts', 'run', file, '--out', folder, '--device', 'processor'];
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (signal === 'SIGKILL') resolve(false);
      else if (code === 0) resolve(true);
      else reject(new Error(`lab run ended with ${code ?? signal}:\n${errors}`));
    });
  });
}

/** After a death everything that is named must be readable. */
async function whatLies(path: string, faults: string[]): Promise<string> {
  const folder = await diskFolder(path);
  try {
    if (!(await readSpec(folder))) return 'nothing yet';
    const { arms, unfinished } = await readReport(folder);
    const begun = unfinished.map(({ arm, state }) => `${arm} ${state}`);
    return [...arms.map(({ arm }) => `${arm} finished`), ...begun].join(', ');
  } catch (thrown) {
    faults.push(String(thrown));
    return String(thrown);
  }
}

/** Losses and scores of every run, and that nothing lies beside them. */
async function figures(path: string): Promise<unknown> {
  const folder = await diskFolder(path);
  const read: ExperimentSpec = (await readSpec(folder))!;
  const runs: unknown[] = [];
  for (const arm of Object.keys(read.arms)) {
    const key = { arm, seed: 1 };
    const status = (await readStatus(folder, key))!;
    const records = (await readRecords(folder, status)).filter(({ type }) => type === 'step' || type === 'evaluation');
    const files = readdirSync(join(path, runPath(key)), { recursive: true })
      .map(String)
      .sort();
    const named = files.map((name) => name.replace(status.generation, 'generation'));
    runs.push({ arm, files: named, records: records.map((record) => ({ ...record, milliseconds: 0 })) });
  }
  const report: ExperimentReport = await readReport(folder);
  const { verdict, comparisons, references } = report;
  return {
    runs,
    verdict,
    comparisons,
    references,
    scores: report.arms.map(({ heldOut, general }) => ({ heldOut, general })),
  };
}
