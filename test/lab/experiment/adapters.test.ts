// What a specification says of adapters: defaults, what `everything` means beside them, and what the opened model refuses by field.
import { describe, expect, it } from 'vitest';
import { checkAdapters } from '../../../src/lab/experiment/checks';
import { writtenSpec } from '../../../src/lab/experiment/experimentFolder';
import { presetOf } from '../../../src/lab/experiment/presets';
import { adapterProblems, parseSpec } from '../../../src/lab/experiment/spec';
import { openModel, planTraining, unopenedGpu } from '../../../src/lab/index';
import { tinyLlama } from '../vocabulary/letters';
import { changed, type JsonObject } from './specExamples';

const adapted = (adapters: JsonObject, moves: JsonObject = { adapters: 0.01 }) =>
  parseSpec(changed(['arms', 'old vocabulary'], { adapters, stages: [{ moves }] }));

describe('adapters of an arm', () => {
  it('have the defaults of peft, and are written out with them', () => {
    const spec = adapted({});
    const settings = { rank: 8, alpha: 16, rankStabilised: false };
    expect(spec.arms['old vocabulary']!.adapters).toEqual(settings);
    expect(spec.arms['old vocabulary']!.stages[0]!.rates).toEqual({ adapters: 0.01 });
    expect(parseSpec(writtenSpec(spec))).toEqual(spec);
    expect(spec.arms.continued!.stages[0]!.rates).not.toHaveProperty('adapters');
  });

  it('are refused where the model has no place for them, by the field', async () => {
    const model = await openModel(await tinyLlama(), 'folder');
    expect(adapterProblems(adapted({ rank: 8 }), model)).toEqual([]);
    const path = 'arms["old vocabulary"].adapters';
    expect(adapterProblems(adapted({ rank: 9 }), model)).toMatchObject([
      { path: `${path}.rank`, reason: { code: 'rank-too-large', most: 8 } },
    ]);
    expect(adapterProblems(adapted({ targets: ['q_proj', 'c_attn'] }), model)).toMatchObject([
      { path: `${path}.targets[1]`, reason: { code: 'no-such-target' } },
    ]);
    expect(() => checkAdapters(adapted({ rank: 9 }), model)).toThrow(/adapters.rank` is 9; expected is at most 8/);
  });

  it('need less memory to train than everything does: no gradients and no moments of matrices', async () => {
    const model = await openModel(await tinyLlama(), 'folder');
    const bytes = (mode: 'all' | 'adapters') =>
      planTraining(model, 4, mode, { batchRows: 2, rowLength: 16 }, unopenedGpu).bytes;
    expect(bytes('adapters').gradients).toBeLessThan(bytes('all').gradients);
    expect(bytes('adapters').optimizer).toBeLessThan(bytes('all').optimizer);
  });
});

it('the preset asks for everything and adapters, each beside its own control', () => {
  const { spec } = presetOf('adapters-or-everything', {
    title: 'molecules: adapted',
    model: 'bundled',
    corpus: { sample: 'molecules' },
    vocabulary: { method: 'continued', newTokens: 16, rejected: [], added: [] },
    ...{ mode: 'embeddings', start: 'subword-mean', parameters: 4e6, contextLength: 512 },
    ...{ bytesPerSecond: 2000, bytesPerToken: 1.5, trainBytes: 1e6, heldOutBytes: 1e5, heldOutDocuments: 500 },
  });
  const { arms } = parseSpec(spec);
  const moved = (arm: string) => Object.keys(arms[arm]!.stages[0]!.rates);
  expect(Object.keys(arms)).toHaveLength(5);
  expect(moved('old vocabulary, adapters')).toEqual(['adapters']);
  expect(moved('new tokens, adapters')).toEqual(['newRows', 'adapters']);
  expect(moved('new tokens')).toEqual(['newRows', 'oldRows', 'body', 'norms']);
});
