/** The answer of an experiment in the command line's words. */
import type { Advice, ArmComparison, ExperimentReport, ReferenceName } from '../lab/index';
import { precisionLines } from './precisionText';

export function reportText(report: ExperimentReport): string {
  const {
    name,
    frozenWeights,
    verdict,
    prediction,
    arms,
    comparisons,
    early,
    unfinished,
    references,
    base,
    lengths,
    worsened,
    order,
  } = report;
  const hasAnswers = arms.some(({ answers }) => answers);
  const ofAnswers = (cell: string) => (hasAnswers ? [cell] : []);
  return [
    name,
    '',
    ...table(
      [
        ...['arm', 'seed', 'steps', 'bytes', 'bits per byte', '95 %', 'general'],
        ...ofAnswers('answers'),
        ...['bytes a token', 's a megabyte'],
      ],
      arms.map(({ arm, seed, steps, bytes, heldOut, general, answers, bytesPerToken, secondsPerMegabyte }) => [
        arm,
        String(seed),
        String(steps),
        String(bytes),
        heldOut.bitsPerByte?.toFixed(4) ?? `none, ${heldOut.lostBytes} bytes lost`,
        intervalText(heldOut.interval),
        general.bitsPerByte?.toFixed(3) ?? '',
        ...ofAnswers(answers?.bitsPerByte?.toFixed(4) ?? ''),
        bytesPerToken.toFixed(2),
        secondsPerMegabyte?.toFixed(0) ?? '',
      ]),
    ),
    ...(frozenWeights
      ? [`Matrices that do not move were held rounded to ${frozenWeights}; files have them as they were read.`]
      : []),
    ...precisionLines(arms),
    ...(references ? [referencesText(references)] : []),
    ...(base?.isOutOfDomain
      ? [`The text is out of the domain of ${base.arm}: it needs more bits than a uniform guess over bytes (8).`]
      : []),
    '',
    ...comparisons.flatMap(comparisonLines),
    ...(early ? earlyLines(early) : []),
    ...(verdict
      ? [verdictText(verdict), ...verdict.advice.map(adviceText)]
      : ['No arm is both expanded and trained: there is nothing to decide.']),
    ...worsened.map(
      ({ arm, seed, from, to }) =>
        `${arm}, seed ${seed}: training made it worse, from ${from.toFixed(2)} to ${to.toFixed(2)} bits per byte; its rate is too high.`,
    ),
    ...lengths.flatMap(lengthLines),
    ...orderLines(order),
    ...(prediction ? [`predicted before the run: ${prediction.verdict} (${prediction.score.replace('-', ' ')})`] : []),
    ...unfinished.map(
      ({ arm, seed, state, error }) => `${arm}, seed ${seed}: ${state}${error === undefined ? '' : `: ${error}`}`,
    ),
  ].join('\n');
}

const outcomes: Readonly<Record<ArmComparison['outcome'], string>> = {
  expand: 'expand: fewer bits per byte',
  'expand-for-speed': 'expand for speed: not worse, in fewer tokens',
  'do-not-expand': 'do not expand',
  'cannot-tell': 'cannot be told apart',
  'no-verdict': 'no verdict: fewer than three held-out documents',
  'not-comparable': 'not comparable: a tokenizer loses held-out text',
  unfinished: 'not finished yet',
  'no-control': 'no verdict: nothing was trained on the old vocabulary',
};

function verdictText({ outcome, arm, provisional }: NonNullable<ExperimentReport['verdict']>): string {
  return `${provisional ? 'So far' : 'Verdict'}: ${arm}: ${outcomes[outcome]}.`;
}

/** Of readings on the way. */
export function earlyLines(early: NonNullable<ExperimentReport['early']>): string[] {
  const { arm, against, share, difference, interval, tokensSaved, documents } = early;
  const saved = tokensSaved === null ? '' : `, ${(100 * tokensSaved).toFixed(1)} % fewer tokens`;
  return [
    `On the way, after ${(100 * share).toFixed(0)} % of the training: ${arm} - ${against}: ${signed(difference!)} bits per byte ${intervalText(interval, signed)}${saved}`,
    `  on ${documents} held-out documents that trainings are watched by; who is ahead so early need not be ahead at the end`,
  ];
}

function referencesText({ lines, trainingBytes }: NonNullable<ExperimentReport['references']>): string {
  const named = lines.map(({ name, bitsPerByte }) => `${referenceNames[name]} ${bitsPerByte.toFixed(4)}`);
  return `Without a model, fitted on ${trainingBytes} bytes: ${named.join(', ')}.`;
}

