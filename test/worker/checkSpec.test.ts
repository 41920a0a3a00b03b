// What the page asks before anything is run: the specification, and the open model beside it.
import { expect, it, vi } from 'vitest';
import { Experiment } from '../../src/worker/experiment';
import type { ModelSummary } from '../../src/worker/index';
import { tinyModelOf } from '../lab/experiment/tinyExperiment';

vi.mock('../../src/worker/publicFiles', () => ({}));
vi.mock('../../src/worker/onnxRuntime', () => ({}));
vi.mock('../../src/worker/countingShards', () => ({ openShards: undefined }));
vi.mock('../../src/worker/xzWorker', () => ({ xzSize: undefined }));

class Opened extends Experiment {
  async useTiny(more: Partial<ModelSummary> = {}): Promise<this> {
    const model = await tinyModelOf();
    this.model = { ...model, summary: { ...model.summary, ...more } };
    return this;
  }
}

const spec = (length: number) => ({
  ...{
    version: 2,
    name: 'How long?',
    model: 'tiny',
    corpus: { name: 'syllables' },
    budget: { bytes: 200 },
    seeds: [1],
  },
  arms: { control: { stages: [{ moves: { everything: 0.01 }, batch: { rows: 2, length } }] } },
});

it('a row beyond the context of the open model is named at its field', async () => {
  const lab = await new Opened().useTiny();
  expect(await lab.checkSpec(spec(64))).toEqual([]);
  expect(await lab.checkSpec(spec(4096))).toEqual([
    {
      path: 'arms.control.stages[0].batch.length',
      message: "is 4096; expected is at most 64, the model's context",
      reason: { code: 'beyond-context', length: 4096, most: 64 },
    },
  ]);
  expect(await new Opened().checkSpec(spec(4096)), 'no model is open').toEqual([]);
});

it('new rows of an arm without a vocabulary are refused at their field, unless the open model brings some', async () => {
  const lab = await new Opened().useTiny();
  const rows = {
    ...spec(64),
    arms: { 'new rows': { stages: [{ moves: { newRows: 0.01 }, batch: { rows: 2, length: 64 } }] } },
  };
  expect(await lab.checkSpec(rows)).toEqual([
    {
      path: 'arms["new rows"].stages[0].moves.newRows',
      message: 'moves rows of new tokens: the arm has no `vocabulary`, and the model no `new_tokens.json`',
      reason: { code: 'no-earlier-rows' },
    },
  ]);
  expect(await (await new Opened().useTiny({ earlierTokens: 8 })).checkSpec(rows)).toEqual([]);
});
