import { beforeAll, describe, expect, test } from 'vitest';
import { browserName } from '../../src/ui/report/browser';
import { reportDocument } from '../../src/ui/report/report-document';
import { reportHtml } from '../../src/ui/report/report-html';
import { pictureFiles, reportMarkdown } from '../../src/ui/report/report-markdown';
import { scoresWith, sumOf } from '../../src/ui/state/prediction-score';
import { headline } from '../../src/ui/wording/outcomes';
import { precisionCaveats } from '../../src/ui/wording/precision';
import type { KeptExperiment, KeptRun, StepPrecision } from '../../src/worker/index';
import { fakeField } from './fakeField';
import { fakeLab } from './fakeLab';

const context = { language: 'en', version: '0.1.0', browser: 'Chromium 156, Linux', processors: 4 };
const figures = { curves: '<?xml version="1.0" encoding="UTF-8"?>\n<svg id="c"/>', differences: '<svg id="d"/>' };
let kept: readonly KeptExperiment[];
let runs: readonly KeptRun[];

beforeAll(async () => {
  const lab = fakeLab({ experiments: 3 });
  ({ kept } = await lab.experiments());
  runs = await lab.experimentRuns('molecules');
});

describe('the headline', () => {
  const saying = (verdict: KeptExperiment['report']['verdict']) => headline({ ...kept[0]!.report, verdict });

  test('is the verdict', () =>
    expect(headline(kept[0]!.report)).toBe('Not fewer bits, but 44\u00a0% fewer tokens: expand for speed.'));

  test('says what is missing where there is none', () => {
    const { verdict } = kept[0]!.report;
    const without = { ...verdict!, provisional: true, difference: null };
    expect(saying(null)).toBe('No arm was expanded: nothing is asked of the vocabulary.');
    expect(saying({ ...without, outcome: 'unfinished' })).toBe('Not finished: no verdict yet.');
    expect(saying({ ...without, outcome: 'no-control', provisional: false })).toBe(
      'No verdict: nothing was trained on the old vocabulary.',
    );
  });
});

