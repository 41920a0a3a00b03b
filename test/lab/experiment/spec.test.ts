import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from '../../support/properties';
import { describe, expect, it } from 'vitest';
import { schemaFile, schemaText } from '../../../scripts/experimentSchema';
import { LabError } from '../../../src/error';
import { writtenSpec } from '../../../src/lab/experiment/experimentFolder';
import { runFingerprint } from '../../../src/lab/experiment/fingerprints';
import { armFolder, parseSpec, parseSpecText, seedsOf } from '../../../src/lab/experiment/spec';
import type { SpecProblem } from '../../../src/lab/experiment/specReasons';
import { defaultMargin } from '../../../src/lab/scoring/verdict';
import { defaultOptimizer } from '../../../src/lab/training/moves';
import { changed, example, exampleValue, rightSpecs, wrongSpecs, type Json } from './specExamples';

function refusal(parse: () => unknown): LabError {
  try {
    parse();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(LabError);
    return thrown as LabError;
  }
  throw new Error('It was not refused.');
}

const problemsOf = (value: Json): readonly SpecProblem[] =>
  refusal(() => parseSpec(value)).details.problems as SpecProblem[];

const stage = {
  objective: 'next-token',
  share: 1,
  optimizer: defaultOptimizer,
  schedule: { warmup: 0.05, final: 0.1 },
  batch: { rows: 4, length: 128 },
};
const start = { input: 'subword-mean', output: 'subword-mean' };

