/** What an experiment measured, for the model card of one of its arms: every arm's figures, and what was found against the control. */
import type { ModelCard } from '../../graft/index';
import type { ExperimentReport, ReportedArm } from '../experiment/report';
import type { ComparisonOutcome } from '../scoring/experimentVerdict';
import type { ScoreResult } from '../scoring/comparison';

const found: Readonly<Record<ComparisonOutcome, string>> = {
  expand: 'it needs fewer bits per byte than the control',
  'expand-for-speed': 'it needs no more bits per byte than the control, within the margin, in fewer tokens',
  'do-not-expand': 'it has no gain over the control',
  trim: 'it needs no more bits per byte than the control, within the margin, with fewer rows',
  'do-not-trim': 'it needs more bits per byte than the control, beyond the margin',
  'cannot-tell': 'it cannot be told apart from the control',
  'no-verdict': 'there are too few held-out documents to say',
  'not-comparable': 'one of the two cannot write all of the held-out text, so that they are not compared',
  unfinished: 'the experiment is not finished',
  'no-score': 'one of the two ended without a score',
  'no-control': 'nothing was trained on the old vocabulary to compare with',
};

/** Means over the seeds that are finished. @param arm whose card it is. */
export function experimentFigures(
  report: ExperimentReport,
  arm: string,
): Pick<ModelCard, 'arms' | 'figures' | 'verdict'> {
  const arms = [...new Set(report.arms.map((each) => each.arm))];
  const of = (name: string) => report.arms.filter((each) => each.arm === name);
  const figure = (measure: string, value: (runs: readonly ReportedArm[]) => string) => ({
    measure,
    values: arms.map((name) => value(of(name))),
  });
  const comparison = report.comparisons.find((each) => each.arm === arm);
  const against = comparison?.against;
  const answered = report.arms.some(({ answers }) => answers);
  return {
    arms,
    figures: [
      figure('seeds', (runs) => String(runs.length)),
      figure('bits per byte, held-out', (runs) => meanBits(runs.map(({ heldOut }) => heldOut))),
      figure('bits per byte, general text', (runs) => meanBits(runs.map(({ general }) => general))),
      ...(answered
        ? [
            figure('bits per byte, held-out answers', (runs) =>
              runs.every(({ answers }) => answers) ? meanBits(runs.map(({ answers }) => answers!)) : 'not scored',
            ),
          ]
        : []),
      figure('bytes per token, held-out', (runs) => mean(runs.map(({ bytesPerToken }) => bytesPerToken)).toFixed(2)),
      figure('bytes of training text', ([run]) => String(run?.bytes ?? 0)),
    ],
    ...(comparison
      ? {
          verdict: `Against ${!against ? 'no control' : `\`${against}\``}: ${found[comparison.outcome]}${differenceText(comparison.heldOut)}${answersText(comparison.answers)}.`,
        }
      : {}),
  };
}

type Difference = ExperimentReport['comparisons'][number]['heldOut'];

function answersText(answers: Difference): string {
  return answers && answers.difference !== null
    ? `; held-out answers beside the control's${differenceText(answers)}`
    : '';
}

function differenceText(heldOut: Difference): string {
  if (!heldOut || heldOut.difference === null) return '';
  const { difference, interval } = heldOut;
  const range = interval ? `, 95 % interval ${interval.map((end) => end.toFixed(3)).join(' to ')}` : '';
  return ` (${difference > 0 ? '+' : ''}${difference.toFixed(3)} bits per byte${range})`;
}

function meanBits(scores: readonly ScoreResult[]): string {
  const bits = scores.map(({ bitsPerByte }) => bitsPerByte);
  return bits.includes(null) ? 'none: text is lost' : mean(bits as number[]).toFixed(3);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
