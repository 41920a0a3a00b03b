/**
 * A report of one experiment as values: sheets of blocks, all in words. The page, the HTML file and the Markdown file are three
 * ways to write the same document, so that none of them says something else.
 */
import { msg, str } from '@lit/localize';
import type { KeptExperiment, KeptRun } from '../../worker/index';
import { count, duration, fileSize, fixed, joinSentences, percent, plain } from '../format';
import { meanOf } from '../pages/overlay';
import { sumOf, type ScoreSum } from '../state/prediction-score';
import { specText } from '../state/spec-link';
import { experimentName } from '../wording/corpus';
import { armName, runName } from '../wording/arms';
import { findings, headline, outcomeName, scoreName, scoreSentence } from '../wording/outcomes';
import type { ReportBlock } from './report-block';
import { orderBlocks } from './report-order';
import { clozeBlocks } from './report-cloze';
import { fieldBlocks, type DrawnSamples } from './report-field';
import { unlikeText, worsenedText, worsenedTitle } from '../wording/experiment';
import { frozenName } from '../wording/modes';
import { precisionCaveats, precisionName } from '../wording/precision';
import { verdictName } from '../wording/verdicts';
import { glossary } from '../wording/glossary';

export type { FigureName, Picture, ReportBlock } from './report-block';

export interface ReportDocument {
  readonly language: string;
  readonly question: string;
  /** When the last of its runs was saved, in words. */
  readonly made: string;
  readonly headline: string;
  readonly lede: string;
  readonly sheets: readonly (readonly ReportBlock[])[];
}

export interface ReportContext {
  readonly language: string;
  readonly version: string;
  readonly browser: string;
  /** Logical processors of the machine that the page is on. */
  readonly processors: number;
  readonly score?: ScoreSum;
  /** Pictures of samples; absent: not drawn yet. */
  readonly drawn?: DrawnSamples;
}

export function reportDocument(kept: KeptExperiment, runs: readonly KeptRun[], context: ReportContext): ReportDocument {
  const { spec, report } = kept;
  const heading = (text: string): ReportBlock => ({ kind: 'heading', text });
  return {
    language: context.language,
    question: experimentName(spec),
    made: dateText(kept.savedAt, context.language),
    headline: headline(report),
    lede: findings(report),
    sheets: [
      [
        ...figures(kept),
        heading(msg('Arms')),
        armsTable(kept),
        ...orderBlocks(kept),
        ...fieldBlocks(kept, context.drawn),
        ...clozeBlocks(kept),
      ],
      [
        heading(msg('Prediction beside outcome')),
        { kind: 'facts', rows: predictionFacts(kept, context.score ?? sumOf({})) },
        heading(msg('Machine and versions')),
        { kind: 'facts', rows: machineFacts(runs, context) },
        heading(msg('What to keep in mind')),
        { kind: 'list', items: caveats(kept) },
        heading(msg('Glossary')),
        { kind: 'terms', rows: glossary() },
      ],
      [
        heading(msg('Specification')),
        { kind: 'facts', rows: specFacts(kept) },
        { kind: 'code', language: 'json', text: specText(spec) },
        heading(msg('Repeat it')),
        { kind: 'code', language: 'sh', text: 'npm run lab -- run experiment.json --out runs' },
        {
          kind: 'text',
          text: msg(
            'Save the specification above as experiment.json. The verdict must be the same on either engine; last digits may differ.',
          ),
        },
      ],
    ],
  };
}

function dateText(iso: string, language: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '–';
  return date.toLocaleString(language === 'en' ? 'en-GB' : language, { dateStyle: 'long', timeStyle: 'short' });
}

function figures({ report }: KeptExperiment): ReportBlock[] {
  const curves: ReportBlock = {
    ...{ kind: 'figure', name: 'curves' },
    title: msg('Held-out bits per byte against training text read'),
    caption: msg(str`Figure ${1}. Every arm reads the same text; log scale, lower is better.`),
  };
  if (!report.comparisons.some(({ heldOut }) => heldOut)) return [curves];
  return [
    curves,
    {
      ...{ kind: 'figure', name: 'differences' },
      title: msg('Difference to the control in bits per byte'),
      caption: msg(
        str`Figure ${2}. 95\u00a0% intervals, paired by document and seed, hierarchical bootstrap. Shaded: not worse.`,
      ),
    },
  ];
}

