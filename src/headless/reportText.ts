/** The answer of an experiment in the command line's words. */
import type { Advice, ArmComparison, ExperimentReport, ReferenceName } from '../lab/index';
import { precisionLines } from './precisionText';

export function reportText(report: ExperimentReport): string {
  const {
    name,
    frozenWeights,
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
    ...verdictLines(report),
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
  trim: 'trim: not worse, with fewer rows',
  'do-not-trim': 'do not trim: worse by more than the margin',
  'cannot-tell': 'cannot be told apart',
  'no-verdict': 'no verdict: fewer than three held-out documents',
  'not-comparable': 'not comparable: a tokenizer loses held-out text',
  unfinished: 'not finished yet',
  'no-score': 'no verdict: a training that it needs diverged or failed',
  'no-control': 'no verdict: nothing was trained on the old vocabulary',
};

function verdictLines({ verdict, comparisons }: ExperimentReport): string[] {
  if (!verdict) return ['No arm is both expanded and trained: there is nothing to decide.'];
  const { outcome, arm, provisional, advice } = verdict;
  const { levels } = comparisons.find((each) => each.arm === arm)?.heldOut ?? {};
  return [
    `${provisional ? 'So far' : 'Verdict'}: ${arm}: ${outcomes[outcome]}.`,
    ...(verdict.interval && levels === 'documents'
      ? ['One seed: how much chance there is between seeds is not known.']
      : []),
    ...advice.map(adviceText),
  ];
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
  const { equalCompute, general, answers } = comparison;
  const lines = [
    comparisonText(comparison),
    ...besideText('documents of general text', general),
    ...besideText('held-out answers', answers),
  ];
  if (!equalCompute) return lines;
  const { difference, flops } = equalCompute;
  const read = `at equal compute (${flops.toExponential(2)} FLOPs, read off the watched curves, no interval)`;
  return [...lines, `  ${read}: ${signed(difference)} bits per byte`];
}

/** What no outcome is from: forgetting, and answers. */
function besideText(what: string, read: ArmComparison['general']): string[] {
  if (!read || read.difference === null) return [];
  const range = read.interval ? intervalText(read.interval, signed) : `(no interval: ${read.documents} of them)`;
  return [`  on ${what}: ${signed(read.difference)} bits per byte ${range}`];
}

function comparisonText(comparison: ArmComparison): string {
  const { arm, against, sameFreedom, sameText, outcome, tokensSaved, heldOut } = comparison;
  if (against === null || !heldOut || heldOut.seeds.length === 0) return `${arm}: ${outcomes[outcome]}`;
  const difference = heldOut.difference === null ? 'none' : signed(heldOut.difference);
  const saved = tokensSaved === null ? '' : `, ${(100 * tokensSaved).toFixed(1)} % fewer tokens`;
  const unlike = [
    ...(sameFreedom ? [] : ['moves other parts of the model, or by other adapters']),
    ...(sameText ? [] : ['reads another share of general text']),
  ];
  const which = unlike.length > 0 ? ` (which ${unlike.join(' and ')})` : '';
  return `${arm} - ${against}${which}: ${difference} bits per byte ${intervalText(heldOut.interval, signed)}${saved}: ${outcomes[outcome]}`;
}

/** Whether more text would help. */
function lengthLines({ arm, slope, exposure }: ExperimentReport['lengths'][number]): string[] {
  const lines: string[] = [];
  if (slope) {
    const { perDoubling, interval, nextDoubling } = slope;
    const next = `${nextDoubling.bitsPerByte.toFixed(4)} at ${nextDoubling.bytes} bytes if it went on so`;
    lines.push(`${arm}: at its end ${signed(perDoubling)} ${intervalText(interval, signed)}`.trimEnd());
    lines.push(`  bits per byte for each doubling of the text (${next})`);
  } else if (exposure) lines.push(`${arm}:`);
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
    case 'for-answers':
      return `Where answers count more than text: ${advice.arm}, whose held-out answers need fewer bits.`;
    case 'tell-apart': {
      const { seeds, seedsKnown, heldOutText } = advice;
      const ways = [
        ...(seeds ? [`${seeds.amount} more seeds`] : []),
        ...(heldOutText ? [`${heldOutText.amount} times the held-out text`] : []),
      ];
      if (ways.length > 0) return `${ways.join(', or ')} would tell.`;
      return seedsKnown
        ? 'Neither more seeds nor more text alone would tell.'
        : 'More held-out text alone would not tell; whether more seeds would, a second one says.';
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
