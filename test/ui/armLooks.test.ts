// Which colour, marker and dash an arm is drawn with.
import { describe, expect, test } from 'vitest';
import { armLook, freeLooks, type Look } from '../../src/ui/charts/arm-look';
import { overlaidArms } from '../../src/ui/pages/overlay';
import { ExperimentView } from '../../src/ui/state/experiment-view';
import { lookOf } from '../../src/ui/steps/experiment-arms';
import type { WrittenSpec } from '../../src/worker/index';

const stages = [{ moves: { everything: 1e-3 } }];
const arm = (method?: string) => ({ ...(method ? { vocabulary: { method, newTokens: 8 } } : {}), stages });
const specOf = (arms: Record<string, unknown>): WrittenSpec =>
  ({
    ...{ version: 2, name: 'Many', model: { name: 'bundled' }, corpus: { sample: 'molecules' } },
    ...{ budget: { bytes: 1000 }, seeds: [1], arms },
  }) as unknown as WrittenSpec;

const many = specOf({
  base: {},
  'old vocabulary': arm(),
  ...Object.fromEntries(Array.from({ length: 22 }, (_, at) => [`continued ${at}`, arm('continued')])),
  atomic: arm('atomic'),
  ...Object.fromEntries(Array.from({ length: 4 }, (_, at) => [`control ${at}`, arm()])),
  ...Object.fromEntries(Array.from({ length: 4 }, (_, at) => [`separate ${at}`, arm('separate')])),
});

const looksOf = (spec: WrittenSpec) => Object.keys(spec.arms).map((name) => armLook(lookOf(spec, name)));

describe('looks', () => {
  test('each differs from every other in marker or dash, and in marker or colour', () => {
    const next = freeLooks([]);
    const looks = ['base' as Look, ...Array.from({ length: 35 }, next)].map(armLook);
    expect(new Set(looks.map(({ mark, dash }) => `${mark} ${dash.join()}`)).size).toBe(36);
    expect(new Set(looks.map(({ mark, role }) => `${mark} ${role}`)).size).toBe(36);
    expect(new Set(looks.slice(1).map(({ role, dash }) => `${role} ${dash.join()}`)).size).toBe(35);
  });
});

describe('an arm of an experiment', () => {
  test('is told from all others where there are dozens', () => {
    const looks = looksOf(many);
    expect(looks).toHaveLength(33);
    expect(new Set(looks).size).toBe(33);
  });

  test('keeps its look when others are added behind it, and has one of its own where it is the first of its kind', () => {
    const names = Object.keys(many.arms);
    const fewer = specOf(Object.fromEntries(Object.entries(many.arms).slice(0, 25)));
    expect(looksOf(fewer)).toEqual(looksOf(many).slice(0, 25));
    expect(['base', 'old vocabulary', 'continued 0', 'atomic'].map((name) => lookOf(many, name))).toEqual([
      ...['base', 'oldVocabulary', 'continued', 'atomic'],
    ]);
    expect(
      lookOf(
        many,
        names.find((name) => name.startsWith('control'))!,
      ),
    ).toBe('oldEmbeddings');
  });

  test('is told from those of another experiment that is laid over it', () => {
    const views = [many, specOf({ base: {}, mine: arm(), yours: arm('continued') })].map(
      (spec) => new ExperimentView(spec),
    );
    const looks = overlaidArms(views).flatMap(({ role, look }) => (role === 'base' ? [] : [armLook(look)]));
    expect(looks).toHaveLength(34);
    expect(new Set(looks).size).toBe(34);
  });
});
