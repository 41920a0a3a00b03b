import { describe, expect, it } from 'vitest';
import { parseSpec, withoutStarved, writtenSpec } from '../../../src/lab/index';

const spec = parseSpec({
  version: 2,
  name: 'Which tokens are worth their rows?',
  model: 'bundled',
  corpus: { sample: 'molecules' },
  budget: { bytes: 1000 },
  seeds: [1],
  arms: {
    'old vocabulary': { stages: [{ moves: { everything: 0.001 } }] },
    continued: {
      vocabulary: { method: 'continued', newTokens: 4, turnedDown: ['Ġz'], added: ['rare word', 'known word'] },
      start: 'random',
      stages: [{ moves: { everything: 0.001 } }],
    },
  },
});
const token = (text: string, exposures: number | null, isLink = false) => ({
  ...{ text, piece: text.replace(' ', 'Ġ'), exposures },
  ...(isLink ? { isLink: true as const } : {}),
});
const tokens = [
  token(' ab', 99),
  token('cd', 100),
  token('ef', 3, true),
  token('gh', null),
  token('rare word', 5),
  token('known word', 500),
];

describe('pruning the starved', () => {
  it('makes one more arm without them, which differs in nothing else and can be run', () => {
    const { name, spec: grown, pruned } = withoutStarved(spec, 'continued', tokens, 100);
    expect([name, pruned]).toEqual(['continued, pruned', ['Ġab', 'rareĠword']]);
    const { vocabulary, ...rest } = grown.arms[name]!;
    const { vocabulary: before, ...same } = spec.arms.continued!;
    expect(rest).toEqual(same);
    expect(vocabulary).toEqual({ ...before, newTokens: 3, turnedDown: ['Ġz', 'Ġab'], added: ['known word'] });
    expect({ ...grown, arms: spec.arms }).toEqual(spec);
    expect(parseSpec(writtenSpec(grown))).toEqual(grown);
    expect(withoutStarved(grown, 'continued', tokens, 100).name).toBe('continued, pruned 2');
  });

  it('is refused where none is starved, all are, or the vocabulary is the old one', () => {
    const refused = { code: 'lab/nothing-starved' };
    const why = (arm: string, of: typeof tokens, floor: number) => {
      try {
        return withoutStarved(spec, arm, of, floor);
      } catch (thrown) {
        return thrown;
      }
    };
    expect(why('continued', tokens, 3)).toMatchObject(refused);
    expect(why('continued', tokens.slice(0, 1), 100)).toMatchObject(refused);
    expect(why('old vocabulary', tokens, 100)).toMatchObject(refused);
  });
});
