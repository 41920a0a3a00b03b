import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine, TrainingOptions } from '../../src/engine/index';
import { engineNames, openTestEngine } from '../support/engines';
import { golden, GoldenCase, type SegmentChoice } from './goldenCase';

describe.each(engineNames)('%s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });

  async function train(
    model: GoldenCase,
    choice: SegmentChoice,
    steps: number,
    group: Partial<TrainingOptions['groups'][string]> = {},
  ) {
    const options = model.options('loss', choice);
    const store = await model.store(engine, options);
    const { graph, outputs } = model.build(options);
    const { beta1, beta2, epsilon, clipNorm } = golden.adamw;
    const parameters = graph.tensors.filter((tensor) => tensor.trainable).map((tensor) => tensor.name);
    const program = await engine.training(graph, store, {
      beta1,
      beta2,
      epsilon,
      clipNorm,
      groups: { rows: { parameters, weightDecay: 0.1, ...group } },
      microBatches: 1,
      readback: [outputs.tokenLoss!],
    });
    const before = new Map<string, Uint8Array>();
    for (const name of store.specs.keys()) before.set(name, await store.read(name));
    for (let step = 0; step < steps; step++) program.step([model.inputs], { rows: 0.01 });
    const readings = await program.flush();
    return { store, before, parameters, losses: readings.map(({ readback }) => [...readback[0]![0]!]) };
  }

  /** Rows whose bytes differ. */
  function movedRows(before: Uint8Array, after: Uint8Array, rows: number): number[] {
    const rowBytes = before.length / rows;
    const row = (bytes: Uint8Array, index: number) => bytes.subarray(index * rowBytes, (index + 1) * rowBytes).join();
    return Array.from({ length: rows }, (_, index) => index).filter(
      (index) => row(before, index) !== row(after, index),
    );
  }

  const onlyNew = { base: false, new: true, body: false };

  describe('training new rows only', () => {
    it.each(['tied', 'untied'])(
      'in 50 steps leaves all else equal to the bit and moves every new row that occurred, %s',
      async (name) => {
        const model = await GoldenCase.open(name);
        // Ids in the middle of the matrix: rows are addressed by id, never as the last ones.
        const newIds = { first: 8, count: 11 };
        const { store, before, parameters } = await train(model, { newIds, train: onlyNew }, 50);
        expect(parameters).toHaveLength(name === 'tied' ? 1 : 2);
        for (const [parameter, bytes] of before) {
          if (parameters.includes(parameter)) continue;
          expect(await store.read(parameter), parameter).toEqual(bytes);
        }
        const input = 'model.embed_tokens.weight#8';
        const moved = movedRows(before.get(input)!, await store.read(input), newIds.count);
        const occurred = [...new Set(model.ids)]
          .map((id) => id - newIds.first)
          .filter((row) => row >= 0 && row < newIds.count);
        expect(occurred.length).toBeGreaterThan(2);
        expect(moved).toEqual(expect.arrayContaining(occurred));
      },
    );

    it('with lazy rows leaves new rows that did not occur equal to the bit, weight decay or not', async () => {
      const model = await GoldenCase.open('untied');
      const newIds = { first: 8, count: 40 };
      const choice = { newIds, train: onlyNew };
      const { store, before } = await train(model, choice, 10, { lazyRows: true });
      const input = 'model.embed_tokens.weight#8';
      const moved = movedRows(before.get(input)!, await store.read(input), newIds.count);
      const inRange = [...new Set(model.ids)]
        .map((id) => id - newIds.first)
        .filter((row) => row >= 0 && row < newIds.count);
      expect(moved).toEqual(inRange.sort((a, b) => a - b));
      expect(moved.length).toBeLessThan(newIds.count);
    });

    it('gives the same losses to the bit when run twice', async () => {
      const model = await GoldenCase.open('tied');
      const choice = { newIds: { first: 8, count: 11 } };
      const first = await train(model, choice, 5);
      const second = await train(model, choice, 5);
      expect(second.losses).toEqual(first.losses);
      expect(first.losses).toHaveLength(5);
    });
  });
});
