import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentReport, TokensEvidence } from '../../src/lab/index';
import { tinyArms } from '../lab/experiment/tinyExperiment';
import { seededRandom } from '../../src/random';
import { tinyLlama } from '../lab/vocabulary/letters';

let scratch: string;
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'tokengraft-run-'));
  mkdirSync(join(scratch, 'model'));
  const tree = await tinyLlama();
  for (const name of tree.list()) {
    const source = tree.open(name)!;
    writeFileSync(join(scratch, 'model', name), await source.read(0, source.size));
  }
  writeFileSync(join(scratch, 'corpus.jsonl'), corpusLines());
  writeFileSync(join(scratch, 'general.jsonl'), corpusLines(2, ['hgfe', 'dcba', 'hh']));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** No two documents alike: repetitions would be dropped. */
function corpusLines(seed = 1, words = ['abab', 'cdcd', 'efgh', 'abcd', 'ghef']): string {
  const random = seededRandom(seed);
  const text = () => Array.from({ length: 8 }, () => words[Math.floor(random() * words.length)]).join(' ');
  return Array.from({ length: 200 }, () => `${JSON.stringify({ text: text() })}\n`).join('');
}

const specOf = (change: object = {}) => ({
  version: 2,
  name: 'Do syllables deserve tokens of their own?',
  model: join(scratch, 'model'),
  corpus: { path: join(scratch, 'corpus.jsonl') },
  general: { path: join(scratch, 'general.jsonl') },
  budget: { bytes: 300 },
  seeds: [1, 2],
  evaluation: { bytes: 200, generalBytes: 60, watchBytes: 100, points: 2 },
  prediction: {
    ...{ verdict: 'expand-for-speed', confidence: 0.6, suggestedNewTokens: 6 },
    ...{ shorterBy: 0.3, at: '2026-01-01T00:00:00Z' },
  },
  arms: tinyArms,
  ...change,
});

function lab(...arguments_: readonly string[]) {
  const command = ['scripts/run.mjs', 'src/headless/cli.ts', ...arguments_];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8', timeout: 900_000 });
  return { status, stdout, stderr };
}

function run(name: string, spec: object, ...flags: readonly string[]) {
  const file = join(scratch, `${name}.json`);
  writeFileSync(file, JSON.stringify(spec));
  return lab('run', file, '--out', join(scratch, name), '--device', 'processor', ...flags);
}

/** What `--json` has promised; more may stand beside it. */
const number = { type: 'number' };
const maybeNumber = { type: ['number', 'null'] };
const interval = { type: ['array', 'null'], items: number, minItems: 2, maxItems: 2 };
const all = (properties: object) => ({ type: 'object', properties, required: Object.keys(properties) });
const score = all({ bitsPerByte: maybeNumber, interval });
const difference = all({ difference: maybeNumber, interval });
const promise = all({
  name: { type: 'string' },
  verdict: all({
    outcome: { enum: ['expand', 'expand-for-speed', 'do-not-expand', 'cannot-tell'] },
    difference: maybeNumber,
    interval,
    atEqual: { enum: ['bytes', 'flops'] },
    advice: { type: 'array', items: all({ kind: { type: 'string' } }) },
  }),
  prediction: all({ verdict: { type: 'string' }, score: { enum: ['held', 'failed', 'not-scored'] } }),
  arms: {
    type: 'array',
    items: all({
      ...{ arm: { type: 'string' }, seed: number, steps: number, bytes: number, tokens: number },
      ...{ heldOut: score, general: score, bytesPerToken: number, secondsPerMegabyte: maybeNumber },
    }),
  },
  comparisons: {
    type: 'array',
    items: all({
      arm: { type: 'string' },
      against: { type: ['string', 'null'] },
      heldOut: difference,
      general: difference,
    }),
  },
});

