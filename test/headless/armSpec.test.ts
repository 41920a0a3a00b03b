// The verbs of one arm as specifications: the same fields, defaults and checks as one that is written by hand or by the page.
import { describe, expect, it } from 'vitest';
import { LabError } from '../../src/error';
import { armOf, expandSpec, trainSpec } from '../../src/headless/armSpec';
import { parseCommand } from '../../src/headless/arguments';
import { fieldFlags, fieldSchema } from '../../src/headless/fieldFlags';
import { helpText } from '../../src/headless/help';
import { armNames, parseSpec, presetOf, trainModes, type PresetRequest } from '../../src/lab/index';

const small = { parameters: 5e6 };
const train = (...flags: string[]) =>
  trainSpec(parseCommand(['train', '--corpus', 'c.txt', '--out', 'o', ...flags]), small, false, { bytes: 1000 });
const expand = (...flags: string[]) =>
  expandSpec(parseCommand(['expand', '--corpus', 'c.txt', '--out', 'o', '--new-tokens', '5', ...flags]), {
    trainBytes: 1000,
  });

/** What nobody can leave out of a specification. */
const written = (name: string, arm: object) =>
  parseSpec({
    ...{ version: 2, name, model: 'bundled', corpus: { path: 'c.txt' }, budget: { bytes: 1000 }, seeds: [1] },
    arms: { trained: arm },
  });

/** Paths of all that differs, `arms.trained` as `arm`. */
function differences(one: unknown, other: unknown, path = ''): string[] {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return Object.is(one, other) ? [] : [path.replace('.arms.trained', '.arm').slice(1)];
  }
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].flatMap((key) => differences(one[key as never], other[key as never], `${path}.${key}`));
}

function refusal(use: () => unknown): LabError {
  try {
    use();
  } catch (thrown) {
    return thrown as LabError;
  }
  throw new Error('was not refused');
}

/** Where a flag is of another choice than new tokens with rows of their own. */
const flagsBeside: Readonly<Record<string, readonly string[]>> = {
  'remove-below': ['--new-tokens', '5', '--room', 'replace', '--train', 'all'],
  'remove-tokens': ['--method', 'trim', '--train', 'all'],
  objective: ['--new-tokens', '5', '--train', 'new-rows'],
};
/** Values that need nothing beside them; otherwise the last choice. */
const valueOf: Readonly<Record<string, string>> = { objective: 'distillation' };
/** Fields that have a meaning, and so their defaults, only then. */
const resolvedBeside: Readonly<Record<string, readonly string[]>> = { room: ['arm.vocabulary.remove'] };

