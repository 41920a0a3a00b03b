// Every outcome has its sentence, with the two numbers that decide; none credits the vocabulary with what the text did.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adviceText, outcomeWord, verdictLede, verdictSentence, verdictShort } from '../../src/ui/wording/experiment';
import { parseSpec, reportOf, type ArmComparison, type ExperimentReport } from '../../src/lab/index';

const outcomes: readonly ArmComparison['outcome'][] = [
  'expand',
  'expand-for-speed',
  'do-not-expand',
  'trim',
  'do-not-trim',
  'cannot-tell',
  'no-verdict',
  'not-comparable',
  'no-score',
  'no-control',
];

const empty = reportOf(
  parseSpec({
    ...{ version: 2, name: 'x', model: 'bundled', corpus: { sample: 'molecules' }, budget: { bytes: 1 }, seeds: [1] },
    arms: { graft: { vocabulary: { method: 'continued', newTokens: 4 }, stages: [{ moves: { everything: 0.1 } }] } },
  }),
  [],
);

function reportWith(
  outcome: ArmComparison['outcome'],
  difference: number | null,
  provisional = false,
): ExperimentReport {
  const heldOut = {
    ...{ difference, interval: difference === null ? null : ([difference - 0.05, difference + 0.05] as const) },
    ...{ seeds: [1, 2], documents: 297, levels: 'documents-and-seeds' as const, leftOut: { arm: [], control: [] } },
    ...{ spread: { documents: 0.01, seeds: 0.01 }, losesText: false, armBitsPerByte: 1.4, controlBitsPerByte: 1.5 },
  };
  const compared = {
    ...{
      arm: 'graft',
      against: 'old vocabulary',
      sameFreedom: true,
      sameText: true,
      outcome,
      tokensSaved: 0.44,
      marginBits: 0.03,
    },
    ...{ heldOut, general: { ...heldOut, difference: 0.02 }, answers: null, whatWouldTell: null, equalCompute: null },
  };
  const verdict = {
    ...{
      outcome,
      arm: 'graft',
      against: 'old vocabulary',
      sameFreedom: true,
      sameText: true,
      difference,
      interval: heldOut.interval,
    },
    ...{ tokensSaved: 0.44, atEqual: 'bytes' as const, provisional, advice: [] },
  };
  return { ...empty, comparisons: [compared], verdict };
}

/** Of a report whose comparison reads so beside the text that decides. */
function ledeWith(
  beside: 'general' | 'answers',
  read: Pick<NonNullable<ArmComparison['heldOut']>, 'difference' | 'documents' | 'interval'>,
): string {
  const report = reportWith('expand', -0.12);
  const [compared] = report.comparisons;
  return verdictLede({ ...report, comparisons: [{ ...compared!, [beside]: { ...compared!.heldOut!, ...read } }] });
}