describe('a report', () => {
  test('says which runs are not in f16 although it was asked for', () => {
    const said = (found: StepPrecision) => {
      const { report } = kept[0]!;
      const arms = report.arms.map((arm) => (arm.steps > 0 ? { ...arm, precision: found } : arm));
      return precisionCaveats(arms).map((line) => line.replaceAll('\u00a0', ' '));
    };
    const check = { loss: 0.02, gradient: 0.3, parameter: 'q_proj', passed: false };
    expect(said({ precision: 'f16', check: { ...check, passed: true } })).toEqual([]);
    expect(said({ precision: 'f32' })).toHaveLength(1);
    expect(said({ precision: 'f32' })[0]).toMatch(
      /^old vocabulary, seed 1; .*: Half precision was asked for; what computes/,
    );
    expect(said({ precision: 'f32', check })[0]).toContain('by 2.000 %, and the gradient of q_proj by 30.00 %');
    expect(said({ precision: 'f32', check: { ...check, loss: null } })[0]).toContain('was no number');
  });

  test('says what was found, against what, and what was predicted', () => {
    const { headline: said, lede } = reportDocument(kept[0]!, runs, context);
    expect(said).toBe('Not fewer bits, but 44\u00a0% fewer tokens: expand for speed.');
    expect(lede).toContain('continued, 128 tokens against old vocabulary');
    expect(lede).toContain('95\u00a0% interval +0.035\u00a0to\u00a0+0.145 bits per byte');
    expect(lede).toContain('Up to +0.15 still counts as not worse: set before the run.');
    expect(lede).toContain('Predicted beforehand: expand for speed. The prediction held.');
    expect(lede).not.toContain('base');
  });

  test('HTML is one file with figures, specification, machine and glossary, and nothing from elsewhere', () => {
    const text = reportHtml(reportDocument(kept[0]!, runs, context), figures);
    expect(text.match(/<svg id=/g)).toHaveLength(2);
    expect(text).not.toContain('<?xml');
    for (const part of [
      'processor, 2 threads',
      'Chromium 156, Linux',
      '0.1.0',
      'Break-even',
      'P10',
      '&#34;version&#34;: 2',
    ])
      expect(text).toContain(part);
    expect(text).not.toMatch(/(src|href)=|<script/);
  });

  test('Markdown refers to its figures and carries the specification whole', () => {
    const text = reportMarkdown(reportDocument(kept[0]!, runs, context));
    expect(text).toContain('](curves.svg)');
    expect(text).toContain('](differences.svg)');
    expect(text).toContain('| old vocabulary (control) | 1.49 | 1.49, 1.46, 1.53 |');
    const json = /```json\n(.*?)\n```/s.exec(text)![1]!;
    expect(JSON.parse(json)).toEqual(kept[0]!.spec);
  });

  test('names that others chose are text and never markup', () => {
    const name = '<img src=x onerror=alert(1)> | `` ``` [a](b) *c*';
    const evil = { ...kept[0]!, name, spec: { ...kept[0]!.spec, name } };
    const report = reportDocument(evil, runs, context);
    expect(reportHtml(report, figures)).not.toContain('<img');
    const markdown = reportMarkdown(report);
    expect(markdown).toContain('\\<img src=x');
    expect(markdown).toContain('\\[a\\](b) \\*c\\*');
    expect(JSON.parse(/````json\n(.*?)\n````/s.exec(markdown)![1]!)).toEqual(evil.spec);
  });

  test('pictures of samples are images beside their arm, whatever arm and sample are called', () => {
    const { field } = fakeField(kept[0]!.report, { arm: 'continued, 128 tokens', seed: 1 }).report;
    const named = { ...field!, arms: field!.arms.map((arm) => ({ ...arm, arm: '<b>"arm"' })) };
    const drawing = {
      kind: 'svg',
      markup: '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
    } as const;
    const drawn = named.arms.map((_, at) => [at === 0 ? null : drawing]);
    const shown = { ...kept[0]!, report: { ...kept[0]!.report, field: named } };
    const report = reportDocument(shown, runs, { ...context, drawn });
    const text = reportHtml(report, figures);
    expect(text.match(/<img src="data:image\/svg\+xml,%3Csvg[^"<>]*" alt="[^"<>]*">/g)).toHaveLength(2);
    expect(text).not.toMatch(/<b>|<script/);
    expect(text).toContain("default-src 'none'; style-src 'unsafe-inline'; img-src data:");
    const markdown = reportMarkdown(report);
    expect(pictureFiles(report).map(({ name }) => name)).toEqual(['sample-2-1.svg', 'sample-3-1.svg']);
    for (const { name } of pictureFiles(report)) expect(markdown).toContain(`](${name})`);
    expect(markdown).toContain('![\\<b\\>"arm", 1');
    // Not drawn yet: the samples stand there as text.
    expect(pictureFiles(reportDocument(shown, runs, context))).toEqual([]);
  });

  test('one seed, a base out of its domain and unfinished runs are said', () => {
    const report = { ...kept[0]!.report, unfinished: [{ arm: 'continued, 128 tokens', seed: 3, state: 'diverged' }] };
    const text = reportMarkdown(reportDocument({ ...kept[0]!, report }, runs, context));
    expect(text).toContain('Not finished: continued, 128 tokens, seed 3. They are in no number here.');
    expect(text).toContain('worse than a uniform guess');
  });
});

describe('the running score', () => {
  test('counts what was deleted since, and the newest word of what is still there', () => {
    const before = { gone: 'held', rows: 'not-scored' } as const;
    expect(sumOf(scoresWith(before, kept))).toEqual({ held: 2, scored: 3, experiments: 4 });
  });
});

test.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36',
    'Chromium 156, Linux',
  ],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:153.0) Gecko/20100101 Firefox/153.0', 'Firefox 153, Windows'],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15',
    'Safari 26, macOS',
  ],
  ['lynx', 'lynx'],
])('a browser is named as people know it', (agent, name) => expect(browserName(agent)).toBe(name));