describe('a specification', () => {
  it('is the same with and without a word of weights held as they are stored, and another with rounded ones', () => {
    const plain = parseSpecText(example);
    expect(parseSpec(changed(['frozenWeights'], 'as-stored'))).toEqual(plain);
    const rounded = parseSpec(changed(['frozenWeights'], 'q8'));
    expect(rounded).toEqual({ ...plain, frozenWeights: 'q8' });
    const print = (spec: typeof plain) => runFingerprint(spec, spec.arms.continued!, 1);
    expect(print(rounded)).not.toBe(print(plain));
  });

  it('is the same with and without a word of steps in f32, and another with steps in f16', () => {
    const plain = parseSpecText(example);
    expect(parseSpec(changed(['precision'], 'f32'))).toEqual(plain);
    const half = parseSpec(changed(['precision'], 'f16'));
    expect(half).toEqual({ ...plain, precision: 'f16' });
    expect(runFingerprint(half, half.arms.continued!, 1)).not.toBe(runFingerprint(plain, plain.arms.continued!, 1));
  });

  it('is read as the issue gives it, every default written out', () => {
    expect(parseSpecText(example)).toEqual({
      version: 2,
      name: 'Do molecules deserve tokens of their own?',
      model: { name: 'bundled' },
      corpus: { sample: 'molecules' },
      general: {},
      budget: { bytes: 40000 },
      seeds: [1, 2],
      evaluation: {
        bytes: 8192,
        generalBytes: 16384,
        watchBytes: 16384,
        points: 6,
        sample: 'spread',
        margin: defaultMargin,
      },
      arms: {
        base: { start, stages: [] },
        'old vocabulary': { start, stages: [{ ...stage, rates: { oldRows: 0.003, body: 0.003, norms: 0.003 } }] },
        continued: {
          vocabulary: { method: 'continued', newTokens: 128, rules: {}, turnedDown: [], added: [] },
          start,
          stages: [{ ...stage, rates: { newRows: 0.003, oldRows: 0.003, body: 0.003, norms: 0.003 } }],
        },
      },
    });
  });

  it.each([
    [['model'], { name: 'bundled' }],
    [['general'], {}],
    [['arms', 'continued', 'start'], start],
    [['arms', 'continued', 'start'], undefined],
    [['arms', 'base', 'stages'], []],
    [['evaluation'], { bytes: 8192, generalBytes: 16384, points: 6 }],
    [['arms', 'old vocabulary', 'stages', 0, 'moves'], { oldRows: 0.003, body: 0.003, norms: 0.003 }],
    [['arms', 'continued', 'stages', 0, 'moves'], { everything: 0.003, body: 0.003 }],
    [['arms', 'continued', 'stages', 0, 'optimizer'], { beta2: 0.99 }],
    [['arms', 'continued', 'stages', 0, 'batch'], { rows: 4 }],
  ] as const)('is the same in its long and its short form: %j', (path, value) => {
    expect(parseSpec(changed(path, value as unknown as Json))).toEqual(parseSpecText(example));
  });

  it('leaves what it is given alone, and reads what it has written', () => {
    const value = exampleValue();
    const spec = parseSpec(value);
    expect(value).toEqual(exampleValue());
    for (const { spec: right } of rightSpecs) {
      const once = parseSpec(right);
      expect(parseSpec(JSON.parse(JSON.stringify(writtenSpec(once))))).toEqual(once);
    }
    expect(seedsOf(spec, 'base')).toEqual([1]);
    expect(seedsOf(spec, 'continued')).toEqual([1, 2]);
  });

  it('keeps arms with names of prototypes as arms', () => {
    const spec = parseSpec(JSON.parse(JSON.stringify(changed(['arms', '__proto__'], { stages: [] }))));
    expect(Object.keys(spec.arms)).toContain('__proto__');
    expect(Object.getPrototypeOf(spec.arms)).toBe(Object.prototype);
  });

  it.each(wrongSpecs)('is refused with the field and what is expected: $about', ({ spec, path, expected }) => {
    const problems = problemsOf(spec);
    expect(problems.map((problem) => problem.path)).toContain(path);
    expect(problems.find((problem) => problem.path === path)!.message).toMatch(expected);
    const { code, message, hint } = refusal(() => parseSpec(spec));
    expect(code).toBe('lab/bad-specification');
    if (path !== '') expect(message).toContain(`\`${path}\``);
    expect(hint).toContain('Nothing was run');
  });

  it.each([NaN, Infinity, -Infinity])('is refused with %d, which JSON cannot hold', (number) => {
    expect(problemsOf(changed(['budget', 'bytes'], number))[0]!.path).toBe('budget.bytes');
    expect(problemsOf(changed(['arms', 'old vocabulary', 'stages', 0, 'moves', 'everything'], number))).toHaveLength(1);
  });

  it('is refused with all that is wrong at once', () => {
    const spec = { ...exampleValue(), seeds: [], version: 3, extra: 1 };
    expect(
      problemsOf(spec)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['extra', 'seeds', 'version']);
  });

  it.each(['', '{', 'null', '"text"', '[1', '\u0000'])('is refused where the text is no specification: %j', (text) => {
    expect(refusal(() => parseSpecText(text)).code).toBe('lab/bad-specification');
  });

  it('never throws anything but a refusal, whatever the value', () => {
    const parses = (value: unknown) => {
      try {
        parseSpec(value);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(LabError);
      }
    };
    fc.assert(fc.property(fc.jsonValue(), parses), { numRuns: 300 });
    fc.assert(fc.property(fc.anything({ withNullPrototype: true }), parses), { numRuns: 300 });
    // Something odd in place of every part of a right one.
    const places: (string | number)[][] = [];
    const walk = (value: Json, path: (string | number)[]) => {
      if (path.length > 0) places.push(path);
      if (value === null || typeof value !== 'object') return;
      for (const [key, inner] of Object.entries(value))
        walk(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    };
    walk(exampleValue(), []);
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.double(),
      fc.constantFrom(undefined, NaN, Infinity, 1e308, 2 ** 53, -0, '__proto__', [], {}),
    );
    const change = fc.tuple(fc.constantFrom(...places), odd).map(([path, value]) => changed(path, value as Json));
    fc.assert(fc.property(change, parses), { numRuns: 2000 });
    const named = fc
      .tuple(fc.string({ unit: 'binary' }), fc.constantFrom<Json>({}, 5, { stages: [{}] }))
      .map(([name, arm]) => changed(['arms', name], arm));
    fc.assert(fc.property(named, parses), { numRuns: 1000 });
  });
});