const referenceNames: Readonly<Record<ReferenceName, string>> = {
  uniform: 'a uniform guess',
  unigrams: 'byte unigrams',
  bigrams: 'byte bigrams',
  xz: 'xz of the held-out text alone',
};

function comparisonLines(comparison: ExperimentReport['comparisons'][number]): string[] {
  const { equalCompute } = comparison;
  const line = comparisonText(comparison);
  if (!equalCompute) return [line];
  const { difference, flops } = equalCompute;
  const read = `at equal compute (${flops.toExponential(2)} FLOPs, read off the watched curves, no interval)`;
  return [line, `  ${read}: ${signed(difference)} bits per byte`];
}

function comparisonText({ arm, against, sameFreedom, outcome, tokensSaved, heldOut }: ArmComparison): string {
  if (against === null || !heldOut) return `${arm}: ${outcomes[outcome]}`;
  const difference = heldOut.difference === null ? 'none' : signed(heldOut.difference);
  const saved = tokensSaved === null ? '' : `, ${(100 * tokensSaved).toFixed(1)} % fewer tokens`;
  const freedom = sameFreedom ? '' : ' (which moves other parts of the model)';
  return `${arm} - ${against}${freedom}: ${difference} bits per byte ${intervalText(heldOut.interval, signed)}${saved}: ${outcomes[outcome]}`;
}

/** Whether more text would help. */
function lengthLines({ arm, slope, exposure }: ExperimentReport['lengths'][number]): string[] {
  const lines: string[] = [];
  if (slope) {
    const { perDoubling, interval, nextDoubling } = slope;
    const next = `${nextDoubling.bitsPerByte.toFixed(4)} at ${nextDoubling.bytes} bytes if it went on so`;
    lines.push(`${arm}: at its end ${signed(perDoubling)} ${intervalText(interval, signed)}`.trimEnd());
    lines.push(`  bits per byte for each doubling of the text (${next})`);
  }
  if (exposure) {
    const { fed, tokens, floor, exposureP10, bytesUntilFed } = exposure;
    const needed =
      bytesUntilFed === null
        ? 'the rarest tenth was never seen'
        : `nine of ten after ${bytesUntilFed} bytes (P10 ${exposureP10.toFixed(0)})`;
    lines.push(`  ${fed} of ${tokens} new tokens were seen ${floor} times; ${needed}`);
  }
  return lines;
}

/** How early the order of the arms was known. */
function orderLines(order: ExperimentReport['order']): string[] {
  if (order.length === 0) return [];
  return [
    'Order of the arms while they were trained, beside that at the end (rank correlation):',
    ...order.map(({ bytes, correlation, best, bestRanksAtEnd }) => {
      const then = bestRanksAtEnd === 1 ? 'also at the end' : `at the end ${bestRanksAtEnd}.`;
      return `  after ${bytes} bytes ${correlation.toFixed(2)}; best ${best}, ${then}`;
    }),
  ];
}

function adviceText(advice: Advice): string {
  switch (advice.kind) {
    case 'take':
      return `Take ${advice.arm}.`;
    case 'adapt-without-expanding':
      return `Adapt without expanding: ${advice.arm}.`;
    case 'tell-apart': {
      const { seeds, heldOutText } = advice;
      const ways = [
        ...(seeds ? [`${seeds.amount} more seeds`] : []),
        ...(heldOutText ? [`${heldOutText.amount} times the held-out text`] : []),
      ];
      return ways.length > 0
        ? `${ways.join(', or ')} would tell.`
        : 'Neither more seeds nor more text alone would tell.';
    }
    case 'more-documents':
      return 'An interval needs at least three held-out documents.';
    case 'lost-text':
      return `Lost text has no price: ${advice.arms.join(', ')}.`;
    case 'add-control':
      return `Add an arm without a vocabulary that trains ${advice.moves.join(', ')}.`;
    case 'finish':
      return `Still to come: ${advice.runs.map(({ arm, seeds }) => `${arm} (seed ${seeds.join(', ')})`).join('; ')}.`;
  }
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${value.toFixed(4)}`;
}

function intervalText(interval: readonly [number, number] | null, shown = (value: number) => value.toFixed(4)): string {
  return interval ? `[${shown(interval[0])}, ${shown(interval[1])}]` : '';
}

/** Columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
