// Arms, stages and moving groups of a specification, added, named and taken away without touching the others.
import { describe, expect, it } from 'vitest';
import { specProblems, type WrittenSpec } from '../../src/lab/index';
import {
  freeName,
  withArmNamed,
  withArmTwice,
  withGroup,
  withoutGroup,
  withNewArm,
  withoutArm,
  withoutStage,
  withStageEarlier,
  withStage,
} from '../../src/ui/state/spec-arms';
import { valueAt, withValue } from '../../src/ui/state/spec-fields';

const stage = { moves: { everything: 0.003 } };
const spec = {
  ...{ version: 2, name: 'x', model: 'bundled', corpus: { sample: 'molecules' }, budget: { bytes: 1000 }, seeds: [1] },
  arms: { base: {}, control: { stages: [stage] }, graft: { vocabulary: { method: 'continued', newTokens: 8 } } },
} satisfies WrittenSpec;
const names = (changed: unknown) => Object.keys((changed as WrittenSpec).arms);

describe('an arm', () => {
  it('is named anew in its place, never as another arm is', () => {
    const renamed = withArmNamed(spec, 'control', 'old vocabulary');
    expect(names(renamed)).toEqual(['base', 'old vocabulary', 'graft']);
    expect(valueAt(renamed, ['arms', 'old vocabulary'])).toEqual(spec.arms.control);
    expect(withArmNamed(spec, 'control', 'graft')).toBeNull();
    expect(withArmNamed(spec, 'control', 'control')).toEqual(spec);
  });

  it('is copied behind itself under the next free name', () => {
    const once = withArmTwice(spec, 'control');
    expect(once.name).toBe('control 2');
    const twice = withArmTwice(once.spec, 'control 2');
    expect(names(twice.spec)).toEqual(['base', 'control', 'control 2', 'control 3', 'graft']);
    expect(valueAt(twice.spec, ['arms', 'control 3'])).toEqual(spec.arms.control);
    expect(specProblems(twice.spec)).toEqual([]);
    const longest = withArmNamed(spec, 'base', 'a'.repeat(80));
    expect(specProblems(withArmTwice(longest, 'a'.repeat(80)).spec)).toEqual([]);
  });

  it('is added trained as the others are, and taken away', () => {
    const { spec: more, name } = withNewArm(spec, 'base');
    expect(name).toBe('base 2');
    expect(valueAt(more, ['arms', name])).toEqual({ stages: [stage] });
    expect(specProblems(more)).toEqual([]);
    expect(withoutArm(more, name)).toEqual(spec);
    expect(specProblems(withNewArm({ ...spec, arms: {} }, 'first').spec)).toEqual([]);
    expect(freeName(null, 'first')).toBe('first');
  });
});

describe('a stage', () => {
  it('comes behind the last one, like it, and goes with its rates', () => {
    const two = withStage(spec, ['arms', 'control']);
    expect(valueAt(two, ['arms', 'control', 'stages'])).toEqual([stage, stage]);
    expect(withoutStage(two, ['arms', 'control'], 0)).toEqual(spec);
    expect(valueAt(withoutStage(spec, ['arms', 'control'], 0), ['arms', 'control'])).toEqual({});
    expect(valueAt(withStage(spec, ['arms', 'graft']), ['arms', 'graft', 'stages'])).toEqual([stage]);
  });

  it('comes before the one that it came after', () => {
    const stages = [{ share: 1 }, { share: 2 }, { share: 3 }];
    const path = ['arms', 'control', 'stages'];
    const three = withValue(spec, path, stages);
    const order = (at: number) => valueAt(withStageEarlier(three, ['arms', 'control'], at), path);
    expect(order(2)).toEqual([{ share: 1 }, { share: 3 }, { share: 2 }]);
    expect(order(1)).toEqual([{ share: 2 }, { share: 1 }, { share: 3 }]);
    expect(order(0)).toEqual(stages);
    expect(valueAt(three, path)).toEqual(stages);
  });

  it('moves another group at the rate of what moves there', () => {
    const path = ['arms', 'control', 'stages', 0];
    expect(valueAt(withGroup(spec, path, 'norms'), [...path, 'moves'])).toEqual({ everything: 0.003, norms: 0.003 });
    const adapted = withGroup(spec, path, 'adapters');
    expect(valueAt(adapted, [...path, 'moves'])).toEqual({ adapters: 0.003 });
    expect(valueAt(adapted, [...path.slice(0, 2), 'adapters'])).toEqual({});
    expect(valueAt(withoutGroup(adapted, path, 'adapters'), [...path.slice(0, 2), 'adapters'])).toBeUndefined();
  });
});
