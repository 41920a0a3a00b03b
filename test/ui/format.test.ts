import { describe, expect, test } from 'vitest';
import { ago, duration, fileSize, fixed, joinSentences, memorySize, percent, plain, signed } from '../../src/ui/format';

describe('numbers as the page writes them', () => {
  test.each([
    [0.298, '29.8\u00a0%'],
    [-0.042, '−4.2\u00a0%'],
    [0, '0.0\u00a0%'],
  ])('a share of %s is "%s": a space before the unit that no line breaks at, a true minus sign', (share, text) => {
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
    [999, '999\u00a0B'],
    [1_482_130, '1.48\u00a0MB'],
    [999_999, '1.00\u00a0MB'],
    [64_200_000, '64.2\u00a0MB'],
  ])('%s bytes of a file are %s', (bytes, text) => {
    expect(plain(fileSize(bytes))).toBe(text);
  });

  test('memory counts in powers of two', () => {
    expect(plain(memorySize(128 * 1024 ** 2))).toBe('128\u00a0MiB');
    expect(plain(memorySize(2.61 * 1024 ** 3))).toBe('2.61\u00a0GiB');
  });

  test.each([
    [450, '0.5\u00a0s'],
    [42_000, '42\u00a0s'],
    [640_000, '10\u00a0min\u00a040\u00a0s'],
    [7_260_000, '2\u00a0h\u00a01\u00a0min'],
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