describe('lab run and lab report', () => {
  it('answer what they promise, for equal bytes, and the second time at once', () => {
    const first = run('whole', specOf(), '--json');
    expect([first.status, first.stderr]).toEqual([0, expect.stringContaining('continued, seed 2: finished') as string]);
    const report = JSON.parse(first.stdout) as ExperimentReport;
    const check = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(promise);
    expect([check(report), check.errors]).toEqual([true, null]);
    expect(Object.keys(report).sort()).toEqual(
      [
        'name',
        'verdict',
        'prediction',
        'arms',
        'comparisons',
        'early',
        'lengths',
        'order',
        'worsened',
        'references',
        'base',
        'field',
        'cloze',
        'unfinished',
      ].sort(),
    );
    expect([report.field, report.cloze]).toEqual([null, null]);
    const read = report.arms.filter(({ steps }) => steps > 0);
    expect(read.map(({ arm, seed, bytes }) => [arm, seed, bytes])).toEqual([
      ...[1, 2].map((seed) => ['old vocabulary', seed, 300]),
      ...[1, 2].map((seed) => ['continued', seed, 300]),
    ]);
    expect(report.comparisons).toMatchObject([{ arm: 'continued', against: 'old vocabulary', sameFreedom: true }]);
    expect(report.verdict).toMatchObject({ atEqual: 'bytes', provisional: false });
    expect(report.references!.lines.map(({ name }) => name)).toEqual(['uniform', 'unigrams', 'bigrams', 'xz']);
    expect(readdirSync(join(scratch, 'whole')).sort()).toEqual([
      ...['base', 'continued', 'experiment.json', 'old-vocabulary', 'references.json'],
    ]);

    const second = run('whole', specOf(), '--json');
    expect([second.status, second.stdout]).toEqual([0, first.stdout]);
    const reported = lab('report', join(scratch, 'whole'), '--json');
    expect([reported.status, reported.stdout]).toEqual([0, first.stdout]);
    const { stdout } = lab('report', join(scratch, 'whole'));
    expect(stdout).toContain('Verdict: continued: ');
    expect(stdout).toContain('predicted before the run: expand-for-speed');
    expect(stdout).toContain('Without a model, fitted on 300 bytes: a uniform guess 8.0000, byte unigrams ');
    expect(stdout).toMatch(/at equal compute \(\S+ FLOPs, read off the watched curves, no interval\): [+-]\d/);
    expect(stdout).toMatch(/bits per byte for each doubling of the text \(\S+ at 600 bytes if it went on so\)/);
    expect(stdout).toMatch(/\d+ of \d+ new tokens were seen 100 times; /);
    // What a folder keeps is a specification again.
    const kept = JSON.parse(readFileSync(join(scratch, 'whole', 'experiment.json'), 'utf8')) as object;
    const again = run('kept', kept, '--arm', 'base', '--json');
    expect([again.status, (JSON.parse(again.stdout) as ExperimentReport).arms.length]).toEqual([0, 1]);
  });

  it.each([
    ['an unknown field', { speed: 1 }, [], 'lab/bad-specification', '`speed` is no field here'],
    ['no arm of that name', {}, ['--arm', 'none'], 'lab/no-such-arm', '`none`'],
    ['no such sample', { corpus: { sample: 'poems' } }, [], 'lab/bad-specification', '`corpus.sample` is "poems"'],
    ['files of the page', { corpus: { name: 'a.txt' } }, [], 'lab/bad-specification', '`corpus.name` "a.txt"'],
    [
      'a corpus that changed',
      {
        get corpus() {
          return { path: join(scratch, 'corpus.jsonl'), fingerprint: 'ab'.repeat(32) };
        },
      },
      [],
      'lab/changed',
      '`corpus.fingerprint` is abababababab',
    ],
  ] as const)('refuse before anything is run: %s', (about, change, flags, code, message) => {
    const { status, stdout } = run(about.replaceAll(' ', '-'), specOf(change), ...flags, '--json');
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    expect([status, error.code]).toEqual([1, code]);
    expect(error.message).toContain(message);
  });

  it('lab tokens gives evidence for every new token of an arm, priced by its control', () => {
    expect(run('evidence', specOf({ seeds: [1] })).status).toBe(0);
    const tokens = (...flags: string[]) =>
      lab('tokens', '--experiment', join(scratch, 'evidence'), '--device', 'processor', ...flags);
    const { status, stdout, stderr } = tokens('--json', '--places', '4');
    expect(status, stderr).toBe(0);
    const evidence = JSON.parse(stdout) as TokensEvidence & { of: string };
    expect(evidence).toMatchObject({ of: 'continued, seed 1', control: 'old vocabulary', placesEach: 4 });
    expect(evidence.tokens).toHaveLength(6);
    const seen = evidence.tokens.reduce((sum, { exposures }) => sum + exposures!, 0);
    expect(seen).toBeGreaterThan(0);
    expect(evidence.summary.priced).toBeGreaterThan(0);

    const table = tokens('--arm', 'continued').stdout;
    expect(table).toContain('Old pieces are priced by old vocabulary');
    expect(table).toMatch(/^token +exposures +loss +rank +p\(right\) +leakage +advantage +norm$/m);
    expect(table).toMatch(/\d of \d tokens are cheaper than their old pieces; median advantage [+−]\d+\.\d\d nats/);

    expect(evidence.course!.bytes.length).toBeGreaterThan(1);
    expect(table).toMatch(/^bytes of text +cheaper +median advantage\n0 +\d of \d +[+−]\d+\.\d\d$/m);

    const best = evidence.tokens.find(({ places }) => places.length > 0)!;
    const one = tokens('--token', best.text).stdout;
    expect(one).toContain(`${best.text}, instead of ${best.pieces.map(({ text }) => text).join(' ')}`);
    expect(one).toMatch(/^helped most:\n +[+−]\d+\.\d\d {2}.*\(rank \d+/m);
    expect(one).toMatch(/^nearest at the start \(input\): /m);
    // Few of six are ever seen 100 times in 300 bytes; all would go.
    const pruned = tokens('--prune', join(scratch, 'pruned.json'), '--json');
    expect([pruned.status, pruned.stdout]).toEqual([1, expect.stringContaining('lab/nothing-starved') as string]);
    const refused = tokens('--token', 'none of them', '--json');
    expect([refused.status, refused.stdout]).toEqual([1, expect.stringContaining('lab/no-such-token') as string]);
    const unlearned = tokens('--arm', 'old vocabulary', '--json');
    expect([unlearned.status, unlearned.stdout]).toEqual([1, expect.stringContaining('lab/no-new-tokens') as string]);
  });

  it('are not written where the next run would read them as text', () => {
    const corpus = join(scratch, 'texts');
    mkdirSync(corpus);
    cpSync(join(scratch, 'corpus.jsonl'), join(corpus, 'corpus.jsonl'));
    const file = join(scratch, 'inside.json');
    writeFileSync(file, JSON.stringify(specOf({ corpus: { path: corpus } })));
    const { status, stderr } = lab('run', file, '--out', join(corpus, 'answer'), '--device', 'processor');
    expect([status, stderr]).toEqual([1, expect.stringContaining('lies within the texts') as string]);
    expect(readdirSync(corpus)).toEqual(['corpus.jsonl']);
  });

  it('say where there is no experiment', () => {
    const { status, stderr } = lab('report', join(scratch, 'model'));
    expect([status, stderr]).toEqual([1, expect.stringContaining('no experiment.json') as string]);
  });
});
