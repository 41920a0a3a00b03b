import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withShortIds } from '../../scripts/locales/shortIds';

const evaluated = (code: string): Record<string, string> =>
  new Function(`${code.replaceAll('export const', 'const')}; return templates;`)() as Record<string, string>;

describe('translations by short ids', () => {
  it('are found by whole ids, and by names', () => {
    const code =
      "export const templates = {\n's0123456789abcdef': `one`,\n'h0123456789abcdef': `two`,\n'share-new': `three`,\n};";
    const short = withShortIds(code);
    expect(short).not.toContain('89abcdef');
    const found = evaluated(short);
    expect([found.s0123456789abcdef, found.h0123456789abcdef, found['share-new'], found.absent]).toEqual([
      ...['one', 'two', 'three'],
      undefined,
    ]);
  });

  it('are refused where two begin alike', () => {
    const code = "export const templates = {\n's0123456789abcdef': `one`,\n's0123456700000000': `two`,\n};";
    expect(() => withShortIds(code)).toThrow('begin alike');
  });

  it('tell all messages of the page apart', () => {
    const code = readFileSync('src/ui/locales/zh-Hans.ts', 'utf8');
    const short = withShortIds(code);
    expect(code.length - short.length).toBeGreaterThan(8 * 1500);
  });
});
