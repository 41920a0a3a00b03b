/**
 * Step 6. The verdict of the experiment; of a graft trained elsewhere, for which there is no control, its figures beside the base's;
 * before both, how well the open model predicts these texts.
 */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { ArmResult, Comparison, Interval, TrainMode } from '../../worker/index';
import '../charts/save-chart';
import { LabElement } from '../element';
import { count, fixed, joinSentences, percent, signed } from '../format';
import { armMark, type Shape } from '../parts/marks';
import { number } from '../parts/number';
import { ghostTable } from '../parts/ghost-table';
import { emptyState, failureAlert, facts, loadingPanel, panel, verdict } from '../parts/panel';
import type { Topic } from '../state/lab-state';
import { errorOf, valueOf } from '../state/slot';
import { noIntervalText, stepsText, textDocumentsText } from '../wording/counts';
import { modeName } from '../wording/modes';
import { bitsText, bytesPerTokenText, lostShort, noPrice } from '../wording/lostText';
import { runtimeText } from '../wording/runtimes';
import { comparisonLede, comparisonSentence, generalChange } from '../wording/verdicts';
import '../charts/intervals';
import { plannedRows } from './experiment-arms';
import { forestFigure, forestScale, intervalText, whisker, type Scale } from './forest';
import './kept-offer';
import './trained-elsewhere';
import './verdict';

const MARKS: Readonly<Record<ArmResult['arm'], { shape: Shape; role: string }>> = {
  'grafted-trained': { shape: 'disc', role: '--arm-graft' },
  'grafted-untrained': { shape: 'triangle', role: '--arm-cont' },
  base: { shape: 'ring', role: '--arm-base' },
};

@customElement('tg-step-compare')
export class CompareStep extends LabElement {
  protected override readonly topics: readonly Topic[] = ['lab'];

  override render() {
    const { experiment } = this.lab;
    const slot = this.lab.slots.comparison;
    const comparison = valueOf(slot);
    const failed = errorOf(slot);
    const hasReading = experiment?.report && (experiment.report.arms.length > 0 || experiment.report.early);
    if (hasReading && !comparison && slot.status !== 'pending') {
      return html`<div class="page"><tg-verdict></tg-verdict><tg-trained-elsewhere></tg-trained-elsewhere></div>`;
    }
    return html`<div class="page">
      ${
        comparison
          ? verdict(
              comparisonSentence(comparison),
              comparisonLede(comparison),
              html`<a class="btn main" href="#try">${msg('Try it')}</a>`,
            )
          : verdict(
              msg('What are new tokens worth?'),
              msg(
                'Every arm is scored on the same held-out documents, and compared with the old vocabulary trained on the same text.',
              ),
            )
      }
      <tg-kept-offer></tg-kept-offer>${failed ? failureAlert(failed) : nothing}
      ${
        slot.status === 'pending'
          ? loadingPanel(msg('Arms'), slot.progress, 3, () => this.lab.cancel('comparison'))
          : comparison
            ? this.arms(comparison)
            : html`${this.nothingYet()}${this.lab.isTraining ? nothing : this.baseAlone()}`
      }
      <tg-trained-elsewhere></tg-trained-elsewhere>
    </div>`;
  }

  /** The arms of what runs, or would, where they come to stand. */
  private nothingYet() {
    const { experiment, desk, isTraining } = this.lab;
    const spec = experiment?.spec ?? desk.spec;
    const rows = spec ? plannedRows(spec) : [];
    const empty = emptyState(
      isTraining ? msg('Training is still on.') : msg('No run yet.'),
      msg('The verdict appears here as soon as an arm with new tokens and its control are trained.'),
      html`<a class="btn" href="#train">${msg('Go to Train')}</a>`,
    );
    return rows.length === 0
      ? panel({
          heading: msg('Arms'),
          body: html`${empty}${ghostTable([msg('Arm'), msg('Bits per byte'), msg('Bytes per token'), msg('General text')])}`,
        })
      : panel({
          heading: msg('Against the control'),
          name: 'intervals-planned',
          note: msg('arm − control, bits per byte on held-out text, 95\u00a0% intervals'),
          fill: 'bare',
          body: html`${empty}<tg-intervals .rows=${rows}></tg-intervals>`,
        });
  }

