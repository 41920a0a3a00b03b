import fc from '../support/properties';
import { describe, expect, test } from 'vitest';
import { fieldIn, specAddress, specText, specToLink, textFromLink } from '../../src/ui/state/spec-link';
import { parameterOf, placeOf } from '../../src/ui/state/route';
import type { WrittenSpec } from '../../src/worker/index';

const spec: WrittenSpec = {
  version: 2,
  name: '分子 & “tokens”?',
  model: 'bundled',
  corpus: { sample: 'molecules' },
  budget: { bytes: 30_000 },
  seeds: [1, 2, 3],
  arms: {
    base: {},
    'old vocabulary': { stages: [{ moves: { everything: 0.003 } }] },
    continued: {
      vocabulary: { method: 'continued', newTokens: 128 },
      stages: [{ moves: { everything: 0.003 }, batch: { rows: 2, length: 64 } }],
    },
  },
};

describe('a specification as a link', () => {
  test('any value comes back from its link as it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const link = await specToLink(value);
        expect(link).toMatch(/^[\w-]*$/);
        expect(JSON.parse((await textFromLink(link))!)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 50 },
    );
  });

  test('the address leads to Train and carries it behind the hash', async () => {
    const { hash, pathname } = new URL(await specAddress(spec, 'https://lab.example/at/#runs'));
    expect([placeOf(hash), pathname]).toEqual(['train', '/at/']);
    expect(JSON.parse((await textFromLink(parameterOf(hash, 'spec')!))!)).toEqual(spec);
  });

  test.each([
    ['not base64', '%%%'],
    ['cut short', 'q1ZKSixSs'],
    ['no JSON within', 'y0jNyckHAA'],
    ['empty', ''],
    ['longer than any specification', 'A'.repeat(200_000)],
  ])('a damaged link is told from a specification: %s', async (_, link) => {
    expect(await textFromLink(link)).toBeNull();
  });

  test('what inflates beyond any specification is not read to its end', async () => {
    expect(await textFromLink(await specToLink({ name: 'a'.repeat(3_000_000) }))).toBeNull();
  });
});

describe('a specification as text', () => {
  test('what fits a line stands on one, and the text reads back', () => {
    const text = specText(spec);
    expect(JSON.parse(text)).toEqual(spec);
    expect(text.split('\n')).toContain('    "old vocabulary": {"stages": [{"moves": {"everything": 0.003}}]},');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
  });

  test.each([
    ['seeds', '"seeds"'],
    ['arms["old vocabulary"].stages[0].moves.everything', '"everything"'],
    ['arms.continued.stages[0].batch.rows', '"rows"'],
    ['arms.continued.vocabulary.missing', '"vocabulary"'],
  ])('a problem leads to its field: %s', (path, name) => {
    const text = specText(spec);
    const [start, end] = fieldIn(text, path)!;
    expect(text.slice(start, end)).toBe(name);
    if (path.includes('continued')) expect(start).toBeGreaterThan(text.indexOf('"continued"'));
  });

  test('a field that is not there leads nowhere', () => expect(fieldIn(specText(spec), 'nothing')).toBeNull());
});
