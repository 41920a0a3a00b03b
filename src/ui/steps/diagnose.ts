/** Step 3. Expand or not: the verdict on a scale of five, the signals behind it, how far to go, and where the tokens go. */
import { Task } from '@lit/task';
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Diagnosis, Exposure, Signal, Verdict } from '../../worker/index';
import { LabElement } from '../element';
import { count, duration, measured, memorySize, parameterCount, percent } from '../format';
import { thresholdGauge } from '../parts/gauge';
import { ghostTable } from '../parts/ghost-table';
import { number } from '../parts/number';
import { alertBox, emptyState, facts, failureAlert, loadingPanel, panel, status, verdict } from '../parts/panel';
import { pieces } from '../parts/pieces';
import type { Topic } from '../state/lab-state';
import { plannedExposureOf } from '../state/planned-exposure';
import { errorOf, valueOf } from '../state/slot';
import { documentsText } from '../wording/counts';
import { signalNames } from '../wording/signalNames';
import { explainSignal, readingKind, readingWord, signalWords, weightWord } from '../wording/signals';
import { diagnosisLede, diagnosisSentence, verdictGloss, verdictName } from '../wording/verdicts';
import './draft';
import './frontier';
import './heat';
import './kept-offer';

const VERDICTS: readonly Verdict[] = ['expand', 'expand-for-speed', 'atomic-only', 'do-not-expand', 'need-more-data'];

@customElement('tg-step-diagnose')
export class DiagnoseStep extends LabElement {
  /** The corpus already asked about by itself; a cancelled diagnosis waits for a click. */
  private asked: unknown = null;