describe('a verdict in words', () => {
  it.each(outcomes)('has a sentence, a short form and a lede for %s', (outcome) => {
    const report = reportWith(outcome, outcome === 'not-comparable' ? null : 0.1);
    const said = [verdictSentence(report), verdictShort(report), verdictLede(report), outcomeWord(outcome)];
    for (const text of said) {
      expect(text).toBeTruthy();
      expect(text).not.toMatch(/NaN|null|undefined|\bpaid\b|untouched base/u);
    }
  });

  it('says of general text that nothing is told where there is no interval', () => {
    const of = (documents: number, interval: readonly [number, number] | null) =>
      ledeWith('general', { difference: 0.47, documents, interval });
    expect(of(1, null)).toContain('Of general text nothing is told: one document, so no interval.');
    expect(of(2, null)).toContain('2 documents, too few for an interval');
    expect(of(1, null)).not.toContain('told apart');
    expect(of(30, [-0.1, 1])).toContain('On general text the two cannot be told apart.');
  });

  it('says of answers what the outcome, which is from text, does not', () => {
    const of = (difference: number, interval: readonly [number, number] | null) =>
      ledeWith('answers', { difference, interval, documents: 2 });
    expect(verdictLede(reportWith('expand', -0.12))).not.toContain('answers');
    expect(of(0.26, [0.2, 0.3])).toContain('On held-out answers it needs 0.260 more bits per byte than the control.');
    expect(of(-0.26, [-0.3, -0.2])).toContain('On held-out answers it needs 0.260 fewer bits per byte');
    expect(of(0.26, [-0.2, 0.3])).toContain('On held-out answers the two cannot be told apart.');
    expect(of(0.26, null)).toContain('Of held-out answers nothing is told: 2 of them, too few for an interval.');
  });

  it('gives the two numbers that decide, and against what', () => {
    expect(verdictSentence(reportWith('expand', -0.12))).toBe(
      'Expand: 0.12 fewer bits per byte than the old vocabulary, in 44\u00a0% fewer tokens.',
    );
    expect(verdictSentence(reportWith('expand-for-speed', 0.01))).toBe(
      'Not fewer bits, but 44\u00a0% fewer tokens: expand for speed.',
    );
    expect(verdictSentence(reportWith('do-not-expand', 0.31))).toBe(
      'Do not expand: 0.31 more bits per byte, for 44\u00a0% fewer tokens.',
    );
    expect(verdictLede(reportWith('expand', -0.12))).toContain('graft against old vocabulary, the same bytes of text');
    expect(verdictLede(reportWith('no-control', null))).toMatch(/^Without the old vocabulary/);
    expect(verdictLede(reportWith('no-score', null))).toMatch(/^The control is the old vocabulary/);
    const other = reportWith('expand', -0.12);
    expect(verdictLede({ ...other, verdict: { ...other.verdict!, sameText: false } })).toContain(
      'reads another share of general text',
    );
  });

  it('says that it is provisional, and nothing before there is a reading', () => {
    expect(verdictSentence(reportWith('expand', -0.1, true))).toContain('So far');
    expect(verdictShort(reportWith('expand', -0.1, true))).toContain('So far');
    expect(verdictSentence(reportWith('unfinished', null))).toBeNull();
    expect(verdictSentence(empty)).toBeNull();
  });

  it('says of readings on the way when they were made, and that the end may differ', () => {
    const reading = (interval: readonly [number, number]): ExperimentReport => ({
      ...reportWith('unfinished', null),
      early: {
        ...{ arm: 'graft', against: 'old vocabulary', seed: 1, interval, difference: (interval[0] + interval[1]) / 2 },
        ...{ tokensSaved: 0.44, armBitsPerByte: 4, controlBitsPerByte: 4.2, share: 0.2, bytes: 8192 },
        documents: 51,
      },
    });
    const said = (low: number, high: number) => verdictSentence(reading([low, high]));
    expect(said(-0.3, -0.1)).toBe(
      'After 20\u00a0% of the training: 0.20 fewer bits per byte than the old vocabulary, in 44\u00a0% fewer tokens.',
    );
    expect(said(0.1, 0.3)).toContain('0.20 more bits per byte');
    expect(said(-0.1, 0.3)).toBe(
      'After 20\u00a0% of the training: not told apart from the old vocabulary, in 44\u00a0% fewer tokens.',
    );
    expect(verdictShort(reading([0.1, 0.3]))).toBe('So far: more bits');
    const lede = verdictLede(reading([-0.3, -0.1]));
    expect(lede).toContain('51 held-out documents');
    expect(lede).toContain('need not be ahead at the end');
  });

  it('says after which of the seeds it speaks, and gives fewer and more what they are', () => {
    const after = (seeds: number[], left: number[], outcome: ArmComparison['outcome'], difference: number) => {
      const report = reportWith(outcome, difference, true);
      const [compared] = report.comparisons;
      return verdictSentence({
        ...report,
        comparisons: [{ ...compared!, heldOut: { ...compared!.heldOut!, seeds } }],
        unfinished: [...seeds, ...left].map((seed) => ({ arm: 'other', seed, state: 'waiting' })),
      });
    };
    expect(after([1], [2, 3], 'expand-for-speed', 0.01)).toBe(
      'After one seed of three: no fewer bits than the old vocabulary, in 44\u00a0% fewer tokens.',
    );
    expect(after([1, 2], [3, 4], 'expand', -0.2)).toBe(
      'After 2 of 4 seeds: 0.20 fewer bits per byte than the old vocabulary, in 44\u00a0% fewer tokens.',
    );
    // A difference whose interval holds zero is none.
    expect(after([1], [2, 3], 'cannot-tell', -0.02)).toContain('no fewer bits');
    expect(after([1], [2, 3], 'do-not-expand', 0.3)).toContain('0.30 more bits');
    const longer = reportWith('do-not-expand', 0.3);
    expect(verdictSentence({ ...longer, verdict: { ...longer.verdict!, tokensSaved: -0.05 } })).toBe(
      'Do not expand: 0.30 more bits per byte, for 5\u00a0% more tokens.',
    );
  });

  it('says which documents are too few, and what would tell, in the headline', () => {
    const one = reportWith('no-verdict', 0.1);
    const [compared] = one.comparisons;
    const heldOut = { ...compared!.heldOut!, documents: 1 };
    expect(verdictSentence({ ...one, comparisons: [{ ...compared!, heldOut }] })).toBe(
      'One held-out document: no verdict.',
    );
    const open = reportWith('cannot-tell', 0.01);
    const seeds = { amount: 3, interval: [0, 1] as const, outcome: 'expand' as const };
    const advice = [{ kind: 'tell-apart' as const, seedsKnown: true, seeds, heldOutText: null }];
    expect(verdictSentence({ ...open, verdict: { ...open.verdict!, advice } })).toBe(
      'Cannot be told apart: 3 more seeds would tell.',
    );
    expect(verdictSentence(open)).toBe('Cannot be told apart.');
  });

  it('says what would tell two arms apart', () => {
    const lever = (amount: number) => ({ amount, interval: [0, 1] as const, outcome: 'expand' as const });
    expect(adviceText({ kind: 'tell-apart', seedsKnown: true, seeds: lever(3), heldOutText: lever(2) })).toContain(
      '3 more seeds, or 2.0 times',
    );
    const neither = { kind: 'tell-apart', seeds: null, heldOutText: null } as const;
    expect(adviceText({ ...neither, seedsKnown: true })).toContain('Neither');
    expect(adviceText({ ...neither, seedsKnown: false })).toContain('a second one says');
  });
});

it('no text of the page, in either language, credits a graft with what the text did', () => {
  const sources = new Set<string>();
  const files = readdirSync('src/ui', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  for (const name of files) {
    if (name.includes('locales')) continue;
    const texts = readFileSync(join('src/ui', name), 'utf8').match(/msg\(\s*(?:str|html)?[`'"][^;]*?\)/gsu) ?? [];
    for (const text of texts) sources.add(`${name}: ${text}`);
  }
  const xliff = readFileSync('src/ui/locales-xliff/zh-Hans.xlf', 'utf8');
  const targets = xliff.match(/<target>.*?<\/target>/gsu) ?? [];
  expect(sources.size).toBeGreaterThan(500);
  expect(targets.length).toBeGreaterThan(500);
  for (const text of sources) {
    expect(text).not.toMatch(/\b(?:paid|pays?|passed the|crossed the|beats?|wins?|significant(?:ly)?)\b/iu);
  }
  for (const text of targets) expect(text).not.toMatch(/回本|合算|划算|显著|胜过|打败|战胜|超过原模型/u);
});