describe('the folder of an arm', () => {
  it.each([
    ['old vocabulary', 'old-vocabulary'],
    ['../../etc/passwd', 'etc-passwd'],
    ['C:\\x', 'c-x'],
    ['旧词表', '旧词表'],
    ['हिन्दी', 'हिन्दी'],
    ['__proto__', 'proto'],
    ['Con', 'con-arm'],
    ['CAFE\u0301', 'caf\u00e9'],
  ])('%s', (name, folder) => expect(armFolder(name)).toBe(folder));

  it('is one name that every file system takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (name) => {
        expect(armFolder(name)).toMatch(/^[^/\\:*?"<>|.\s]*$/);
      }),
    );
  });
});

describe('the published schema', () => {
  const check = new Ajv({ strict: true, allErrors: true }).compile(
    JSON.parse(readFileSync(schemaFile, 'utf8')) as Record<string, unknown>,
  );

  it('is the one that specifications are read by', async () => {
    expect(readFileSync(schemaFile, 'utf8')).toBe(await schemaText());
  });

  it('accepts what is accepted', () => {
    for (const { about, spec } of rightSpecs) expect([about, check(spec)]).toEqual([about, true]);
  });

  it('refuses what the schema refuses, and leaves the rest to the reader', () => {
    for (const { about, spec, beyondSchema } of wrongSpecs) {
      expect([about, check(spec)]).toEqual([about, beyondSchema === true]);
    }
  });
});

describe('the recorded experiments of docs/experiments', () => {
  const folder = new URL('../../../docs/experiments/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

  it.each(['licences.json', 'molecules.json', 'tang-poems.json'])('%s says what was predicted', (name) => {
    expect(parseSpecText(readFileSync(new URL(name, folder), 'utf8')).prediction).toBeDefined();
  });

  it.each(files)(
    '%s is taken, has three seeds, a control and a report beside it, which the page of all names',
    (name) => {
      const { arms, seeds } = parseSpecText(readFileSync(new URL(name, folder), 'utf8'));
      const report = `${name.replace(/\.json$/, '')}/report.md`;
      expect(readFileSync(new URL(report, folder), 'utf8')).toMatch(/^# /);
      const index = readFileSync(new URL('README.md', folder), 'utf8');
      for (const named of [name, report]) expect(index).toContain(`](${named})`);
      expect(seeds).toEqual([1, 2, 3]);
      const trained = Object.values(arms).filter(({ stages }) => stages.length > 0);
      expect(trained.some(({ vocabulary }) => !vocabulary)).toBe(true);
      expect(trained.some(({ vocabulary }) => vocabulary)).toBe(true);
    },
  );

  it('has the check of ranks: the same eight starts or more after fifty steps and after a thousand, on two texts', () => {
    const checks = new URL('ranks/', folder);
    const names = readdirSync(checks).filter((name) => name.endsWith('.json'));
    expect(names).toHaveLength(4);
    const index = readFileSync(new URL('README.md', folder), 'utf8');
    const specOf = (name: string) => parseSpecText(readFileSync(new URL(name, checks), 'utf8'));
    for (const name of names) {
      const report = `${name.replace(/\.json$/, '')}/report.md`;
      expect(readFileSync(new URL(report, checks), 'utf8')).toMatch(/^# /);
      for (const named of [name, report]) expect(index).toContain(`](ranks/${named})`);
    }
    for (const text of ['molecules', 'tang-poems']) {
      const [fifty, thousand] = [specOf(`fifty-${text}.json`), specOf(`thousand-${text}.json`)];
      expect(Object.keys(fifty.arms).length).toBeGreaterThanOrEqual(8);
      expect(fifty.arms).toEqual(thousand.arms);
      const bytes = [fifty, thousand].map(({ budget }) => ('bytes' in budget ? budget.bytes : 0));
      expect(bytes[1]! / bytes[0]!).toBeCloseTo(20, 1);
    }
  });
});
