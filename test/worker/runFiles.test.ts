import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { fileStem, runFile } from '../../src/worker/runFiles';
import type { KeptRun, RunFileForm } from '../../src/worker/index';

const run = (arm: string, seed: number): KeptRun => ({
  ...{ arm, seed, engine: 'processor', trainingSeconds: 3 },
  records: [{ type: 'evaluation', step: 0, bytesRead: 0, bitsPerByte: 2, milliseconds: 1 }],
});
const one = { name: 'Do molecules deserve tokens?', runs: [run('base', 1), run('continued', 1), run('continued', 2)] };

describe('runs of kept experiments as a file', () => {
  test.each([
    ['json-lines', 'do-molecules-deserve-tokens.jsonl'],
    ['csv', 'do-molecules-deserve-tokens.csv'],
    ['tensorboard', 'do-molecules-deserve-tokens-tensorboard.zip'],
  ] as const)('%s is named after the experiment', async (form: RunFileForm, name) => {
    expect((await runFile([one], form)).name).toBe(name);
  });

  test('several are named by their number, and their arms with the experiment they belong to', async () => {
    const file = await runFile([one, { ...one, runs: [run('base', 1)] }], 'json-lines');
    expect(file.name).toBe('2-experiments.jsonl');
    const arms = (await file.text())
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { arm: string }).arm);
    expect(arms[0]).toBe(`${one.name}: base`);
    expect(arms[3]).toBe(`${one.name} (2): base`);
    expect(new Set(arms).size).toBe(3);
  });

  test('the zip holds an event file an arm and seed', async () => {
    const zip = unzipSync(new Uint8Array(await (await runFile([one], 'tensorboard')).arrayBuffer()));
    expect(Object.keys(zip).map((path) => path.split('/').slice(0, 2).join('/'))).toEqual([
      'base/seed-1',
      'continued/seed-1',
      'continued/seed-2',
    ]);
  });

  test.each([
    [['分子 值得吗？'], '分子-值得吗'],
    [['../../etc'], 'etc'],
    [['???'], 'experiment'],
    [['a', 'b', 'c'], '3-experiments'],
  ])('%j gives the stem %s', (names, stem) => expect(fileStem(names)).toBe(stem));
});
