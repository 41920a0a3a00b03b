import { describe, expect, it } from 'vitest';
import { bitsPerByte, pairedDifference, scoreInterval } from '../../../src/lab/scoring/bootstrap';
import { compareArms, scoreResult } from '../../../src/lab/scoring/compare';
import type { LoadedModel } from '../../../src/lab/open/openModel';
import { cardOf } from '../../../src/lab/export/report';
import type { CorpusSummary } from '../../../src/lab/open/corpusSummary';

const bytes = Array.from({ length: 60 }, (_, i) => 100 + 7 * (i % 11));
const scores = (natsPerByte: number, noise: number, tokensPerByte = 0.3) => ({
  bytes,
  nats: bytes.map((b, i) => b * natsPerByte + noise * Math.sin(12.9898 * i)),
  tokens: bytes.map((b) => b * tokensPerByte),
  lostBytes: bytes.map(() => 0),
});

describe('bits per byte', () => {
  it('is nats over ln 2 times bytes, summed over documents before dividing', () => {
    const value = bitsPerByte({
      nats: [Math.LN2 * 10, Math.LN2 * 30],
      bytes: [10, 10],
      tokens: [1, 1],
      lostBytes: [0, 0],
    });
    expect(value).toBeCloseTo(2, 12);
  });

  it('has an interval that holds it and narrows with more even documents', () => {
    const wide = scoreInterval(scores(1, 20))!;
    const narrow = scoreInterval(scores(1, 2))!;
    const value = bitsPerByte(scores(1, 20))!;
    expect(wide[0]).toBeLessThan(value);
    expect(wide[1]).toBeGreaterThan(value);
    expect(narrow[1] - narrow[0]).toBeLessThan((wide[1] - wide[0]) / 5);
  });

  it('gives the same interval every time', () => {
    expect(scoreInterval(scores(1, 20))).toEqual(scoreInterval(scores(1, 20)));
  });

  it.each([1, 2, 3])('of %i documents has an interval from three on', (documents) => {
    const few = (natsOfByte: number) => {
      const { bytes: all, nats, tokens, lostBytes } = scores(natsOfByte, 3);
      const first = (values: readonly number[]) => values.slice(0, documents);
      return { bytes: first(all), nats: first(nats), tokens: first(tokens), lostBytes: first(lostBytes) };
    };
    const [interval, difference] = [scoreInterval(few(1)), pairedDifference(few(1), few(0.9))!];
    expect(interval === null).toBe(documents < 3);
    expect(difference.interval === null).toBe(documents < 3);
    expect(difference.bitsPerByte).toBeCloseTo(-0.1 / Math.LN2, 10);
  });
});

describe('the paired difference', () => {
  it('cancels what both arms share: a constant gap has an interval of its own width, not of the documents', () => {
    const { bitsPerByte: gap, interval } = pairedDifference(scores(1, 20), scores(0.9, 20))!;
    expect(gap).toBeCloseTo(-0.1 / Math.LN2, 10);
    expect(interval![1] - interval![0]).toBeLessThan(1e-9);
  });
});

describe('a comparison', () => {
  it('of three arms names steps and mode and how much shorter the text became', () => {
    const arm = (nats: number, tokensPerByte: number) => ({
      heldOut: scores(nats, 3, tokensPerByte),
      general: scores(1, 3),
    });
    const comparison = compareArms(
      { base: arm(1, 0.4), 'grafted-untrained': arm(1.4, 0.3), 'grafted-trained': arm(0.8, 0.3) },
      120,
      'new-rows',
    );
    expect(comparison).not.toHaveProperty('outcome');
    expect(comparison.difference!.bitsPerByte).toBeCloseTo(-0.2 / Math.LN2, 10);
    expect(comparison.shorterBy).toBeCloseTo(0.25, 10);
    expect(comparison.generalDifference!.bitsPerByte).toBe(0);
    expect(comparison.arms.map((a) => a.arm)).toEqual(['base', 'grafted-untrained', 'grafted-trained']);
    expect(comparison).toMatchObject({ steps: 120, mode: 'new-rows' });
  });
});

describe('lost text', () => {
  const losing = (lost: number, of = scores(0.1, 3)) => ({
    ...of,
    lostBytes: of.bytes.map((_, document) => (document === 7 ? lost : 0)),
  });
  const whole = scores(0.8, 3);
  const compared = (
    base: ReturnType<typeof scores>,
    trained: ReturnType<typeof scores>,
    general: readonly [ReturnType<typeof scores>, ReturnType<typeof scores>] = [whole, whole],
  ) =>
    compareArms(
      {
        base: { heldOut: base, general: general[0] },
        'grafted-untrained': { heldOut: trained, general: general[1] },
        'grafted-trained': { heldOut: trained, general: general[1] },
      },
      10,
      'all',
    );

  it('has no price, however little of it there is', () => {
    expect(bitsPerByte(losing(1))).toBeNull();
    expect(scoreInterval(losing(1))).toBeNull();
    expect(scoreResult(losing(3))).toMatchObject({ bitsPerByte: null, interval: null, lostBytes: 3 });
    expect(scoreResult(whole)).toMatchObject({ bitsPerByte: bitsPerByte(whole), lostBytes: 0 });
  });

  it.each([
    ['of the base', losing(40), whole],
    ['of the graft', whole, losing(1)],
    ['of both, less of it', losing(40), losing(9)],
    ['of both, the same', losing(40), losing(40)],
  ])('makes no number out of arms: %s', (_, base, trained) => {
    const comparison = compared(base, trained);
    expect(comparison).toMatchObject({ difference: null, shorterBy: null });
    expect(comparison.generalDifference).not.toBeNull();
    expect(comparison.arms[0]!.heldOut.lostBytes).toBe(base.lostBytes[7]);
    expect(comparison.arms[2]!.heldOut.lostBytes).toBe(trained.lostBytes[7]);
  });

  it('of general text leaves the difference on the domain, and says nothing of forgetting', () => {
    const comparison = compared(scores(1, 3), whole, [losing(5), losing(5)]);
    expect(comparison.difference).not.toBeNull();
    expect(comparison.generalDifference).toBeNull();
  });

  it('stands in the model card instead of figures', () => {
    const card = cardOf({
      model: { summary: { name: 'base', embeddingRows: 9 }, checkpoint: {} } as unknown as LoadedModel,
      corpus: { name: 'poems', generalName: 'English' } as CorpusSummary,
      graft: undefined,
      moves: [],
      steps: 10,
      comparison: compared(losing(40), whole),
    });
    const of = (measure: string) => card.figures.find((figure) => figure.measure === measure)?.values;
    expect(of('bits per byte, held-out')).toEqual(['none: text is lost', '1.154', '1.154']);
    const total = whole.bytes.reduce((sum, each) => sum + each, 0);
    expect(of('lost bytes, held-out')).toEqual([`40 of ${total}`, `0 of ${total}`, `0 of ${total}`]);
    expect(of('lost bytes, English')).toBeUndefined();
    expect(card.verdict).toContain('no price');
  });
});
