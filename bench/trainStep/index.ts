/**
 * `npm run bench:train-step`: the identical training step in ours, jax-js and TensorFlow.js, over the same Dawn and the same
 * adapter, one process each, taking turns (A B C A B C ...), so that a machine that drifts drifts for all. What is printed
 * are ratios of paired steps; absolute times mean nothing on a shared machine. Losses must agree, or there is no result.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { floatingPointOperations } from './problem.mjs';

interface Step {
  readonly loss: number;
  readonly milliseconds: number;
}

interface Contestant {
  readonly name: string;
  step(): Promise<Step>;
  close(): void;
}

const folder = dirname(fileURLToPath(import.meta.url));
const project = join(folder, '..', '..');

async function start(name: string, commandLine: readonly string[]): Promise<Contestant> {
  const child = spawn(process.execPath, commandLine, { cwd: project, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextAnswer = async (): Promise<Record<string, unknown>> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name} ended without an answer`);
      if (value.startsWith('{')) return JSON.parse(value) as Record<string, unknown>;
    }
  };
  await nextAnswer();
  return {
    name,
    step: async () => {
      child.stdin.write('step\n');
      return (await nextAnswer()) as unknown as Step;
    },
    close: () => child.kill(),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

export async function main(args: readonly string[]): Promise<number> {
  const rounds = Number(args[0] ?? 5);
  if (!existsSync(join(folder, 'node_modules'))) {
    spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
  }
  const contestants = [
    await start('Tokengraft', ['scripts/run.mjs', 'bench/trainStep/ours.ts']),
    await start('jax-js', ['bench/trainStep/jax.mjs']),
    await start('TensorFlow.js', ['bench/trainStep/tensorflow.mjs']),
  ];
  const taken = new Map<string, Step[]>(contestants.map(({ name }) => [name, []]));
  // The first step compiles: its loss counts, its time does not.
  for (let round = 0; round <= rounds; round++) {
    for (const contestant of contestants) taken.get(contestant.name)!.push(await contestant.step());
  }
  for (const contestant of contestants) contestant.close();

  const ours = taken.get('Tokengraft')!;
  const operations = floatingPointOperations();
  let agrees = true;
  for (const { name } of contestants) {
    const steps = taken.get(name)!;
    const timed = steps.slice(1).map((step) => step.milliseconds);
    const ratios = steps.slice(1).map((step, i) => step.milliseconds / ours[i + 1]!.milliseconds);
    const apart = Math.max(...steps.map((step, i) => Math.abs(step.loss - ours[i]!.loss)));
    if (!(apart < 2e-3)) agrees = false;
    console.log(
      `${name.padEnd(14)} median ${(median(timed) / 1000).toFixed(2)} s  ${(operations / median(timed) / 1e6).toFixed(1)} GFLOP/s  ` +
        `time against ours ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})  ` +
        `losses ${steps.map((step) => step.loss.toFixed(4)).join(' ')}  apart ${apart.toExponential(1)}`,
    );
  }
  if (!agrees) console.log('The losses do not agree: there is no result.');
  return agrees ? 0 : 1;
}
