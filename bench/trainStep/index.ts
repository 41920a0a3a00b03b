/**
 * `npm run bench:train-step`: the identical training step in ours, jax-js and TensorFlow.js, over the same Dawn and the same
 * adapter, one process each. What is printed are ratios of paired steps; absolute times mean nothing on a shared machine.
 * Losses must agree, or there is no result.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { floatingPointOperations } from './problem.mjs';
import { lossesApart, lossTolerance, medianStep, takeTurns } from './turns';

const folder = dirname(fileURLToPath(import.meta.url));

export async function main(args: readonly string[]): Promise<number> {
  const rounds = Number(args[0] ?? 5);
  if (!existsSync(join(folder, 'node_modules'))) {
    spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
  }
  const turns = await takeTurns(
    [
      { name: 'Tokengraft', commandLine: ['scripts/run.mjs', 'bench/trainStep/ours.ts'] },
      { name: 'jax-js', commandLine: ['bench/trainStep/jax.mjs'] },
      { name: 'TensorFlow.js', commandLine: ['bench/trainStep/tensorflow.mjs'] },
    ],
    rounds,
  );
  const ours = turns[0]!;
  const operations = floatingPointOperations();
  let agrees = true;
  for (const taken of turns) {
    if (taken.failure !== undefined) {
      agrees = false;
      console.log(`${taken.name.padEnd(14)} ${taken.failure}`);
      continue;
    }
    const ratios = taken.steps.slice(1).map((step, i) => step.milliseconds / (ours.steps[i + 1]?.milliseconds ?? NaN));
    const apart = lossesApart(taken, ours);
    if (!(apart < lossTolerance)) agrees = false;
    const median = medianStep(taken);
    const middle = [...ratios].sort((a, b) => a - b)[ratios.length >> 1]!;
    console.log(
      `${taken.name.padEnd(14)} median ${(median / 1000).toFixed(2)} s  ${(operations / median / 1e6).toFixed(1)} GFLOP/s  ` +
        `time against ours ${middle.toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})  ` +
        `losses ${taken.steps.map((step) => step.loss.toFixed(4)).join(' ')}  apart ${apart.toExponential(1)}`,
    );
  }
  if (!agrees) console.log('The losses do not agree: there is no result.');
  return agrees ? 0 : 1;
}
