// What each preset runs, and how much.
import { describe, expect, test } from 'vitest';
import { initMethods } from '../../../src/graft/index';
import { armNames, presetOf, type PresetRequest } from '../../../src/lab/experiment/presets';
import { parseSpec } from '../../../src/lab/experiment/spec';

const request: PresetRequest = {
  title: 'molecules: tokens of their own?',
  model: 'bundled',
  corpus: { sample: 'molecules' },
  vocabulary: { method: 'continued', newTokens: 128, rejected: ['ab'], added: [] },
  mode: 'all',
  start: 'subword-mean',
  parameters: 4e6,
  contextLength: 512,
  bytesPerSecond: 2000,
  bytesPerToken: 1.5,
  trainBytes: 1e6,
  heldOutBytes: 1e5,
  heldOutDocuments: 500,
};

describe('which start', () => {
  const preset = presetOf('which-start', request);
  const spec = parseSpec(preset.spec);

  test('runs every start on the same tokens, beside the control', () => {
    expect(Object.keys(spec.arms)).toEqual([armNames.base, armNames.control, ...initMethods]);
    for (const init of initMethods) {
      const { start, vocabulary, stages } = spec.arms[init]!;
      expect(start).toEqual({ input: init, output: init });
      expect(vocabulary).toEqual(spec.arms['subword-mean']!.vocabulary);
      expect(stages).toEqual(spec.arms['subword-mean']!.stages);
    }
  });

  test('reads the text of fifty steps, and says how long all of them take', () => {
    const { rows, length } = spec.arms['zero']!.stages[0]!.batch;
    expect(spec.budget).toEqual({ bytes: 50 * rows * length * request.bytesPerToken });
    const slower = presetOf('which-start', { ...request, bytesPerSecond: request.bytesPerSecond / 2 });
    expect(slower.spec.budget).toEqual(preset.spec.budget);
    expect(slower.seconds / preset.seconds).toBeCloseTo(2, 1);
  });

  test('does not read a small text more than four times', () => {
    expect(presetOf('which-start', { ...request, trainBytes: 5000 }).spec.budget).toEqual({ bytes: 20_000 });
  });
});

describe('the text of an experiment that a time allows', () => {
  const budget = (bytesPerSecond: number, sizedBytesPerSecond?: number) =>
    presetOf('quick-answer', { ...request, bytesPerSecond, ...(sizedBytesPerSecond ? { sizedBytesPerSecond } : {}) });

  test('comes in few steps: 10 KB times a power of two', () => {
    const sizes = [100, 500, 640, 900, 2000, 2600].map((speed) => budget(speed).spec.budget.bytes);
    expect(sizes).toEqual([10_000, 20_000, 20_000, 40_000, 80_000, 80_000]);
  });

  test('is read ten times on the way to a quick answer, so that one so far comes after a tenth', () => {
    expect(presetOf('quick-answer', request).spec.evaluation!.points).toBe(10);
    expect(presetOf('should-i-expand', request).spec.evaluation!.points).toBe(5);
  });

  test('and so does the text that is scored: the whole experiment is the same at a speed a little otherwise', () => {
    expect(budget(640).spec).toEqual(budget(500).spec);
    expect(budget(2600).spec).toEqual(budget(2000).spec);
  });

  test('is sized by the speed that stays, while the time follows the newest', () => {
    const now = budget(1900, 1020);
    expect(now.spec).toEqual(budget(1020).spec);
    expect(now.seconds / budget(1020).seconds).toBeCloseTo(1020 / 1900, 10);
    expect(now.bytesPerSecond).toBe(1900);
  });
});