  /** Before there is a run: how well the open model predicts these texts, with or without a GPU. */
  private baseAlone() {
    const { baseScores: slot, corpus } = this.lab.slots;
    if (corpus.status !== 'ready') return nothing;
    if (slot.status === 'pending') {
      return loadingPanel(msg('The model as it is'), slot.progress, 3, () => this.lab.cancel('baseScores'));
    }
    const failed = errorOf(slot);
    const scores = valueOf(slot);
    const line = (score: ArmResult['heldOut']) => {
      const { bitsPerByte, documents, bytes } = score;
      return html`<b>${bitsText(bitsPerByte)}</b>
        <span class="note"
          >${spread(score)}; ${msg(str`${textDocumentsText(documents)}, ${count(bytes)} bytes`)}</span
        >`;
    };
    return html`${failed ? failureAlert(failed) : nothing}${panel({
      heading: msg('The model as it is'),
      name: 'base-alone',
      note: scores ? runtimeText(scores.runtime) : msg('Bits per byte before anything is grafted'),
      // Another model or text takes the figures away: there is nothing to measure again.
      ...(scores
        ? {}
        : {
            end: html`<button
              type="button"
              class="btn"
              data-action="measure-base"
              @click=${() => void this.lab.measureBase()}
            >
              ${msg('Measure')}
            </button>`,
          }),
      body: scores
        ? facts([
            [msg('Held-out text, bits per byte'), line(scores.heldOut)],
            [msg('General text, bits per byte'), line(scores.general)],
            [msg('Bytes per token'), bytesPerTokenText(scores.heldOut)],
          ])
        : html`<p class="note">${msg('How well it predicts these texts before anything is trained.')}</p>`,
    })}`;
  }

  private arms(comparison: Comparison) {
    const order = ['grafted-trained', 'grafted-untrained', 'base'];
    const arms = [...comparison.arms].sort((a, b) => order.indexOf(a.arm) - order.indexOf(b.arm));
    const base = comparison.arms.find((arm) => arm.arm === 'base');
    const heldOut = forestScale(arms.map((arm) => arm.heldOut));
    const general = forestScale(arms.map((arm) => arm.general));
    const row = (arm: ArmResult) => this.arm(arm, comparison, heldOut, general, base);
    return html`${panel({
      heading: msg('Arms'),
      note: msg('Whiskers are 95\u00a0% intervals, bootstrap over documents; lower is better'),
      fill: 'flush',
      name: 'arms',
      end: html`<tg-save-chart
        .figure=${(width: number) => figureOf(arms, comparison.mode, base, width)}
      ></tg-save-chart>`,
      body: html`<table class="forest">
        <thead>
          <tr>
            <th>${msg('Arm')}</th>
            <th class="r">${msg('Bits per byte')}</th>
            <th class="plot"><span class="sr">${msg('Interval, held-out text')}</span>${axis(heldOut)}</th>
            <th class="r">${msg('Bytes per token')}</th>
            <th class="r">${msg('General text')}</th>
            <th class="plot hide-n"><span class="sr">${msg('Interval, general text')}</span>${axis(general)}</th>
          </tr>
        </thead>
        <tbody>
          ${arms.map(row)}
        </tbody>
      </table>`,
      footer: html`<span class="note"
        >${msg('The dotted line is the untouched base. Loss per token is not shown: it cannot be compared across vocabularies.')}</span
      >`,
    })}
    ${this.differences(comparison)}`;
  }

