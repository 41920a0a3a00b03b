import { describe, expect, it } from 'vitest';
import { worsening } from '../../../src/lab/scoring/worsening';

const curve = (...bits: (number | null)[]) => bits.map((bitsPerByte) => ({ bitsPerByte }));

describe('training that makes a model worse', () => {
  it('ends above where it began, by more than a warm-up would', () => {
    expect(worsening(curve(6, 7.5, 9.8))).toEqual({ from: 6, to: 9.8 });
    expect(worsening(curve(6, 6.2))).toBeNull();
  });

  it('is over as soon as a reading is better again', () => expect(worsening(curve(6, 9.8, 5.9))).toBeNull());

  it('is not said of one reading, nor of text that has no price', () => {
    expect(worsening([])).toBeNull();
    expect(worsening(curve(6))).toBeNull();
    expect(worsening(curve(null, 6, null, 9))).toEqual({ from: 6, to: 9 });
  });
});
