/** What the experiment says: the sentence, the intervals against the control, every arm's figures, and what to do next. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { ExperimentReport, WrittenSpec } from '../../worker/index';
import '../charts/intervals';
import '../charts/save-chart';
import { LabElement } from '../element';
import { count, fixed, percent } from '../format';
import { number } from '../parts/number';
import { facts, panel, segmented, status, verdict } from '../parts/panel';
import { words } from '../parts/words';
import type { Topic } from '../state/lab-state';
import { armName } from '../wording/arms';
import {
  experimentSentence,
  outcomeWord,
  signedBits,
  tokensText,
  verdictLede,
  verdictSentence,
} from '../wording/experiment';
import { documentsText } from '../wording/counts';
import { bitsText } from '../wording/lostText';
import { heldText } from '../wording/modes';
import { scoreSentence } from '../wording/outcomes';
import { verdictName } from '../wording/verdicts';
import { intervalRows, type AtEqual } from './experiment-arms';
import './costs';
import './dose-view';
import './verdict-advice';
import { worsenedAlerts } from './worsened';

@customElement('tg-verdict')
export class VerdictView extends LabElement {
  protected override readonly topics: readonly Topic[] = ['lab'];
  /** How the arms are read against the control. */
  @state() private at: AtEqual = 'text';

  override render() {
    const view = this.lab.experiment;
    const report = view?.report;
    if (!view || !report) return nothing;
    const { verdict: found } = report;
    const margin = report.comparisons.find(({ arm }) => arm === found?.arm)?.marginBits ?? null;
    const canSwitch = found?.atEqual === 'bytes' && report.comparisons.some(({ equalCompute }) => equalCompute);
    const at = canSwitch ? this.at : 'text';
    return html`${verdict(
        verdictSentence(report) ?? experimentSentence(view),
        verdictLede(report),
        view.isActive
          ? html`<a class="btn" href="#train">${msg('Back to Train')}</a>`
          : html`<a class="btn" href="#tokens">${msg('Each token')}</a
              ><a class="btn main" href="#try">${msg('Try it')}</a>`,
      )}
      ${worsenedAlerts(report.worsened)}
      ${
        report.comparisons.length > 0
          ? panel({
              heading: msg('Against the control'),
              name: 'intervals',
              note: report.early
                ? msg('arm − control, bits per byte on the held-out text that trainings are watched by')
                : at === 'text'
                  ? msg('arm − control, bits per byte on held-out text, 95\u00a0% intervals')
                  : msg('arm − control, bits per byte, read off the watched curves'),
              fill: 'bare',
              end: html`${canSwitch ? this.switch() : nothing}<tg-save-chart></tg-save-chart>`,
              body: html`<tg-intervals
                .rows=${intervalRows(report, view.spec, at)}
                .margin=${margin}
                .chosen=${found?.arm ?? ''}
              ></tg-intervals>`,
              footer: html`<span class="note"
                >${
                  report.early
                    ? msg('The verdict comes from all held-out text, once both have read everything.')
                    : at === 'text'
                      ? msg(
                          str`Not worse means: within ${percent(view.spec.evaluation?.margin ?? 0.02, 0)} of the control, set before the run.`,
                        )
                      : msg(
                          'Both curves are read where the cheaper arm ends: no interval, and the dearer one before its rate has fallen. Equal text decides.',
                        )
                }</span
              >`,
            })
          : nothing
      }
      <tg-dose-view></tg-dose-view>
      <div class="cols two"><tg-advice></tg-advice>${this.prediction(report)}</div>
      ${report.arms.length > 0 ? html`<tg-costs></tg-costs>${this.arms(report, view.spec)}` : nothing}${words()}`;
  }

  private switch() {
    return segmented<AtEqual>(
      msg('Compared at'),
      [
        { value: 'text', label: msg('Equal text') },
        { value: 'compute', label: msg('Equal compute') },
      ],
      this.at,
      (at) => (this.at = at),
    );
  }

  private arms(report: ExperimentReport, spec: WrittenSpec) {
    const held = heldText(spec);
    const hasAnswers = report.arms.some(({ answers }) => answers);
    return panel({
      heading: msg('All arms'),
      name: 'arms',
      fill: 'flush',
      note: msg('every arm reads the same text'),
      body: html`<table class="arms-table">
        <thead>
          <tr>
            <th>${msg('Arm')}</th>
            <th class="r">${msg('Seed')}</th>
            <th class="r">${msg('Bits per byte')}</th>
            <th class="r">${msg('General text')}</th>
            ${hasAnswers ? html`<th class="r">${msg('Held-out answers')}</th>` : nothing}
            <th class="r">${msg('Bytes per token')}</th>
            <th class="r">${msg('Steps', { id: 'steps-column' })}</th>
            <th class="r">${msg('Seconds a megabyte')}</th>
          </tr>
        </thead>
        <tbody>
          ${report.arms.map(({ arm, seed, heldOut, general, answers, bytesPerToken, steps, secondsPerMegabyte }) => {
            const { nllPerToken, tokens, bytes, documents, interval } = heldOut;
            return html`<tr
              data-arm=${arm}
              data-seed=${seed}
              data-bits=${heldOut.bitsPerByte ?? nothing}
              data-bytes=${bytes}
            >
              <td>${armName(arm)}</td>
              <td class="num" data-label=${msg('Seed')}>${seed}</td>
              <td class="num" data-label=${msg('Bits per byte')}>
                ${number(html`<b>${bitsText(heldOut.bitsPerByte)}</b>`, () => ({
                  name: `${armName(arm)}: ${bitsText(heldOut.bitsPerByte)}`,
                  formula: `${fixed(nllPerToken, 4)} × ${count(tokens)} ÷ (ln 2 × ${count(bytes)})`,
                  meaning: interval
                    ? msg(
                        str`${documentsText(documents)}; 95\u00a0% interval ${fixed(interval[0], 3)} to ${fixed(interval[1], 3)} over them.`,
                      )
                    : `${documentsText(documents)}.`,
                }))}
              </td>
              <td class="num" data-label=${msg('General text')}>${bitsText(general.bitsPerByte)}</td>
              ${
                hasAnswers
                  ? html`<td class="num" data-label=${msg('Held-out answers')}>
                      ${answers ? bitsText(answers.bitsPerByte) : '–'}
                    </td>`
                  : nothing
              }
              <td class="num" data-label=${msg('Bytes per token')}>${fixed(bytesPerToken, 2)}</td>
              <td class="num" data-label=${msg('Steps', { id: 'steps-column' })}>${count(steps)}</td>
              <td class="num" data-label=${msg('Seconds a megabyte')}>
                ${secondsPerMegabyte === null ? '–' : count(secondsPerMegabyte)}
              </td>
            </tr>`;
          })}
        </tbody>
      </table>`,
      ...(held === '' ? {} : { footer: html`<span class="note" data-note="held">${held}</span>` }),
    });
  }

  /** What the diagnosis said beside what came out, and how its predictions did so far in this browser. */
  private prediction({ prediction, verdict: found }: ExperimentReport) {
    if (!prediction) return nothing;
    const scores = {
      held: ['good', msg('It held.')],
      failed: ['bad', msg('It failed.')],
      'not-scored': ['info', msg('Not scored: there is no final verdict that it speaks of.')],
    } as const;
    const [kind, said] = scores[prediction.score];
    const measured =
      found && found.difference !== null && !found.provisional
        ? html`<b>${outcomeWord(found.outcome)}</b>,
            ${msg(str`${signedBits(found.difference)} bits per byte`)}${
              found.tokensSaved === null ? nothing : html`, ${tokensText(found.tokensSaved)}`
            }`
        : msg('not yet');
    return panel({
      heading: msg('Predicted and measured'),
      name: 'prediction',
      body: facts([
        [
          msg('Predicted before the run'),
          html`<b>${verdictName(prediction.verdict)}</b>,
            ${msg(str`${count(prediction.suggestedNewTokens)} tokens, ${percent(prediction.shorterBy, 0)} fewer of them`)}`,
        ],
        [msg('Measured'), measured],
        [msg('Prediction'), status(kind, said)],
      ]),
      footer: html`<span class="note">${scoreSentence(this.lab.kept.score)}</span>`,
    });
  }
}
