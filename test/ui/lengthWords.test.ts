// How long a useful run is, in words: what falls, what is level, and how much text the new tokens need.
import { describe, expect, it } from 'vitest';
import { endSlope, exposureOf, plannedExposure } from '../../src/lab/index';
import { armsText, documentsText, runsToComeText, seedsText, trainingsText } from '../../src/ui/wording/counts';
import { isFed, neededText, plannedText, seenText, slopeText, trendOf } from '../../src/ui/wording/lengths';

/** Bits per byte at 10, 20, 30 and 40 kB. */
const slopeOf = (...bits: number[]) =>
  endSlope(bits.map((bitsPerByte, at) => ({ bytes: 10_000 * (at + 1), bitsPerByte })))!;

describe('the end of a curve', () => {
  it('falls, is level, or rises, each doubling of the text', () => {
    const falling = slopeOf(2, 1.8, 1.68, 1.6);
    expect(slopeText(falling)).toBe(
      'At its end the curve still falls by 0.20 bits per byte each time the text doubles.',
    );
    expect(slopeText(slopeOf(1, 1.2, 1.32, 1.4))).toContain('rises by 0.20 bits per byte');
    expect(trendOf(slopeOf(1.6, 1.601, 1.6, 1.601))).toBe('level');
  });

  it('may be level where its readings scatter more than it falls, or are too few', () => {
    const scattered = slopeOf(2, 1.9, 1.7, 1.88);
    expect(trendOf(scattered)).toBe('may-fall');
    expect(slopeText(scattered)).toContain('it could be level');
    expect(trendOf(slopeOf(2, 1.5))).toBe('may-fall');
  });
});

describe('how often the new tokens are seen', () => {
  const times = [500, 300, 120, 100, 100, 100, 100, 100, 100, 40, 30];

  it('says how many often enough, and how much text would do', () => {
    const seen = exposureOf(times, 30_000);
    expect(seenText(seen)).toBe('9 of 11 new tokens were seen 100 times or more.');
    expect(neededText(seen)).toBe('Until nine of ten are, it takes 75.0\u00a0KB, or fewer tokens.');
    expect(plannedText(plannedExposure(times, { bytes: 30_000 }, { bytes: 15_000 }))).toBe(
      '2 of 11 new tokens would be seen 100 times or more in 15.0\u00a0KB of text.',
    );
  });

  it('is enough where nine of ten are, and no text helps what never occurs', () => {
    expect(isFed(exposureOf([200, 100], 30_000))).toBe(true);
    expect(neededText(exposureOf([200, 100], 30_000))).toContain('long enough');
    expect(isFed(exposureOf([0, 0], 30_000))).toBe(false);
    expect(neededText(exposureOf([0, 0], 30_000))).toContain('never seen');
  });
});

it.each([armsText, documentsText, runsToComeText, seedsText, trainingsText])('one is singular: %o', (text) => {
  expect(text(1)).toMatch(/^1 /);
  expect(text(1)).not.toMatch(/\b(?:arms|documents|runs|seeds|trainings|are)\b/);
  expect(text(1200)).toMatch(/^1,200 .*s\b/);
});
