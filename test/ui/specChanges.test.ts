// Specifications that an advice leads to: another of the same experiment, with what would tell more.
import { describe, expect, it } from 'vitest';
import { parseSpec, type WrittenSpec } from '../../src/lab/index';
import { secondsASeed, withControl, withMoreSeeds, withMoreText } from '../../src/ui/state/spec-changes';

const spec: WrittenSpec = {
  ...{
    version: 2,
    name: 'x',
    model: 'bundled',
    corpus: { sample: 'molecules' },
    budget: { bytes: 1000 },
    seeds: [1, 4],
  },
  arms: {
    graft: {
      vocabulary: { method: 'continued', newTokens: 4 },
      stages: [{ moves: { newRows: 0.003, oldRows: 0.001 }, batch: { rows: 2, length: 64 } }],
    },
    rows: { vocabulary: { method: 'continued', newTokens: 4 }, stages: [{ moves: { newRows: 0.003 } }] },
    base: {},
  },
};

describe('more of an experiment', () => {
  it('adds seeds that were not run, up to as many as help', () => {
    expect(withMoreSeeds(spec, 2)!.seeds).toEqual([1, 4, 5, 6]);
    expect(withMoreSeeds(spec, 99)!.seeds).toHaveLength(12);
    expect(withMoreSeeds(withMoreSeeds(spec, 99)!, 1)).toBeNull();
    expect(withMoreSeeds(spec, 0)).toBeNull();
    expect(withMoreSeeds(spec, 2)!.arms).toBe(spec.arms);
  });

  it('scores more text where it is held out', () => {
    const next = withMoreText({ ...spec, evaluation: { margin: 0.1 } }, 1.5, { scored: 4001, heldOut: 10_000 });
    expect(next!.evaluation).toEqual({ margin: 0.1, bytes: 6002 });
    expect(withMoreText(spec, 3, { scored: 4001, heldOut: 10_000 })).toBeNull();
  });

  it('adds a control that moves what the arm moves, at the same rates', () => {
    const next = withControl(spec, 'graft')!;
    expect(next.arms['old vocabulary']).toEqual({
      stages: [{ moves: { oldRows: 0.001 }, batch: { rows: 2, length: 64 } }],
    });
    expect(withControl(spec, 'rows')!.arms['old vocabulary']!.stages).toEqual([{ moves: { oldRows: 0.003 } }]);
    expect(Object.keys(withControl(next, 'rows')!.arms)).toContain('old vocabulary 2');
    expect(withControl(spec, 'base')).toBeNull();
    for (const each of [next, withMoreSeeds(next, 3)!]) expect(() => parseSpec(each)).not.toThrow();
  });

  it('says how long a seed of every arm took', () => {
    const run = (arm: string, secondsPerMegabyte: number | null) => ({ arm, bytes: 2e6, secondsPerMegabyte });
    const arms = [run('base', null), run('graft', 10), run('graft', 20), run('old', 5)];
    expect(secondsASeed({ arms: arms as never })).toBe(40);
    expect(secondsASeed({ arms: [run('base', null)] as never })).toBeNull();
  });
});
