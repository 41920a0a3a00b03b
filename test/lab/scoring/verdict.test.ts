import fc from '../../support/properties';
import { describe, expect, it } from 'vitest';
import { seededDifference } from '../../../src/lab/scoring/seededDifference';
import { outcomeOf, whatWouldTell, type OutcomeTerms } from '../../../src/lab/scoring/verdict';
import { simulate } from './simulatedScores';

// A control of 2 bits per byte and a margin of 5 %: 0.1 bits.
const terms = (tokensSaved: number | null): OutcomeTerms => ({ controlBitsPerByte: 2, margin: 0.05, tokensSaved });
const measured = (low: number, high: number, documents = 40) => ({
  difference: (low + high) / 2,
  interval: [low, high] as const,
  documents,
});

describe('the outcome', () => {
  it.each([
    ['wholly below 0, shorter', -0.2, -0.1, 0.4, 'expand'],
    ['wholly below 0, no shorter', -0.2, -0.1, 0, 'expand'],
    ['wholly below 0, longer', -0.2, -0.1, -0.3, 'expand'],
    ['wholly below the margin around 0, shorter', -0.05, 0.09, 0.1, 'expand-for-speed'],
    ['above 0 below the margin, shorter', 0.01, 0.09, 0.4, 'expand-for-speed'],
    ['wholly below the margin around 0, hardly shorter', -0.05, 0.09, 0.0999, 'do-not-expand'],
    ['above 0 below the margin, hardly shorter', 0.01, 0.09, 0, 'do-not-expand'],
    ['above 0 across the margin, hardly shorter', 0.01, 0.3, 0.05, 'do-not-expand'],
    ['wholly above the margin, shorter', 0.11, 0.3, 0.4, 'do-not-expand'],
    ['wholly above the margin, no shorter', 0.11, 0.3, 0, 'do-not-expand'],
    ['above 0 across the margin, shorter', 0.01, 0.3, 0.4, 'cannot-tell'],
    ['across 0 and the margin, shorter', -0.1, 0.3, 0.4, 'cannot-tell'],
    ['across 0 and the margin, hardly shorter', -0.1, 0.3, 0, 'cannot-tell'],
    ['up to the margin itself, shorter', -0.1, 0.1, 0.4, 'cannot-tell'],
    ['up to 0 itself, shorter', -0.1, 0, 0.4, 'expand-for-speed'],
  ] as const)('%s', (_, low, high, tokensSaved, outcome) => {
    expect(outcomeOf(measured(low, high), terms(tokensSaved))).toBe(outcome);
  });

  it('has no verdict under three documents, however clear', () => {
    expect(outcomeOf(measured(-0.2, -0.1, 2), terms(0.4))).toBe('no-verdict');
    expect(outcomeOf({ difference: -0.2, interval: null, documents: 1 }, terms(0.4))).toBe('no-verdict');
    expect(outcomeOf(measured(-0.2, -0.1, 3), terms(0.4))).toBe('expand');
  });

  it('compares nothing where text is lost, on however few documents', () => {
    const lost = { difference: null, interval: null, documents: 1 };
    expect(outcomeOf(lost, terms(null))).toBe('not-comparable');
    expect(outcomeOf(measured(-0.2, -0.1), { ...terms(0.4), controlBitsPerByte: null })).toBe('not-comparable');
  });

  it('takes 2 % of the control where no margin is given', () => {
    const usual = { controlBitsPerByte: 2, tokensSaved: 0.4 };
    expect(outcomeOf(measured(-0.01, 0.039), usual)).toBe('expand-for-speed');
    expect(outcomeOf(measured(-0.01, 0.041), usual)).toBe('cannot-tell');
  });

  it('counts exactly a tenth of the tokens as worth it', () => {
    for (const control of [10, 30, 70, 110, 1230, 99990]) {
      const tokensSaved = (control - control * 0.9) / control;
      const counted = (control - Math.round(control * 0.9)) / control;
      expect(counted).toBeCloseTo(tokensSaved, 12);
      expect(outcomeOf(measured(-0.01, 0.05), terms(counted))).toBe('expand-for-speed');
    }
  });

  const interval = fc
    .tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([low, size]) => [low, low + size] as const);
  const saved = fc.double({ min: -0.5, max: 0.9, noNaN: true });

  it('once told does not change within a narrower interval from can to cannot', () => {
    fc.assert(
      fc.property(interval, saved, fc.double({ min: 0, max: 1, noNaN: true }), ([low, high], tokensSaved, shrunk) => {
        const middle = (low + high) / 2;
        const narrower = measured(middle - (shrunk * (high - low)) / 2, middle + (shrunk * (high - low)) / 2);
        fc.pre(outcomeOf(measured(low, high), terms(tokensSaved)) !== 'cannot-tell');
        expect(outcomeOf(narrower, terms(tokensSaved))).not.toBe('cannot-tell');
      }),
    );
  });

  it('says expand of nothing that may be worse than the control', () => {
    fc.assert(
      fc.property(interval, saved, ([low, high], tokensSaved) => {
        const outcome = outcomeOf(measured(low, high), terms(tokensSaved));
        if (outcome === 'expand') expect(high).toBeLessThan(0);
        if (outcome === 'expand-for-speed') expect([high < 0.1, tokensSaved >= 0.1]).toEqual([true, true]);
      }),
    );
  });
});

