import { describe, expect, test } from 'vitest';
import { ago, duration, fileSize, fixed, joinSentences, memorySize, percent, plain, signed } from '../../src/ui/format';

describe('numbers as the page writes them', () => {
  test.each([
    [0.298, '29.8 %'],
    [-0.042, '−4.2 %'],
    [0, '0.0 %'],
  ])('a share of %s is "%s": a space before the unit, a true minus sign', (share, text) => {
    expect(percent(share)).toBe(text);
  });

  test('a number that rounds to zero carries no sign', () => {
    expect(fixed(-0.0001, 2)).toBe('0.00');
    expect(signed(0.004, 2)).toBe('+0.00');
  });

  test('what is not a number is a dash, never NaN', () => {
    expect(fixed(Number.NaN, 1)).toBe('–');
    expect(duration(Number.NaN)).toBe('–');
  });

  test.each([
    [999, '999 B'],
    [1_482_130, '1.48 MB'],
    [999_999, '1.00 MB'],
    [64_200_000, '64.2 MB'],
  ])('%s bytes of a file are %s', (bytes, text) => {
    expect(plain(fileSize(bytes))).toBe(text);
  });

  test('memory counts in powers of two', () => {
    expect(plain(memorySize(128 * 1024 ** 2))).toBe('128 MiB');
    expect(plain(memorySize(2.61 * 1024 ** 3))).toBe('2.61 GiB');
  });

  test.each([
    [450, '0.5 s'],
    [42_000, '42 s'],
    [640_000, '10 min 40 s'],
    [7_260_000, '2 h 1 min'],
  ])('%s milliseconds are "%s"', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });

  test('a run saved a moment ago is not "0 minutes ago"', () => {
    expect(ago(new Date(Date.now() - 20_000).toISOString())).toBe('just now');
  });

  test('Chinese sentences follow without a space, English ones with one', () => {
    expect(joinSentences('先测量。', '再训练。')).toBe('先测量。再训练。');
    expect(joinSentences('Measure.', '', 'Train.')).toBe('Measure. Train.');
  });
});
