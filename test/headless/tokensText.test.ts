// What the command line says of all new tokens together is so.
import { expect, it } from 'vitest';
import { tokensText } from '../../src/headless/tokensText';
import { crossing, runningMedian } from '../../src/lab/evidence/exposuresNeeded';
import { risesAndFalls } from '../ui/chartFixtures';

it('a median that rises above zero and falls again is not said to lie below everywhere', () => {
  const said = tokensText('continued, seed 1', {
    ...{ course: null, control: 'old vocabulary', window: 64, placesEach: 32, tokens: [] },
    text: { documents: 4, bytes: 4096 },
    summary: {
      ...{ tokens: 60, measured: 60, priced: 60, cheaper: 20, medianAdvantage: -1 },
      ...{ starved: 30, counted: 58, floor: 100, effectiveRank: null, underTrained: 0 },
      ...{ crossing: crossing(risesAndFalls), runningMedian: runningMedian(risesAndFalls) },
    },
  });
  expect(said.split('\n')).toContain(
    'Their running median does not stay above zero: for the tokens seen most often it is at or below zero.',
  );
  expect(said).toContain('30 of 58 tokens that stand alone were seen fewer than 100 times');
});
