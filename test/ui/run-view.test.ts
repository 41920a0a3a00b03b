import { describe, expect, test } from 'vitest';
import { RunView } from '../../src/ui/state/run-view';
import type { RunRecord, RunStatus } from '../../src/worker/index';

const status = (state: RunStatus['state'], step = 0): RunStatus => ({
  ...{ state, step, steps: 100, tokensPerSecond: 0, bytesPerSecond: 0, stepMilliseconds: 0 },
  millisecondsLeft: 0,
});

const evaluation = (step: number, bitsPerByte: number): RunRecord => ({
  type: 'evaluation',
  step,
  bitsPerByte,
  milliseconds: 1,
});

describe('a run as the page keeps it', () => {
  test('records of a saved run read the same in whatever order status and records arrive', () => {
    const run = new RunView(status('finished'));
    run.add([evaluation(0, 3), evaluation(20, 1)]);
    run.setStatus(status('finished'));
    expect(run.latestBitsPerByte).toBe(1);
    expect(run.isOver).toBe(true);
  });
});
