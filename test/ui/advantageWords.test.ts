// What is said under the chart of advantage against exposures is what the chart shows.
import { expect, it } from 'vitest';
import { crossing, runningMedian } from '../../src/lab/evidence/exposuresNeeded';
import { crossingNote } from '../../src/ui/charts/advantage-drawing';
import { risesAndFalls } from './chartFixtures';

it('a median that is above zero at some exposures and falls again does not stay above zero', () => {
  expect(Math.max(...runningMedian(risesAndFalls).map(({ advantage }) => advantage))).toBe(1);
  expect(crossing(risesAndFalls)).toEqual({ kind: 'never' });
  expect(crossingNote({ crossing: crossing(risesAndFalls) })).toBe(
    'The running median does not stay above zero: for the tokens seen most often it is at or below zero.',
  );
});
