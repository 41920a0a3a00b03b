// `lab ask`: an experiment on words, asked afterwards; the answers are kept with the runs and stand in the report.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClozeReport, ExperimentReport } from '../../src/lab/index';
import { tinyArms } from '../lab/experiment/tinyExperiment';
import { seededRandom } from '../../src/random';
import { tinyLlama } from '../lab/vocabulary/letters';

let scratch: string;
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'tokengraft-ask-'));
  mkdirSync(join(scratch, 'model'));
  const tree = await tinyLlama();
  for (const name of tree.list()) {
    const source = tree.open(name)!;
    writeFileSync(join(scratch, 'model', name), await source.read(0, source.size));
  }
  writeFileSync(join(scratch, 'corpus.jsonl'), lines(1, 240, 12));
  writeFileSync(join(scratch, 'general.jsonl'), lines(2, 20, 4));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Sentences of sixty words of four letters. */
function lines(seed: number, count: number, length: number): string {
  const random = seededRandom(seed);
  const drawn = (many: number) => Math.floor(random() * many);
  const words = Array.from({ length: 60 }, () => Array.from({ length: 4 }, () => 'abcdefgh'[drawn(8)]!).join(''));
  const text = () => Array.from({ length }, () => words[drawn(60)]!).join(' ');
  return Array.from({ length: count }, () => `${JSON.stringify({ text: text() })}\n`).join('');
}

function lab(...arguments_: readonly string[]) {
  const command = ['scripts/run.mjs', 'src/headless/cli.ts', ...arguments_, '--json'];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8', timeout: 900_000 });
  return { status, stdout, stderr };
}

describe('lab ask', () => {
  it('asks every finished arm and the base the same, and the report has the answers from then on', () => {
    const file = join(scratch, 'experiment.json');
    const runs = join(scratch, 'runs');
    const spec = {
      ...{ version: 2, name: 'Words', model: join(scratch, 'model'), corpus: { path: join(scratch, 'corpus.jsonl') } },
      general: { path: join(scratch, 'general.jsonl') },
      ...{ budget: { bytes: 300 }, seeds: [1], arms: tinyArms },
      evaluation: { bytes: 200, generalBytes: 60, watchBytes: 100, points: 2 },
    };
    writeFileSync(file, JSON.stringify(spec));
    expect(lab('run', file, '--out', runs, '--device', 'processor').status).toBe(0);
    const asked = lab('ask', runs, '--n', '12', '--device', 'processor');
    expect([asked.status, asked.status === 0 ? '' : asked.stderr]).toEqual([0, '']);
    const cloze = JSON.parse(asked.stdout) as ClozeReport;
    const report = JSON.parse(lab('report', runs).stdout) as ExperimentReport;
    expect(report.cloze).toEqual(cloze);
    expect(cloze).toMatchObject({ questions: 12, chance: 0.25, seed: 1 });
    expect(cloze.arms.map(({ arm }) => arm)).toEqual(Object.keys(tinyArms));
    for (const { right, chosen } of cloze.arms) expect([right.of, chosen.length]).toEqual([12, 8]);
    const answers = join(runs, 'continued', '1', 'cloze.json');
    const written = statSync(answers).mtimeMs;
    const again = lab('ask', runs, '--n', '12', '--device', 'processor');
    expect(JSON.parse(again.stdout)).toEqual(cloze);
    expect(statSync(answers).mtimeMs, 'not asked again').toBe(written);
    expect(cloze.differences.length).toBeGreaterThan(0);

    for (const [verb, ...rest] of [['ask'], ['sample', '--notation', 'molecules']] as const) {
      const unknown = lab(verb, runs, ...rest, '--arm', 'nobody', '--device', 'processor');
      expect(unknown.status).not.toBe(0);
      const said = unknown.stdout + unknown.stderr;
      expect(said).toContain('lab/no-such-arm');
      expect(said).toContain(`There are: ${Object.keys(tinyArms).join(', ')}.`);
    }
    const unknown = lab('ask', runs, '--run-seed', '9', '--device', 'processor');
    expect(unknown.stdout + unknown.stderr).toContain('There are: 1.');
  });
});
