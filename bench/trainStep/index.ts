/**
 * `npm run bench:train-step -- [--rounds N] [--only NAME,NAME] [--json FILE]`: the identical training step in every engine that
 * a user of this machine could pick, one process each, in turns. What counts are ratios of paired steps; absolute times mean
 * nothing on a shared machine. Losses must agree, or there is no result; a contestant that fails shows its reason in its row.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findChromium } from '../../scripts/testing/chromium.mjs';
import { swiftShaderEnvironment } from '../../scripts/testing/vulkan.mjs';
import { tableText } from '../gpu/part';
import { installPeers } from './peers';
import { writeProblem } from './problemFile.mjs';
import { resultRow, tableOf } from './table';
import { takeTurns, type ContestantCommand } from './turns';

/** Who takes turns; `problemFile` is for those that are no JavaScript. A contestant more is a line more. */
function contestants(problemFile: string): ContestantCommand[] {
  const python = process.platform === 'win32' ? '.venv/Scripts/python.exe' : '.venv/bin/python';
  const pytorch = (threads: string) => ({
    program: python,
    commandLine: ['bench/trainStep/pytorch.py', problemFile, threads],
  });
  return [
    { name: 'ours', commandLine: ['scripts/run.mjs', 'bench/trainStep/ours.ts', 'gpu'] },
    { name: 'ours-processor', commandLine: ['scripts/run.mjs', 'bench/trainStep/ours.ts', 'processor', '2'] },
    { name: 'ours-processor-1', commandLine: ['scripts/run.mjs', 'bench/trainStep/ours.ts', 'processor', '1'] },
    ...swiftShader(),
    { name: 'ours-chromium', commandLine: ['scripts/run.mjs', 'bench/trainStep/oursInChromium.ts', 'processor'] },
    { name: 'ours-chromium-webgpu', commandLine: ['scripts/run.mjs', 'bench/trainStep/oursInChromium.ts', 'gpu'] },
    { name: 'jax-webgpu', commandLine: ['bench/trainStep/jax.mjs', 'webgpu'] },
    { name: 'jax-wasm', commandLine: ['bench/trainStep/jax.mjs', 'wasm', '2'] },
    { name: 'jax-wasm-1', commandLine: ['bench/trainStep/jax.mjs', 'wasm', '1'] },
    { name: 'tensorflow-webgpu', commandLine: ['bench/trainStep/tensorflow.mjs', 'webgpu'] },
    { name: 'tensorflow-wasm', commandLine: ['bench/trainStep/tensorflow.mjs', 'wasm'] },
    { name: 'tensorflow-wasm-one-hot', commandLine: ['bench/trainStep/tensorflow.mjs', 'wasm', 'one-hot'] },
    { name: 'pytorch', ...pytorch('2') },
    { name: 'pytorch-1', ...pytorch('1') },
  ];
}

/** The driver beside Chromium, where there is one, besides the one that this process was given. */
function swiftShader(): ContestantCommand[] {
  const driver = swiftShaderEnvironment(findChromium() ?? '');
  return driver
    ? [
        {
          name: 'ours-swiftshader',
          commandLine: ['scripts/run.mjs', 'bench/trainStep/ours.ts', 'gpu'],
          environment: driver,
        },
      ]
    : [];
}

export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '5' }, only: { type: 'string' }, json: { type: 'string' } },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds wants a whole number, not ${values.rounds}`);
  const temporary = mkdtempSync(join(tmpdir(), 'tokengraft-step-'));
  try {
    const problemFile = join(temporary, 'problem');
    const all = contestants(problemFile);
    const chosen = values.only?.split(',') ?? all.map(({ name }) => name);
    const unknown = chosen.filter((each) => !all.some(({ name }) => name === each));
    if (unknown.length > 0) {
      console.error(`No contestant ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}.`);
      return 2;
    }
    installPeers();
    writeProblem(problemFile);
    const turns = await takeTurns(
      all.filter(({ name }) => chosen.includes(name)),
      rounds,
    );
    const reference = turns.find(({ name }) => name === 'ours') ?? turns[0]!;
    const rows = turns.map((taken) => resultRow(taken, reference));
    console.log(tableText(tableOf(rows, reference.name)));
    const agrees = reference.failure === undefined && rows.every(({ result }) => result !== 'losses differ');
    if (reference.failure !== undefined) console.log(`${reference.name} failed: there is nothing to compare with.`);
    else if (!agrees) console.log('The losses do not agree: there is no result.');
    const machine = { node: process.version, processor: cpus()[0]?.model ?? 'unknown', processors: cpus().length };
    const record = { takenAt: new Date().toISOString(), ...machine, rounds, reference: reference.name, agrees, rows };
    if (values.json) writeFileSync(values.json, `${JSON.stringify(record, null, 2)}\n`);
    return agrees ? 0 : 1;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
