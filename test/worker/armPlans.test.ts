// What Train shows and Start depends on is the plan of the specification that Start runs.
import { expect, it, vi } from 'vitest';
import type { ModelSummary, WrittenSpec } from '../../src/lab/index';
import { Experiment } from '../../src/worker/experiment';
import { tinyModelOf } from '../lab/experiment/tinyExperiment';

vi.mock('../../src/worker/publicFiles', () => ({}));
vi.mock('../../src/worker/onnxRuntime', () => ({}));
vi.mock('../../src/worker/countingShards', () => ({ openShards: undefined }));
vi.mock('../../src/worker/xzWorker', () => ({ xzSize: undefined }));

class Opened extends Experiment {
  async useTiny(summary: Partial<ModelSummary> = {}): Promise<this> {
    const model = await tinyModelOf();
    this.model = { ...model, summary: { ...model.summary, ...summary } };
    return this;
  }
}

const batch = { rows: 2, length: 16 };
const vocabulary = { method: 'continued', newTokens: 8 } as const;
const spec = (more: Partial<WrittenSpec> = {}): WrittenSpec => ({
  ...{
    version: 2,
    name: 'Held how?',
    model: 'tiny',
    corpus: { name: 'syllables' },
    budget: { bytes: 200 },
    seeds: [1],
  },
  arms: {
    base: {},
    control: { stages: [{ moves: { everything: 0.01 }, batch }] },
    'new rows': { vocabulary, stages: [{ moves: { newRows: 0.01 }, batch }] },
    'rows, then everything': {
      vocabulary,
      stages: [
        { moves: { newRows: 0.01 }, batch },
        { moves: { everything: 0.01 }, batch },
      ],
    },
  },
  ...more,
});

it('every trained arm has the plan of its own groups, held as the specification says', async () => {
  const lab = await new Opened().useTiny();
  const stored = await lab.armPlans(spec());
  expect(Object.entries(stored).map(([arm, { mode }]) => [arm, mode])).toEqual([
    ['control', 'all'],
    ['new rows', 'new-rows'],
    ['rows, then everything', 'all'],
  ]);
  expect(stored['new rows']!.totalBytes).toBeLessThan(stored['rows, then everything']!.totalBytes);
  expect(stored['new rows']!.frozen).toBeUndefined();

  const rounded = await lab.armPlans(spec({ frozenWeights: 'f16' }));
  expect(rounded['new rows']!.frozen).toMatchObject({ held: 'f16', widened: false });
  expect(rounded['new rows']!.frozen!.rounded).toBeGreaterThan(0);
  // What a later stage moves is not rounded in an earlier one either.
  expect(rounded['rows, then everything']!.frozen).toMatchObject({ rounded: 0, asStored: 0 });
});

it('counts rows for new tokens where they get rows of their own, and none where those are there', async () => {
  const everything = [{ moves: { everything: 0.01 }, batch }];
  const arms = {
    control: { stages: everything },
    added: { vocabulary, stages: everything },
    'added by hand too': { vocabulary: { ...vocabulary, added: ['ab', 'cd', 'ef', 'gh'] }, stages: everything },
    replaced: { vocabulary: { ...vocabulary, room: 'replace' }, stages: everything },
    trimmed: { vocabulary: { method: 'trim' }, stages: everything },
  } satisfies WrittenSpec['arms'];
  const lab = await new Opened().useTiny();
  const weights = async () => {
    const plans = await lab.armPlans(spec({ arms }));
    return Object.entries(plans).map(([arm, { bytes }]) => [
      arm,
      bytes.parameters - plans['control']!.bytes.parameters,
    ]);
  };
  // f32, in pieces of 256 bytes; input and output are one matrix.
  const { hiddenSize } = (await tinyModelOf()).config;
  expect(await weights()).toEqual([
    ['control', 0],
    ['added', 8 * hiddenSize * 4],
    ['added by hand too', 12 * hiddenSize * 4],
    ['replaced', 0],
    ['trimmed', 0],
  ]);

  const before = await lab.armPlans(spec({ arms }));
  const again = await (await new Opened().useTiny({ earlierTokens: 4 })).armPlans(spec({ arms }));
  expect(again['control']!.bytes.parameters, 'with rows of an earlier graft').toBe(before['control']!.bytes.parameters);

  const settings = { batchRows: 2, rowLength: 16 };
  const ofEverything = async (replaces: boolean) =>
    (await lab.plans(settings, 8, replaces)).find(({ mode }) => mode === 'all')!.bytes.parameters;
  expect((await ofEverything(false)) - (await ofEverything(true))).toBe(8 * hiddenSize * 4);
});

it('rows of more tokens than the model reads are refused by name', async () => {
  const lab = await new Opened().useTiny();
  const length = (await tinyModelOf()).summary.contextLength + 1;
  const arms = { control: { stages: [{ moves: { everything: 0.01 }, batch: { rows: 1, length } }] } };
  await expect(lab.armPlans(spec({ arms }))).rejects.toMatchObject({ code: 'lab/too-long' });
});
