// How long an experiment is said to take.
import { expect, test } from 'vitest';
import { experimentSeconds } from '../src/experimentSeconds';

const arms = { base: {}, one: { stages: [{}] }, two: { stages: [{}] } };
const evaluation = { bytes: 6000, generalBytes: 2000, watchBytes: 1000, points: 3 };

test('is training of every arm and seed, and a third of the text that is scored', () => {
  // Two arms, two seeds: 4 × (10,000 + (6,000 + 2,000 + 4 × 1,000) ÷ 3) bytes.
  expect(experimentSeconds({ arms, seeds: [1, 2], budget: { bytes: 10_000 }, evaluation }, 100)).toBe(560);
});

test('counts what an evaluation scores where nobody says otherwise', () => {
  const scored = (65_536 + 16_384 + 7 * 16_384) / 3;
  const seconds = experimentSeconds({ arms, seeds: [1], budget: { bytes: 1000 } }, 10);
  expect(seconds).toBeCloseTo((2 * (1000 + scored)) / 10, 6);
});

test('is not told of a budget in FLOPs', () => {
  expect(experimentSeconds({ arms, seeds: [1], budget: {} }, 100)).toBeNull();
});
