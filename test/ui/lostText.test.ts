// Lost text on the page: no figure where there is none, and the reason in its place.
import { describe, expect, it } from 'vitest';
import { forestScale } from '../../src/ui/steps/forest';
import { bitsText, bytesPerTokenText, lostOfArms, lostShort } from '../../src/ui/wording/lostText';
import { shortfallText } from '../../src/ui/wording/shortfall';
import { explainSignal, signalWords } from '../../src/ui/wording/signals';
import {
  comparisonLede,
  comparisonSentence,
  comparisonShort,
  diagnosisSentence,
  generalChange,
} from '../../src/ui/wording/verdicts';
import type { Comparison, Signal, Verdict } from '../../src/worker/index';
import { comparison, diagnosis } from './fakeResults';

const losing = (lostBytes: number, of = comparison.arms[0]!.heldOut) => ({
  ...of,
  lostBytes,
  bitsPerByte: lostBytes > 0 ? null : of.bitsPerByte,
  interval: lostBytes > 0 ? null : of.interval,
});

const compared = (base: number, graft: number): Comparison => ({
  ...comparison,
  arms: comparison.arms.map((arm) => ({ ...arm, heldOut: losing(arm.arm === 'base' ? base : graft, arm.heldOut) })),
  difference: null,
  shorterBy: null,
});

describe('what is said of general text', () => {
  const general = (bitsPerByte: number, interval: readonly [number, number] | null, documents: number) =>
    comparisonLede({
      ...comparison,
      arms: comparison.arms.map((arm) => ({
        ...arm,
        heldOut: { ...arm.heldOut, documents },
        general: { ...arm.general, documents },
      })),
      generalDifference: { bitsPerByte, interval },
    });

  it('is no forgetting without an interval', () => {
    for (const [documents, why] of [
      [1, 'one document, so no interval'],
      [2, '2 documents, too few for an interval'],
    ] as const) {
      const said = general(0.005, null, documents);
      expect(said).toContain(`Whether general text was forgotten is not told: ${why}.`);
      expect(said).not.toMatch(/worse|better|measurably/u);
    }
  });

  it('is forgetting with the interval that says so, and otherwise not', () => {
    expect(general(0.5, [0.4, 0.6], 40)).toMatch(/% worse, which is forgotten \(95.% interval \+0\.400 to \+0\.600/u);
    expect(general(0.005, [-0.1, 0.11], 40)).toContain('General text did not change measurably.');
  });

  it('counts one document in the singular', () => {
    expect(general(0, null, 1)).toContain('Same 1 held-out document,');
    expect(general(0, null, 4)).toContain('Same 4 held-out documents,');
  });
});

describe('a comparison of which text is lost', () => {
  it.each([
    [564, 0],
    [564, 312],
    [0, 1],
    [20, 20],
  ])('says what each arm loses instead of a difference: base %i, graft %i', (base, graft) => {
    const found = compared(base, graft);
    const said = [comparisonSentence(found), comparisonShort(found), comparisonLede(found)].join(' ');
    expect(said).not.toMatch(/NaN|–|null/u);
    expect(comparisonSentence(found)).toBe('Not comparable: text is lost.');
    expect(lostOfArms(found)).toContain(`the base cannot write ${base}, the graft ${graft}.`);
    expect(comparisonLede(found)).toContain(lostOfArms(found));
  });

  it('shows a dash where a number would stand, and scales the plot to the arms that have one', () => {
    expect([bitsText(null), bitsText(2.914)]).toEqual(['–', '2.914']);
    expect(bytesPerTokenText(losing(3))).toBe('–');
    expect(lostShort(losing(1200))).toBe('1,200 of 148,213 bytes lost');
    expect(forestScale([losing(1), losing(2)]).ticks).toEqual([]);
    expect(forestScale([losing(1), losing(0)]).ticks.length).toBeGreaterThan(0);
    expect(generalChange({ ...comparison, generalDifference: null })).toBeNull();
    expect(comparisonLede({ ...comparison, generalDifference: null })).not.toMatch(/NaN|General/u);
  });
});

describe('a diagnosis of which text is lost', () => {
  const lost: Signal = {
    name: 'lostText',
    weight: 'decides',
    value: 0.62,
    unit: 'ratio',
    thresholds: [0.01],
    better: 'higher',
    reading: 'strong',
    inputs: { lostBytes: 620, heldOutBytes: 1000, lostBytesAfter: 31, newTokens: 256, lostCharacters: 412 },
  };

  it('words the signal with its formula, its mark and what new tokens give back', () => {
    const words = signalWords(lost);
    expect(words).toMatchObject({ name: 'Lost text', value: { value: '62.0', unit: '%' } });
    expect(words.why).toContain('no token for 412 characters');
    expect(words.why).toContain('With 256 new tokens 31 bytes are lost instead of 620.');
    expect(signalWords({ ...lost, inputs: { ...lost.inputs, newTokens: 0 } }).why).not.toContain('instead');
    expect(explainSignal(lost).meaning).toContain('bytes lost 620');
  });

  it.each<[Verdict, boolean, RegExp]>([
    ['expand', true, /cannot write 62.0\u00a0% of these texts/u],
    ['need-more-data', true, /too little text shows its characters/u],
    ['expand', false, /512 new tokens would save/u],
    ['need-more-data', false, /no size is seen often enough/u],
    ['do-not-expand', false, /512 new tokens would save only/u],
  ])('gives the verdict its true reason: %s, decided by it: %s', (verdict, decides, sentence) => {
    const signals = decides ? [lost, ...diagnosis.signals] : diagnosis.signals;
    expect(diagnosisSentence({ ...diagnosis, verdict, signals })).toMatch(sentence);
  });
});

describe('a vocabulary that came out smaller than asked for', () => {
  it.each([
    [{ 'too-rare': 1300, digit: 4 }, 'Of the other candidates 1,300 are seen too seldom; 4 hold a digit.'],
    [
      { digit: 4, 'never-reached': 9 },
      'Of the other candidates 9 would never be reached, since the text is cut elsewhere before; 4 hold a digit.',
    ],
    [{ undecodable: 1 }, 'Of the other candidates 1 would be decoded as other text.'],
    [{}, 'By then every word of the texts is one token.'],
  ])('says why: %j', (turnedDown, why) => {
    expect(shortfallText({ asked: 256, learned: 220, turnedDown })).toBe(`256 were asked for; there are 220. ${why}`);
  });
});