  /** The headline speaks of the run that would be run. While one runs, what was counted before it. */
  private readonly planned: Task<readonly unknown[], Exposure | null> = new Task(this, {
    args: () => {
      const { slots, desk, settings, isTraining } = this.lab;
      return [valueOf(slots.diagnosis), desk.spec, desk.preset, settings, isTraining, slots.vocabulary.status];
    },
    task: async () => {
      const { slots, settings, isTraining } = this.lab;
      const diagnosis = valueOf(slots.diagnosis);
      if (isTraining) return this.planned.value ?? null;
      if (diagnosis?.verdict !== 'expand' || !settings) return null;
      return plannedExposureOf(this.lab, diagnosis, settings);
    },
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.arrive();
  }

  protected override labChanged(_topic: Topic): void {
    this.arrive();
    this.requestUpdate();
  }

  private arrive(): void {
    const { corpus, model, diagnosis } = this.lab.slots;
    if (this.lab.guided || this.lab.run || corpus.status !== 'ready' || model.status !== 'ready') return;
    if (diagnosis.status !== 'empty' || this.asked === corpus.value) return;
    this.asked = corpus.value;
    void this.lab.diagnose();
  }

  override render() {
    const slot = this.lab.slots.diagnosis;
    const diagnosis = valueOf(slot);
    const failed = errorOf(slot);
    const planned = this.planned.value ?? null;
    const corpus = valueOf(this.lab.slots.corpus);
    return html`<div class="page">
      ${
        diagnosis
          ? verdict(
              diagnosisSentence(diagnosis, planned),
              diagnosisLede(diagnosis, valueOf(this.lab.slots.model)?.name ?? '', planned),
              html`<a class="btn main" href="#vocabulary">${msg('Build vocabulary')}</a>`,
            )
          : verdict(
              msg('Does this domain need tokens of its own?'),
              msg(
                'Merges are learned once up to the largest sensible size; every figure here is counted on held-out text.',
              ),
              corpus && slot.status !== 'pending'
                ? html`<button type="button" class="btn main" @click=${() => void this.lab.diagnose()}>
                    ${msg('Measure')}
                  </button>`
                : nothing,
            )
      }
      ${failed ? failureAlert(failed) : nothing}
      <tg-kept-offer></tg-kept-offer><tg-draft></tg-draft>
      ${
        slot.status === 'pending'
          ? loadingPanel(msg('Signals'), slot.progress, 6, () => this.lab.cancel('diagnosis'))
          : diagnosis
            ? this.found(diagnosis)
            : corpus
              ? nothing
              : panel({
                  heading: msg('Signals'),
                  body: html`${emptyState(
                    msg('No texts yet.'),
                    msg('Each signal gets a row here once there is a corpus.'),
                    html`<a class="btn" href="#corpus">${msg('Go to Corpus')}</a>`,
                  )}
                  ${ghostTable(
                    [
                      ...[msg('Signal and formula'), msg('Value'), msg('Threshold')],
                      ...[msg('Reading', { id: 'reading-column' }), msg('Why it matters here')],
                    ],
                    signalNames(),
                  )}`,
                })
      }
    </div>`;
  }

  private dropped(share: number) {
    return alertBox(
      'warn',
      msg('Not every word could be kept.'),
      msg(
        str`The texts hold more different words than fit in memory; the rarest, ${percent(share)} of all occurrences, were left out. Exposures are at least what is said here.`,
      ),
    );
  }

  private found(diagnosis: Diagnosis) {
    const documents = valueOf(this.lab.slots.corpus)?.heldOutDocuments ?? 0;
    return html`<ol class="scale" aria-label=${msg('Verdict')}>
        ${VERDICTS.map(
          (name) =>
            html`<li
              class=${name === diagnosis.verdict ? 'on' : ''}
              aria-current=${name === diagnosis.verdict ? 'true' : nothing}
            >
              <b>${verdictName(name)}</b><span>${verdictGloss(name)}</span>
            </li>`,
        )}
      </ol>
      ${diagnosis.droppedShare > 0 ? this.dropped(diagnosis.droppedShare) : nothing}
      ${panel({
        heading: msg('Signals'),
        note: msg(
          str`${documentsText(documents)}, measured in ${duration(diagnosis.milliseconds)}. Point at a number to see how it was computed`,
        ),
        fill: 'flush',
        name: 'signals',
        body: html`<table class="signals">
          <thead>
            <tr>
              <th>${msg('Signal and formula')}</th>
              <th class="r">${msg('Value')}</th>
              <th class="th-gauge">${msg('Threshold')}</th>
              <th>${msg('Reading', { id: 'reading-column' })}</th>
              <th>${msg('Why it matters here')}</th>
            </tr>
          </thead>
          <tbody>
            ${diagnosis.signals.map((signal) => this.row(signal, diagnosis.signals))}
          </tbody>
        </table>`,
      })}
      <tg-frontier></tg-frontier>
      ${this.cost(diagnosis)}
      <div class="cols two stretch">
        ${panel({
          heading: msg('Most fragmented terms'),
          end: html`<span class="note">${msg('pieces, occurrences')}</span>`,
          body: html`<ul class="terms">
            ${diagnosis.mostFragmented.map(
              (term) =>
                html`<li>
                  <span class="chip" translate="no">${pieces(term.pieces)}</span>
                  <span class="num">${term.pieces.length}</span>
                  <span class="num soft">${count(term.occurrences)}</span>
                </li>`,
            )}
          </ul>`,
        })}
        <tg-heat .text=${diagnosis.heldOutExcerpt}></tg-heat>
      </div>`;
  }

  private cost({ cost, readAtNewTokens, signals }: Diagnosis) {
    const { before, after } = cost.multiplyAddsPerByte;
    const goal = signals.find((signal) => signal.name === 'compression')?.inputs['breakEven'];
    const saved = 1 - after / before;
    return panel({
      heading: msg('What it costs, what it saves'),
      note: msg(str`With ${count(readAtNewTokens)} new tokens`),
      name: 'cost',
      body: html`<div class="cols three">
        ${facts([
          [msg('New parameters'), measured(parameterCount(cost.newParameters))],
          [msg('Memory to train them'), measured(memorySize(cost.trainingBytes))],
        ])}
        ${facts([
          [msg('Multiply-adds a byte, before'), measured(parameterCount(before))],
          [msg('Multiply-adds a byte, after'), measured(parameterCount(after))],
        ])}
        ${facts([
          [
            msg('Compute a byte'),
            number(saved >= 0 ? msg(str`${percent(saved, 0)} less`) : msg(str`${percent(-saved, 0)} more`), () => ({
              name: msg('Compute a byte'),
              formula: msg('(N + V d) ÷ bytes per token'),
              meaning: msg(
                'Body and head of a forward pass; attention over the context is left out, and would save more.',
              ),
            })),
          ],
          [msg('Makes up for itself from'), goal === undefined ? '–' : msg(str`${percent(goal)} shorter`)],
        ])}
      </div>`,
    });
  }

  private row(signal: Signal, all: readonly Signal[]) {
    const words = signalWords(signal, all);
    return html`<tr data-signal=${signal.name}>
      <td class="c-name"><span class="name">${words.name}</span><span class="f">${words.formula}</span></td>
      <td class="num val">${number(measured(words.value), () => explainSignal(signal))}</td>
      <td class="c-gauge">${thresholdGauge(signal)}<span class="note">${words.threshold}</span></td>
      <td class="c-reading">
        ${status(readingKind(signal.reading), readingWord(signal.reading))}<span class="note weight"
          >${weightWord(signal)}</span
        >
      </td>
      <td class="why">${words.why}</td>
    </tr>`;
  }
}