describe('a verb of one arm', () => {
  it('has the defaults of the specification, field by field', () => {
    const moves = { oldRows: 0.003, body: 0.003, norms: 0.003 };
    expect(train('--train', 'all')).toEqual(written('train: c.txt', { stages: [{ moves }] }));
    const vocabulary = { method: 'continued', newTokens: 5 };
    expect(expand()).toEqual(written('expand: c.txt', { vocabulary }));
    expect(train('--new-tokens', '5')).toEqual(
      written('train: c.txt', { vocabulary, stages: [{ moves: { newRows: 0.003 } }] }),
    );
  });

  it.each(Object.entries(fieldFlags))('--%s sets its fields and no other', (flag, { fields }) => {
    const mode = fields[0].startsWith('arm.adapters') ? 'adapters' : 'all';
    const base = flagsBeside[flag] ?? ['--new-tokens', '5', '--train', mode];
    const { type, enum: choices } = fieldSchema(fields[0]);
    const value =
      { integer: '7', number: '0.5', boolean: undefined }[type ?? ''] ?? valueOf[flag] ?? choices?.at(-1) ?? 'x+';
    const given = train(...base, `--${flag}`, ...(type === 'boolean' ? [] : [value]));
    const changed = differences(given, train(...base));
    expect(changed.length).toBeGreaterThan(0);
    for (const path of changed)
      expect(
        [...fields, ...(resolvedBeside[flag] ?? [])].some((field) => path.startsWith(field)),
        path,
      ).toBe(true);
    expect(fields.every((field) => changed.some((path) => path.startsWith(field)))).toBe(true);
  });

  it('refuses fields of new tokens where none are added, and old ones that nothing takes the place of', () => {
    expect(refusal(() => train('--method', 'trim', '--new-tokens', '5')).message).toMatch(/--new-tokens.*trim/);
    expect(refusal(() => train('--new-tokens', '5', '--remove-below', '2')).message).toMatch(/vocabulary\.remove/);
    const both = () => train('--new-tokens', '5', '--room', 'replace', '--remove-tokens', '9');
    expect(refusal(both).message).toMatch(/--remove-tokens.*as many old ones/);
    expect(
      refusal(() => expandSpec(parseCommand(['expand', '--corpus', 'c', '--out', 'o']), { trainBytes: 1 })).message,
    ).toMatch(/--new-tokens/);
  });

  it('has adapters where they are trained, and refuses their flags elsewhere', () => {
    const arm = armOf(train('--train', 'adapters', '--rank', '2', '--targets', 'q_proj,v_proj'));
    expect(arm.adapters).toEqual({ rank: 2, alpha: 16, rankStabilised: false, targets: ['q_proj', 'v_proj'] });
    expect(arm.stages[0]!.rates).toEqual({ adapters: 0.003 });
    expect(refusal(() => train('--train', 'all', '--rank', '2')).message).toBe(
      '`--rank` belongs to `--train adapters`.',
    );
    expect(refusal(() => train('--train', 'adapters', '--adapter-out', 'o')).message).toMatch(/are one folder/);
  });

  it('says the defaults of the specification in its help', () => {
    const text = helpText('train');
    expect(text).toMatch(/--batch B .*\(default 4\)/);
    expect(text).toMatch(/--seq T .*\(default 128\)/);
    expect(text).toMatch(/--warmup X .*\(default 0\.05\)/);
    expect(text).toMatch(/--init HOW .*default subword-mean\)/);
  });

  it('takes a way to new tokens with its grammar, and rates for rows and for the rest', () => {
    expect(armOf(expand('--method', 'atomic:smiles')).vocabulary).toMatchObject({
      method: 'atomic',
      grammar: 'smiles',
    });
    expect(armOf(train('--method', 'atomic')).vocabulary).toMatchObject({ method: 'atomic' });
    const rates = (...flags: string[]) => armOf(train('--new-tokens', '5', ...flags)).stages[0]!.rates;
    expect(rates('--train', 'embeddings', '--lr', '0.01')).toEqual({ newRows: 0.01, oldRows: 0.01 });
    expect(rates('--train', 'embeddings', '--lr', '0.01', '--body-lr', '0.001')).toEqual({
      ...{ newRows: 0.01, oldRows: 0.001 },
    });
  });

  it.each([
    [['--batch', '0'], /`--batch`: `arms\.trained\.stages\[0\]\.batch\.rows` is 0; expected is .*at least 1/],
    [['--warmup', '2'], /`--warmup`: .* is 2; expected is .*at most 1/],
    [['--lr', '20'], /`--lr`: .* is 20/],
    [['--new-tokens', '0'], /`--new-tokens`: .* is 0/],
    [['--init', 'zero'], /`--init`: `arms\.trained\.start` says how new rows start, and the arm has no `vocabulary`/],
    [['--min-frequency', '3'], /`--new-tokens`: .* is missing/],
    [['--method', 'unigram', '--new-tokens', '3'], /`--method`: .* is "unigram"; expected is one of continued/],
    [['--method', 'atomic:cookery'], /`--method`: .* is "cookery"; expected is one of smiles/],
    [['--bytes', '0'], /`--bytes`: `budget\.bytes` is 0/],
    [['--steps', '3', '--bytes', '9'], /`--steps` and `--bytes`/],
  ])('refuses %j by the flag and the field', (flags, expected) => {
    const { code, message } = refusal(() => train('--train', 'all', ...flags));
    expect(code).toBe('headless/bad-arguments');
    expect(message).toMatch(expected);
  });

  it.each(trainModes)('trains what the page trains, as fast and in the same steps: %s', (mode) => {
    const request: PresetRequest = {
      ...{ title: 'tokens?', model: 'bundled', corpus: { path: 'c.txt' }, mode, start: 'subword-mean' },
      vocabulary: { method: 'continued', newTokens: 5, rejected: [], added: [] },
      ...{
        ...small,
        contextLength: 256,
        bytesPerSecond: 1e4,
        bytesPerToken: 3,
        trainBytes: 1e6,
        heldOutBytes: 1e5,
        heldOutDocuments: 400,
      },
    };
    const page = parseSpec(presetOf('quick-answer', request).spec);
    const graft = Object.keys(page.arms).find((name) => page.arms[name]!.vocabulary)!;
    expect(armOf(train('--new-tokens', '5', '--train', mode))).toEqual(page.arms[graft]);
    if (mode !== 'new-rows') expect(armOf(train('--train', mode))).toEqual(page.arms[armNames.control]);
  });
});
