// What a specification may add to the experiment that lies in a folder; nothing is run.
import { describe, expect, it } from 'vitest';
import { memoryFolder } from '../../../src/checkpoint/index';
import { LabError } from '../../../src/error';
import { keepSpec, readSpec } from '../../../src/lab/experiment/experimentFolder';
import { seedsOf } from '../../../src/lab/experiment/spec';
import { tinyArms, tinySpec } from './tinyExperiment';

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('a folder that holds an experiment', () => {
  it.each([
    ['an arm whose folder another has', { arms: { Continued: tinyArms.continued } }, 'would share its folder'],
    ['more seeds together than one may have', { seeds: numbers(100, 160) }, 'at most 100'],
    ['weights that are held otherwise', { frozenWeights: 'q8' }, '`frozenWeights`'],
    ['products in another precision', { precision: 'f16' }, '`precision`'],
  ])('refuses %s, and stays as it was', async (_, change, named) => {
    const folder = memoryFolder();
    await keepSpec(folder, tinySpec({ seeds: numbers(1, 60) }));
    const before = new Map(folder.files);
    const thrown: unknown = await keepSpec(folder, tinySpec({ seeds: [1], ...change })).catch(
      (cause: unknown) => cause,
    );
    expect(thrown).toBeInstanceOf(LabError);
    expect(thrown).toMatchObject({ code: 'lab/other-experiment', message: expect.stringContaining(named) as string });
    expect(folder.files).toEqual(before);
    expect((await readSpec(folder))!.seeds).toHaveLength(60);
  });

  it('says of another text under the same name that it changed', async () => {
    const folder = memoryFolder();
    const corpus = (fingerprint: string) => ({ corpus: { name: 'syllables', fingerprint: fingerprint.repeat(64) } });
    await keepSpec(folder, tinySpec(corpus('a')));
    await expect(keepSpec(folder, tinySpec(corpus('b')))).rejects.toMatchObject({
      code: 'lab/changed',
      details: { part: 'corpus', expected: 'a'.repeat(64), found: 'b'.repeat(64) },
    });
    const other = tinySpec({ corpus: { name: 'others', fingerprint: 'b'.repeat(64) } });
    await expect(keepSpec(folder, other)).rejects.toMatchObject({ code: 'lab/other-experiment' });
  });

  it('keeps seeds in the order in which they came, and runs what needs none with the first', async () => {
    const folder = memoryFolder();
    await keepSpec(folder, tinySpec({ seeds: [3] }));
    const spec = await keepSpec(folder, tinySpec({ seeds: [2, 1, 3] }));
    expect(spec.seeds).toEqual([3, 2, 1]);
    expect(seedsOf(spec, 'base')).toEqual([3]);
    expect((await readSpec(folder))!.seeds).toEqual([3, 2, 1]);
  });
});