function armsTable(kept: KeptExperiment): ReportBlock {
  const control = kept.report.verdict?.against ?? null;
  const hasAnswers = kept.report.arms.some(({ answers }) => answers);
  const rows = Object.keys(kept.spec.arms).map((name) => {
    const runs = kept.report.arms.filter(({ arm }) => arm === name);
    const figure = (value: number | null, digits = 2) => (value === null ? '–' : fixed(value, digits));
    const seconds = meanOf(runs.map(({ secondsPerMegabyte }) => secondsPerMegabyte));
    const each = runs.map(({ heldOut }) => figure(heldOut.bitsPerByte)).join(', ');
    return [
      name === control ? msg(str`${armName(name)} (control)`) : armName(name),
      figure(meanOf(runs.map(({ heldOut }) => heldOut.bitsPerByte))),
      each || '–',
      figure(meanOf(runs.map(({ bytesPerToken }) => bytesPerToken))),
      figure(meanOf(runs.map(({ general }) => general.bitsPerByte))),
      ...(hasAnswers ? [figure(meanOf(runs.map(({ answers }) => answers?.bitsPerByte ?? null)))] : []),
      seconds === null ? '–' : duration(seconds * 1000),
    ];
  });
  return {
    kind: 'table',
    columns: [
      msg('Arm'),
      msg('Bits per byte'),
      msg('Each seed'),
      msg('Bytes a token'),
      msg('General text'),
      ...(hasAnswers ? [msg('Held-out answers')] : []),
      msg('Time for 1 MB'),
    ],
    rows,
  };
}

function predictionFacts({ report }: KeptExperiment, score: ScoreSum): (readonly [string, string])[] {
  const { prediction, verdict } = report;
  const outcome = [msg('Outcome'), outcomeName(report)] as const;
  if (!prediction) return [[msg('Predicted'), msg('nothing was predicted')], outcome];
  const saved = verdict?.tokensSaved ?? null;
  return [
    [msg('Predicted'), verdictName(prediction.verdict).toLowerCase()],
    outcome,
    [
      msg('Fewer tokens'),
      msg(str`predicted ${percent(prediction.shorterBy, 0)}, measured ${saved === null ? '–' : percent(saved, 0)}`),
    ],
    [msg('The prediction'), scoreName(prediction.score)],
    [msg('In this browser'), scoreSentence(score)],
  ];
}

function machineFacts(
  runs: readonly KeptRun[],
  { version, browser, processors }: ReportContext,
): (readonly [string, string])[] {
  const engines = [...new Set(runs.map(({ engine }) => engine).filter(Boolean))];
  const seconds = runs.reduce((sum, { trainingSeconds }) => sum + trainingSeconds, 0);
  return [
    [msg('Computed by'), engines.join('; ') || '–'],
    [msg('Time spent training'), duration(seconds * 1000)],
    [msg('Tokengraft', { id: 'tokengraft-version' }), version],
    [msg('Browser that wrote this'), browser],
    [msg('Its logical processors'), processors > 0 ? count(processors) : '–'],
  ];
}

function specFacts({ spec }: KeptExperiment): (readonly [string, string])[] {
  const { model, corpus, budget, evaluation } = spec;
  const print = (fingerprint: string | undefined) => (fingerprint ? `, SHA-256 ${fingerprint.slice(0, 12)}…` : '');
  const modelText = typeof model === 'string' ? model : model.name + print(model.fingerprint);
  return [
    [msg('Model'), modelText],
    [msg('Corpus'), (corpus.sample ?? corpus.name ?? corpus.path ?? '–') + print(corpus.fingerprint)],
    budget.bytes === undefined
      ? [msg('Compute for each arm'), `${(budget.flops ?? 0).toExponential(2)} FLOP`]
      : [msg('Text for each arm'), msg(str`${count(budget.bytes)} bytes`)],
    [msg('Seeds'), spec.seeds.join(', ')],
    ...(spec.frozenWeights ? [[msg('Frozen weights'), frozenName(spec.frozenWeights)] as const] : []),
    ...(spec.precision ? [[msg('Steps multiply in'), precisionName(spec.precision)] as const] : []),
    [msg('Held-out text, at most'), msg(str`${count(evaluation?.bytes ?? 65_536)} bytes`)],
    [msg('Margin'), msg(str`${percent(evaluation?.margin ?? 0.02, 0)} of the control`)],
  ];
}

function caveats({ spec, report }: KeptExperiment): string[] {
  const { verdict, comparisons, unfinished, worsened } = report;
  const compared = comparisons.find(({ arm }) => arm === verdict?.arm);
  const base = report.arms.find(({ steps }) => steps === 0)?.heldOut.bitsPerByte ?? null;
  const notes: (string | false)[] = [
    unfinished.length > 0 && msg(str`Not finished: ${unfinished.map(runName).join('; ')}. They are in no number here.`),
    ...precisionCaveats(report.arms),
    ...worsened.map((run) => joinSentences(worsenedTitle(run), worsenedText(run))),
    compared?.heldOut?.levels === 'documents' &&
      msg('One seed was compared: the interval says nothing of other seeds.'),
    compared !== undefined &&
      compared.against !== null &&
      !compared.sameFreedom &&
      msg('The control does not move all that the arm moves: part of the difference may come from that.'),
    compared !== undefined && compared.against !== null && !compared.sameText && unlikeText(),
    base !== null &&
      base > 8 &&
      msg(
        'The untouched base is worse than a uniform guess (8 bits): it is out of its domain, and nothing is compared with it.',
      ),
    spec.budget.bytes !== undefined &&
      msg(
        str`Each arm read ${plain(fileSize(spec.budget.bytes))}. What holds there need not hold for more text, or for another model.`,
      ),
  ];
  return notes.filter((note): note is string => note !== false);
}
