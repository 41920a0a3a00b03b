// Rows of the candidate table, lists as text, and the choice with its undo.
import { describe, expect, test, vi } from 'vitest';
import { candidateRows, choiceOfList, listText, listTexts, shownRows } from '../../src/ui/steps/candidate-rows';
import { VocabularyEditor } from '../../src/ui/state/vocabulary-editor';
import type { Candidate, CandidateCounts, VocabularyChoice } from '../../src/worker/index';
import { until } from '../support/until';

const candidate = (text: string, occurrences: number, flags: Candidate['flags'] = []): Candidate => ({
  piece: text.replace(' ', 'Ġ'),
  text,
  pieces: Array.from(text, (letter, id) => ({ id, text: letter })),
  documents: 9,
  occurrences,
  flags,
});
const candidates = [candidate('abc', 50), candidate(' de', 90), candidate('fg', 20, ['few-documents'])];
const counts: CandidateCounts = {
  accepted: Uint32Array.of(0, 1),
  exposures: Float64Array.of(40, 90, 0),
  byHand: [{ text: 'zz', occurrences: 7 }],
  newTokens: 3,
  exposureP10: 7,
  heldOut: { bytes: 100, tokensBefore: 50, tokensAfter: 25 },
};

describe('rows', () => {
  test('say what is in, what it saves, and what was added by hand', () => {
    const rows = candidateRows(candidates, counts);
    expect(rows.map(({ text, isIn, exposure, tokensSaved }) => [text, isIn, exposure, tokensSaved])).toEqual([
      ['zz', true, 7, 7],
      ['abc', true, 40, 80],
      [' de', true, 90, 180],
      ['fg', false, null, 0],
    ]);
  });

  test('are shown by state, search and order', () => {
    const rows = candidateRows(candidates, counts);
    const texts = (...more: Parameters<typeof shownRows> extends [unknown, ...infer Rest] ? Rest : never) =>
      shownRows(rows, ...more).map(({ text }) => text);
    expect(texts('all', '', 'occurrences')).toEqual([' de', 'abc', 'fg', 'zz']);
    expect(texts('in', '', 'exposure')).toEqual([' de', 'abc', 'zz']);
    expect(texts('out', '', 'text')).toEqual(['fg']);
    expect(texts('flagged', '', 'text')).toEqual(['fg']);
    expect(texts('all', 'B', 'text')).toEqual(['abc']);
  });
});

test('whole characters come before parts of them, in every order', () => {
  const of = [candidate('\\xE4\\xBD', 90, ['part-of-character']), candidate('何', 30), candidate('何處', 10)];
  const rows = candidateRows(of, null);
  for (const sort of ['occurrences', 'documents', 'tokensSaved', 'exposure', 'text'] as const) {
    const texts = shownRows(rows, 'all', '', sort).map(({ text }) => text);
    expect(texts.at(-1), sort).toBe('\\xE4\\xBD');
  }
});

describe('a list as text', () => {
  test('gives the same choice back', () => {
    const list = listText(candidateRows(candidates, counts));
    expect(list).toBe('zz\nabc\n de\n');
    expect(choiceOfList(candidates, listTexts(list))).toEqual({ newTokens: 3, rejected: ['fg'], added: ['zz'] });
  });

  test('may come from Windows, with empty lines and twice the same', () => {
    expect(listTexts(' de\r\n\r\nabc\r\n de')).toEqual([' de', 'abc']);
  });
});

describe('the choice', () => {
  const editor = (count: (choice: VocabularyChoice) => Promise<CandidateCounts>) => {
    const built = vi.fn();
    const made = new VocabularyEditor({ count, changed: () => undefined, build: built, tell: () => undefined });
    made.reset(100);
    return { made, built };
  };
  vi.stubGlobal('window', globalThis);

  test('goes back change by change', async () => {
    const { made } = editor(async () => counts);
    made.reject(['a', 'b']);
    made.accept(['a']);
    made.edit({ newTokens: 50 });
    made.addByHand('x');
    expect(made.choice).toEqual({ method: 'continued', newTokens: 50, rejected: ['b'], added: ['x'] });
    made.undo();
    made.undo();
    expect(made.choice).toEqual({ method: 'continued', newTokens: 100, rejected: ['b'], added: [] });
    made.undo();
    made.undo();
    made.undo();
    expect(made.choice).toEqual({ method: 'continued', newTokens: 100, rejected: [], added: [] });
  });

  test('builds once the changes pause, not at each of them', async () => {
    vi.useFakeTimers();
    const { made, built } = editor(async () => counts);
    for (let newTokens = 1; newTokens <= 5; newTokens++) {
      made.edit({ newTokens });
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(built).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1000);
    expect(built).toHaveBeenCalledTimes(1);
    vi.useRealTimers();
  });

  test('takes back what cannot be counted, and keeps the reason', async () => {
    const { made } = editor(async ({ added }) => {
      if (added.length > 0) throw Object.assign(new Error('cannot become one token'), { code: 'lab/not-one-token' });
      return counts;
    });
    made.edit({ added: ['two words'] });
    await until(() => expect(made.error).not.toBeNull());
    expect(made.choice.added).toEqual([]);
    expect(made.canUndo).toBe(false);
  });
});