describe('what would tell', () => {
  const now = (
    bitsPerByte: number,
    reach: number,
    spread: { documents: number; seeds: number | null },
    seeds = 3,
    documents = 40,
  ) => ({
    bitsPerByte,
    interval: [bitsPerByte - reach, bitsPerByte + reach] as const,
    documents,
    seeds: Array.from({ length: seeds }, (_, n) => n + 1),
    spread,
  });

  it('is nothing where the comparison tells', () => {
    const spread = { documents: 0.01, seeds: 0.01 };
    expect(whatWouldTell(now(-0.3, 0.1, spread), terms(0.4))).toBeNull();
    expect(whatWouldTell({ ...now(0.05, 0.2, spread), interval: null }, terms(0.4))).toBeNull();
  });

  it('asks for text where documents make the width: a reach of twice the distance takes four times the text', () => {
    // Distance to the margin of 0.1 is 0.05; a little under four, since t narrows with the documents, too.
    const would = whatWouldTell(now(0.05, 0.1, { documents: 0.05, seeds: 0.0001 }), terms(0.4))!;
    expect(would.seeds).toBeNull();
    expect(would.heldOutText!.amount).toBeGreaterThan(3.6);
    expect(would.heldOutText!.amount).toBeLessThanOrEqual(4);
    expect(would.heldOutText!.outcome).toBe('expand-for-speed');
    expect(would.heldOutText!.interval[1]).toBeLessThan(0.1);
  });

  it('asks for seeds where seeds make the width', () => {
    // t(2) = 4.30, t(n - 1) / sqrt(n) x sqrt(3) must halve it: at 5, 2.78 / 4.30 x sqrt(3 / 5) = 0.499.
    const would = whatWouldTell(now(0.05, 0.0999, { documents: 0.00001, seeds: 0.023 }), terms(0.4))!;
    expect(would.heldOutText).toBeNull();
    expect(would.seeds).toMatchObject({ amount: 2, outcome: 'expand-for-speed' });
  });

  it('names both where either would do, and neither where each is too wide alone', () => {
    const both = whatWouldTell(now(0.05, 0.06, { documents: 0.02, seeds: 0.01 }), terms(0.4))!;
    expect(both.seeds).not.toBeNull();
    expect(both.heldOutText).not.toBeNull();
    const neither = whatWouldTell(now(0.05, 0.3, { documents: 0.1, seeds: 0.07 }), terms(0.4))!;
    expect(neither).toEqual({ seedsKnown: true, seeds: null, heldOutText: null });
  });

  it('says nothing of seeds after one', () => {
    const would = whatWouldTell(now(0.05, 0.06, { documents: 0.03, seeds: null }, 1), terms(0.4))!;
    expect(would).toMatchObject({ seedsKnown: false, seeds: null });
    expect(would.heldOutText).toMatchObject({ outcome: 'expand-for-speed' });
  });

  it('gives up at 100 seeds and 64 times the text', () => {
    const near = whatWouldTell(now(0.0999, 0.1, { documents: 0.05, seeds: 0.00001 }), terms(0.4))!;
    expect(near).toEqual({ seedsKnown: true, seeds: null, heldOutText: null });
    expect(whatWouldTell(now(0.1, 0.1, { documents: 0.05, seeds: 0.05 }), terms(0.4))).toEqual(near);
  });

  it('measures to the boundary that decides: the margin where enough tokens are saved, else the farther of both', () => {
    const spread = { documents: 0.05, seeds: 0.00001 };
    const shorter = whatWouldTell(now(0.02, 0.1, spread), terms(0.4))!;
    const same = whatWouldTell(now(0.02, 0.1, spread), terms(0))!;
    expect(shorter.heldOutText).toMatchObject({ outcome: 'expand-for-speed' });
    expect(same.heldOutText).toMatchObject({ amount: shorter.heldOutText!.amount, outcome: 'do-not-expand' });
    // Nearer to the margin: worse for sure is off first, and only where nothing is saved does that decide.
    expect(whatWouldTell(now(0.08, 0.1, spread), terms(0))!.heldOutText!.amount).toBeLessThan(2);
    expect(whatWouldTell(now(0.08, 0.1, spread), terms(0.4))!.heldOutText!.amount).toBeGreaterThan(16);
  });

  it('asks for no less of a wider interval', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.05, max: 0.2, noNaN: true }),
        fc.double({ min: 0.11, max: 0.5, noNaN: true }),
        fc.double({ min: 1, max: 2, noNaN: true }),
        (estimate, reach, wider) => {
          const spread = { documents: reach / 2.2, seeds: reach / 20 };
          const some = whatWouldTell(now(estimate, reach, spread), terms(0.4));
          const more = whatWouldTell(now(estimate, reach * wider, spread), terms(0.4));
          const amount = (lever: { readonly amount: number } | null | undefined) => lever?.amount ?? Infinity;
          fc.pre(some !== null && more !== null);
          expect(amount(more!.heldOutText)).toBeGreaterThanOrEqual(amount(some!.heldOutText));
          expect(amount(more!.seeds)).toBeGreaterThanOrEqual(amount(some!.seeds));
        },
      ),
    );
  });

  it('comes true: text so many times longer tells in most experiments of the same kind', () => {
    const levels = { mean: 0.04, seeds: 0.001, documents: 0.2 };
    const limits = (controlBitsPerByte: number | null) => ({ controlBitsPerByte, margin: 0.05, tokensSaved: 0.4 });
    let asked = 0;
    let told = 0;
    for (let experiment = 1; experiment <= 60; experiment++) {
      const first = simulate(levels, 4, 30, experiment);
      const now = seededDifference(first.arm, first.control);
      const lever = whatWouldTell(now, limits(now.controlBitsPerByte))?.heldOutText;
      if (!lever) continue;
      asked++;
      const again = simulate(levels, 4, Math.ceil(30 * lever.amount), experiment + 1000);
      const then = seededDifference(again.arm, again.control);
      const { bitsPerByte: difference, interval, documents } = then;
      if (outcomeOf({ difference, interval, documents }, limits(then.controlBitsPerByte)) !== 'cannot-tell') told++;
    }
    expect(asked).toBeGreaterThan(20);
    expect(told / asked).toBeGreaterThan(0.4);
  });
});
