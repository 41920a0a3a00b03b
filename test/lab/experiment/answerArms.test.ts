// Arms that learn answers, and arms that only lose tokens: what an experiment says of them, and what it must not.
import { describe, expect, it } from 'vitest';
import { parseSpec, reportOf, type ReportedRun } from '../../../src/lab/index';
import { turnsOf } from '../../../src/lab/experiment/runOrder';

const text = { moves: { everything: 0.01 } };
const answers = { ...text, objective: 'answers' as const };
const general = { version: 2, name: 'x', model: 'bundled', corpus: { sample: 'molecules' }, budget: { bytes: 1000 } };

function finished(arm: string, curve: readonly (readonly [number, number, number])[], level = 2): ReportedRun {
  const bytes = [40, 50, 60, 50];
  const heldOut = {
    ...{ bytes, tokens: bytes.map((size) => size / 2), lostBytes: bytes.map(() => 0) },
    nats: bytes.map((size, at) => size * (level + 0.02 * at)),
  };
  return {
    status: {
      ...{ version: 1, arm, seed: 1, state: 'finished', step: 3, steps: 3, tokens: 1, newTokens: 0, bytes: 900 },
      ...{ trainingSeconds: 1, engine: 'x', fingerprint: '', savedAt: '', generation: 'a', files: {} },
      curve: curve.map(([read, bitsPerByte, answerBitsPerByte], step) => ({
        ...{ step, bytes: read, flops: read * 1e6, bitsPerByte, answerBitsPerByte },
      })),
    },
    scores: { heldOut, general: heldOut },
  };
}

describe('an arm that learns answers', () => {
  const spec = parseSpec({
    ...general,
    ...{ seeds: [1], instructions: { path: 'answers.jsonl' } },
    arms: { text: { stages: [text] }, answers: { stages: [answers] }, both: { stages: [text, answers] } },
  });
  const learnt = [
    [0, 10, 16],
    [400, 10.5, 4],
    [900, 11, 2.6],
  ] as const;
  const unlearnt = learnt.map(([read, bits, answer]) => [read, answer, bits] as const);

  it('is not worse where its text is and its answers are not, and is where its answers are', () => {
    const report = reportOf(spec, [finished('answers', learnt), finished('both', unlearnt)]);
    expect(report.worsened).toEqual([{ arm: 'both', seed: 1, from: 10, to: 11 }]);
    expect(reportOf(spec, [finished('text', learnt)]).worsened).toEqual([{ arm: 'text', seed: 1, from: 10, to: 11 }]);
  });

  it('has no slope of text, which an arm of text alone has', () => {
    const slopes = reportOf(
      spec,
      ['text', 'answers', 'both'].map((arm) => finished(arm, learnt)),
    ).lengths;
    expect(slopes.map(({ arm, slope }) => [arm, slope !== null])).toEqual([
      ['text', true],
      ['answers', false],
      ['both', false],
    ]);
  });
});

describe('an arm that only loses tokens', () => {
  const vocabulary = { method: 'trim' as const, remove: { leastCount: 1 } };
  const graft = { vocabulary: { method: 'continued' as const, newTokens: 4 }, stages: [text] };
  const arms = { control: { stages: [text] }, trimmed: { vocabulary, stages: [text] } };
  const curve = [
    [0, 10, 0],
    [900, 3, 0],
  ] as const;
  const verdictOf = (level: number) => {
    const spec = parseSpec({ ...general, seeds: [1], arms });
    return reportOf(spec, [finished('control', curve), finished('trimmed', curve, level)]).verdict;
  };

  it('is asked whether it is worse, not whether to expand', () => {
    expect(verdictOf(1.9)).toMatchObject({ outcome: 'trim', advice: [{ kind: 'take', arm: 'trimmed' }] });
    expect(verdictOf(2.001)).toMatchObject({ outcome: 'trim' });
    expect(verdictOf(2.2)).toMatchObject({
      outcome: 'do-not-trim',
      advice: [{ kind: 'adapt-without-expanding', arm: 'control' }],
    });
  });

  it('has neither the verdict nor the first turn beside an arm with new tokens', () => {
    const spec = parseSpec({ ...general, seeds: [1], arms: { ...arms, graft } });
    const runs = [finished('control', curve), finished('trimmed', curve, 1), finished('graft', curve, 1.9)];
    const { verdict, comparisons } = reportOf(spec, runs);
    expect(verdict).toMatchObject({ arm: 'graft', outcome: 'expand' });
    expect(comparisons.map(({ arm, outcome }) => [arm, outcome])).toEqual([
      ['trimmed', 'trim'],
      ['graft', 'expand'],
    ]);
    const todo = Object.keys(spec.arms).map((arm) => ({ arm, seed: 1 }));
    expect(turnsOf(spec, todo).map(({ arm, until }) => `${arm} ${until}`)).toEqual([
      'control first-reading',
      'graft end',
      'control end',
      'trimmed end',
    ]);
  });
});
