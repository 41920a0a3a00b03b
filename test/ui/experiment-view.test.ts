// The experiment as the page keeps it: how much is done, how long that took, and how long is left.
import { describe, expect, it } from 'vitest';
import { ExperimentView } from '../../src/ui/state/experiment-view';
import { curveArms, gridRows } from '../../src/ui/steps/experiment-arms';
import type { RunCell, RunStatus, WrittenSpec } from '../../src/worker/index';

const stages = [{ moves: { everything: 0.003 } }];
const spec: WrittenSpec = {
  ...{ version: 2, name: 'x', model: 'bundled', corpus: { sample: 'molecules' }, budget: { bytes: 1000 }, seeds: [1] },
  arms: {
    base: {},
    'old vocabulary': { stages },
    graft: { vocabulary: { method: 'continued', newTokens: 4 }, stages },
  },
};
const status: RunStatus = {
  ...{ state: 'running', step: 1, steps: 10, tokensPerSecond: 1, bytesPerSecond: 1, stepMilliseconds: 1 },
  millisecondsLeft: 1,
};
const cell = (arm: string, state: RunCell['state'], bytes: number): RunCell => ({
  ...{ arm, seed: 1, state, bytes, step: 0, steps: 10, bitsPerByte: null },
});
const cells = (control: number, graft: number): RunCell[] => [
  cell('base', 'finished', 0),
  cell('old vocabulary', control === 1000 ? 'finished' : 'running', control),
  cell('graft', graft > 0 ? 'running' : 'waiting', graft),
];

describe('an experiment under way', () => {
  it('is done by its bytes, and the untrained base is no training', () => {
    const view = new ExperimentView(spec);
    view.take({ id: 'x', cells: cells(1000, 500) });
    expect(view.share).toBe(0.75);
    expect(view.trainings.map(({ arm }) => arm)).toEqual(['old vocabulary', 'graft']);
  });

  it('shows a run that waits for its second turn as held where it was left', () => {
    const view = new ExperimentView(spec);
    view.take({
      id: 'x',
      cells: [...cells(0, 0).slice(0, 1), cell('old vocabulary', 'waiting', 200), cell('graft', 'waiting', 0)],
    });
    expect(gridRows(view).map((row) => row.cells)).toMatchObject([
      {},
      [{ state: 'paused', share: 0.2 }],
      [{ state: 'waiting' }],
    ]);
  });

  it('shows the base as far as it is scored, and on the chart as soon as it has a reading', () => {
    const view = new ExperimentView(spec);
    const base = { ...cell('base', 'preparing', 0), bitsPerByte: 7.5 };
    const progress = { phase: 'evaluating', done: 3, total: 4, arm: 'base', seed: 1 } as const;
    view.take({ id: 'x', cells: [base, ...cells(0, 0).slice(1)], progress });
    expect(gridRows(view)[0]!.cells).toEqual({ state: 'running', share: 0.75 });
    expect(curveArms(view)[0]!.seeds[0]!.points).toEqual([{ bytes: 0, bitsPerByte: 7.5 }]);
    view.take({ id: 'x', cells: view.cells, progress: { ...progress, phase: 'loading' } });
    expect(gridRows(view)[0]!.cells).toEqual({ state: 'running', share: 0 });
  });

  it('estimates from the time that it went on, without pauses', () => {
    let now = 0;
    const view = new ExperimentView(spec, () => now);
    const run = (state: RunStatus['state']) => ({
      ...{ arm: 'graft', seed: 1, status: { ...status, state }, records: [], isAnew: false },
    });
    view.take({ id: 'x', cells: cells(0, 0) });
    expect(view.left).toBeNull();
    now = 1000;
    view.take({ id: 'x', cells: cells(500, 0), run: run('paused') });
    expect(view.state).toBe('paused');
    now = 9000;
    expect(view.spent).toBe(1000);
    expect(view.left).toBe(3000);
    view.take({ id: 'x', cells: cells(500, 0), run: run('running') });
    now = 10_000;
    view.take({ id: 'x', cells: cells(1000, 0), run: run('running') });
    expect([view.spent, view.left]).toEqual([2000, 2000]);
    view.state = 'finished';
    now = 20_000;
    expect(view.spent).toBe(2000);
  });

  it('has nothing under way once it was stopped, wherever the stop caught it', () => {
    const view = new ExperimentView(spec);
    view.take({ id: 'x', cells: cells(500, 500), progress: { phase: 'loading', done: 1, total: 2 } });
    view.state = 'stopped';
    expect(view.progress).toBeNull();
    expect(view.cells.map(({ state }) => state)).toEqual(['finished', 'stopped', 'stopped']);
  });

  it('does not count what an earlier visit has run into its speed', () => {
    let now = 0;
    const view = new ExperimentView(spec, () => now);
    view.take({ id: 'x', cells: cells(1000, 0) });
    expect([view.startShare, view.left]).toEqual([0.5, null]);
    now = 1000;
    view.take({ id: 'x', cells: cells(1000, 500) });
    expect(view.left).toBe(1000);
  });
});
