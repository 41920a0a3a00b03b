/**
 * LaTeX: every formula of a text must be set by KaTeX, which knows a large part of LaTeX's mathematics and none of a document's own
 * macros: the share of the held-out text itself says how far that goes. Text around formulas is not read.
 */
import { formulasOf } from './latexFormulas';
import type { Notation } from './notation';

/** A sample may not make KaTeX expand or draw without end. */
const bounds = { maxExpand: 500, maxSize: 20 };

export const latex: Notation = {
  library: { name: 'KaTeX', licence: 'MIT' },
  grammars: ['latex-commands'],
  longest: 512,
  async open() {
    const { default: katex } = await import('katex');
    const options = { ...bounds, output: 'mathml', trust: false, strict: 'ignore', throwOnError: true } as const;
    const set = (formula: string, displayMode: boolean) => katex.renderToString(formula, { ...options, displayMode });
    return {
      parse(text, isCut) {
        const { formulas, open } = formulasOf(text);
        if (open !== undefined && !isCut) return { valid: false, why: `“${open}” is not closed` };
        if (formulas.length === 0) return { valid: false, why: 'no formula' };
        for (const { source, isDisplay } of formulas) {
          try {
            set(source, isDisplay);
          } catch (error) {
            return { valid: false, why: reasonOf(error) };
          }
        }
        return { valid: true, canonical: formulas.map(({ source }) => source.replace(/\s+/gu, ' ').trim()).join('\n') };
      },
      draw(text) {
        const longest = formulasOf(text).formulas.toSorted((a, b) => b.source.length - a.source.length)[0];
        return longest ? { kind: 'mathml', markup: set(longest.source, longest.isDisplay) } : null;
      },
    };
  },
};

function reasonOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return said
    .replace(/^KaTeX parse error: /u, '')
    .replace(/ at position \d+:.*$/su, '')
    .replace(/ at end of input:.*$/su, ' at the end');
}
