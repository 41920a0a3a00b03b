// `train` and `expand` as processes: what they write beside the model is a specification that `run` runs, with the same losses.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSpecText, type ExperimentReport, type RunRecord, type TokensEvidence } from '../../src/lab/index';
import { seededRandom } from '../../src/random';
import { tinyLlama } from '../lab/vocabulary/letters';

let scratch: string;
const at = (...names: string[]) => join(scratch, ...names);
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'tokengraft-one-arm-'));
  mkdirSync(at('model'));
  const tree = await tinyLlama();
  for (const name of tree.list()) {
    const source = tree.open(name)!;
    writeFileSync(at('model', name), await source.read(0, source.size));
  }
  writeFileSync(at('corpus.jsonl'), documents());
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** No two alike: repetitions would be dropped. */
function documents(): string {
  const random = seededRandom(1);
  const words = ['abab', 'cdcd', 'efgh', 'abcd', 'ghef'];
  const text = () => Array.from({ length: 8 }, () => words[Math.floor(random() * words.length)]).join(' ');
  return Array.from({ length: 200 }, () => `${JSON.stringify({ text: text() })}\n`).join('');
}

function lab(...arguments_: readonly string[]) {
  const command = ['scripts/run.mjs', 'src/headless/cli.ts', ...arguments_, '--json'];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8', timeout: 900_000 });
  const value = JSON.parse(stdout) as Record<string, unknown>;
  return { status, stderr, value };
}

function train(model: string, out: string, ...flags: string[]) {
  const step = ['--batch', '2', '--seq', '24', '--evaluate-bytes', '200', '--device', 'processor'];
  const files = ['--model', at(model), '--corpus', at('corpus.jsonl'), '--out', at(out)];
  return lab('train', ...files, ...step, ...flags);
}

const losses = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RunRecord)
    .flatMap((record) => (record.type === 'step' ? [record.loss] : []));

/** The specification in a folder, run as an experiment: its losses, and what it found. */
function runAgain(folder: string) {
  const { status, value, stderr } = lab('run', at(folder, 'experiment.json'), '--out', at(`${folder}-again`));
  expect(status, stderr).toBe(0);
  const run = at(`${folder}-again`, 'trained', '1');
  const generation = readdirSync(run).find((name) => name !== 'status.json')!;
  return { report: value as unknown as ExperimentReport, losses: losses(join(run, generation, 'run.jsonl')) };
}

describe('a verb of one arm', () => {
  it('trains in so many steps, and what it writes runs again to the bit', () => {
    const flags = ['--new-tokens', '6', '--train', 'all', '--init', 'random', '--steps', '4', '--lr', '0.01'];
    const { status, value, stderr } = train('model', 'trained', ...flags);
    expect(status, stderr).toBe(0);
    expect(value).toMatchObject({ steps: 4, newTokens: 6, verification: { passed: true } });
    expect(value.losses).toHaveLength(4);
    const { base, before, after } = value.bitsPerByte as Record<string, number>;
    expect(after).toBeLessThan(before!);
    expect(base).toBeGreaterThan(1);
    expect(losses(at('trained', 'run.jsonl'))).toEqual(value.losses);
    const again = runAgain('trained');
    expect(again.losses).toEqual(value.losses);
    expect(again.report.arms[0]).toMatchObject({ steps: 4, bytes: (value.budget as { bytes: number }).bytes });
    expect(again.report.arms[0]!.heldOut.bitsPerByte).toBe(after);
    const card = readFileSync(at('trained', 'README.md'), 'utf8');
    expect(card).toContain('New rows started as: random.');
    expect(card).toContain('4 steps; what moved: all parameters; what was learned: every next token of the text.');
  });

  it('trains the rows of a folder that was expanded, and no others', () => {
    const { status, value, stderr } = train('trained', 'further', '--steps', '2', '--precision', 'f16');
    expect(status, stderr).toBe(0);
    expect(value).toMatchObject({ steps: 2, comparison: null, verification: { passed: true, untouchedRows: 10 } });
    expect(value.newTokens).toBeUndefined();
    const spec = parseSpecText(readFileSync(at('further', 'experiment.json'), 'utf8'));
    expect(spec.arms.trained!.stages[0]!.rates).toEqual({ newRows: 0.003 });
    // On the processor there is no f16; that is said, and said again by what runs from the specification.
    expect([spec.precision, value.precision]).toEqual(['f16', { precision: 'f32' }]);
    const again = runAgain('further');
    expect(again.losses).toEqual(value.losses);
    expect(again.report.arms[0]!.precision).toEqual({ precision: 'f32' });
    const list = (folder: string) => readFileSync(at(folder, 'new_tokens.json'), 'utf8');
    expect(list('further')).toBe(list('trained'));
  });

  it('leaves a folder whose new tokens there is evidence for', () => {
    const asked = ['--corpus', at('corpus.jsonl'), '--places', '3', '--device', 'processor'];
    const { status, value, stderr } = lab('tokens', '--model', at('trained'), ...asked);
    expect(status, stderr).toBe(0);
    const { tokens, control } = value as unknown as TokensEvidence;
    expect([tokens.length, control]).toEqual([6, null]);
    // Counted by the training that wrote the folder.
    expect(tokens.reduce((sum, { exposures }) => sum + exposures!, 0)).toBeGreaterThan(0);
    const untouched = lab('tokens', '--model', at('model'), ...asked);
    expect([untouched.status, untouched.value.error]).toMatchObject([1, { code: 'lab/no-new-tokens' }]);
    const nowhere = lab('tokens', '--model', at('trained'));
    expect([nowhere.status, nowhere.value.error]).toMatchObject([1, { code: 'headless/bad-arguments' }]);
  });

  it('is refused where there are no new rows, naming the field', () => {
    const { status, value } = train('model', 'none', '--steps', '2');
    expect([status, value.error]).toMatchObject([
      1,
      { code: 'lab/no-new-rows', message: expect.stringContaining('`arms.trained.stages[0].moves.newRows`') as string },
    ]);
  });

  it('expands as its specification says, and so does its card', () => {
    const files = ['--model', at('model'), '--corpus', at('corpus.jsonl'), '--out', at('expanded')];
    const { status, stderr } = lab('expand', ...files, '--new-tokens', '4', '--init', 'zero', '--min-frequency', '3');
    expect(status, stderr).toBe(0);
    const { arms } = parseSpecText(readFileSync(at('expanded', 'experiment.json'), 'utf8'));
    expect(arms.trained).toMatchObject({
      vocabulary: { method: 'continued', newTokens: 4, rules: { minFrequency: 3 } },
      start: { input: 'zero', output: 'zero' },
      stages: [],
    });
    expect(readFileSync(at('expanded', 'README.md'), 'utf8')).toContain('New rows started as: zero.');
  });
});