  private arm(arm: ArmResult, comparison: Comparison, heldOut: Scale, general: Scale, base: ArmResult | undefined) {
    const { shape, role } = MARKS[arm.arm];
    const { heldOut: score, general: other } = arm;
    const color = `var(${role})`;
    const name = armName(arm.arm, comparison.mode);
    const explain =
      (text: string, { bitsPerByte, bytes, lostBytes, tokens, nllPerToken, documents }: ArmResult['heldOut']) =>
      () => ({
        name: `${name}: ${bitsText(bitsPerByte)}`,
        formula: `${fixed(nllPerToken, 4)} × ${count(tokens)} ÷ (ln 2 × ${count(bytes)})`,
        meaning: joinSentences(
          msg(str`${text}: ${textDocumentsText(documents)}, ${count(bytes)} bytes, ${count(tokens)} tokens.`),
          lostBytes > 0 ? noPrice() : '',
        ),
      });
    return html`<tr
      class=${arm.arm === 'grafted-trained' ? 'mine' : ''}
      data-arm=${arm.arm}
      data-bits=${score.bitsPerByte ?? nothing}
      data-lost=${score.lostBytes}
    >
      <td>
        <span class="arm"
          >${armMark(shape, color)}<span
            >${name}<span class="sub">${this.trained(arm.arm, comparison)}</span></span
          ></span
        >
      </td>
      <td class="num">
        ${number(html`<b>${bitsText(score.bitsPerByte)}</b>`, explain(msg('Held-out text'), score))}
        <span class="ci">${spread(score)}</span>
      </td>
      <td class="plot">
        ${whisker(heldOut, score.bitsPerByte, score.interval, shape, color, base?.heldOut.bitsPerByte)}
      </td>
      <td class="num" data-label=${msg('Bytes per token')}>${bytesPerTokenText(score)}</td>
      <td class="num" data-label=${msg('General text')}>
        ${number(bitsText(other.bitsPerByte), explain(msg('General text'), other))}
        <span class="ci">${spread(other)}</span>
      </td>
      <td class="plot hide-n">
        ${whisker(general, other.bitsPerByte, other.interval, shape, color, base?.general.bitsPerByte)}
      </td>
    </tr>`;
  }

  private trained(arm: ArmResult['arm'], comparison: Comparison): string {
    if (arm === 'base') return msg('never trained here');
    if (arm === 'grafted-untrained') return msg('new rows as they start');
    return stepsText(comparison.steps);
  }

  private differences(comparison: Comparison) {
    const { difference, generalDifference } = comparison;
    const interval = (range: Interval, documents: number) =>
      range ? msg(str`95\u00a0% interval ${signed(range[0], 3)} to ${signed(range[1], 3)}`) : noIntervalText(documents);
    const base = comparison.arms.find((arm) => arm.arm === 'base');
    const trained = comparison.arms.find((arm) => arm.arm === 'grafted-trained');
    const lines = (change: Comparison['difference'], text: 'heldOut' | 'general') =>
      change
        ? html`<b>${signed(change.bitsPerByte, 3)}</b>
            <span class="note">${interval(change.interval, base?.[text].documents ?? 0)}</span>`
        : html`<b>–</b> <span class="note">${msg('not comparable: text is lost')}</span>`;
    const forgetting = generalChange(comparison);
    return html`<div class="cols two">
      ${panel({
        heading: msg('Graft against base, paired by document'),
        name: 'difference',
        body: facts([
          [msg('Held-out text, bits per byte'), lines(difference, 'heldOut')],
          [msg('General text, bits per byte'), lines(generalDifference, 'general')],
          [
            msg('General text, change'),
            forgetting === null ? '–' : `${forgetting >= 0 ? '+' : ''}${percent(forgetting)}`,
          ],
        ]),
      })}
      ${panel({
        heading: msg('Length of the same text'),
        name: 'length',
        body: facts([
          [msg('Tokens, base'), count(base?.heldOut.tokens ?? 0)],
          [msg('Tokens, graft'), count(trained?.heldOut.tokens ?? 0)],
          [msg('Shorter by'), comparison.shorterBy === null ? '–' : percent(comparison.shorterBy)],
        ]),
      })}
    </div>`;
  }
}

const figureOf = (arms: readonly ArmResult[], mode: TrainMode, base: ArmResult | undefined, width: number) =>
  forestFigure(
    arms.map(({ arm, heldOut, general }) => ({
      name: armName(arm, mode),
      value: heldOut.bitsPerByte,
      interval: heldOut.interval,
      general,
      kind: MARKS[arm].shape,
      color: `var(${MARKS[arm].role})`,
      isChosen: arm === 'grafted-trained',
    })),
    base?.heldOut.bitsPerByte,
    width,
  );

/** The interval beside a figure, or why there is none. */
function spread(score: ArmResult['heldOut']): string {
  if (score.lostBytes > 0) return lostShort(score);
  return score.interval ? intervalText(score.interval) : noIntervalText(score.documents);
}

function armName(arm: ArmResult['arm'], mode: TrainMode): string {
  if (arm === 'base') return msg('Untouched base');
  if (arm === 'grafted-untrained') return msg('Grafted, before training');
  return msg(str`Grafted and trained: ${modeName(mode).toLowerCase()}`);
}

const axis = (scale: Scale) =>
  html`<svg class="axis" width=${scale.width} height="20" aria-hidden="true">
    ${scale.ticks.map((tick) => scale.tick(tick))}
  </svg>`;
