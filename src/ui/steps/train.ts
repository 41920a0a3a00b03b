/**
 * Step 5. Before the start: what will be trained and whether it fits. From then on: the deck, readings, charts, the new
 * tokens one by one, samples and the log. While the sample is being prepared, its three parts with their counts.
 */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { LabElement } from '../element';
import { count, fixed } from '../format';
import { alertBox, emptyState, failureAlert, panel, progressBar, progressText, status, verdict } from '../parts/panel';
import type { Topic } from '../state/lab-state';
import { errorOf, type Slot } from '../state/slot';
import { modeName } from '../wording/modes';
import { stepVerdict } from '../wording/rail';
import { trainLede, trainSentence } from '../wording/verdicts';
import './deck';
import './run-charts';
import './run-log';
import './run-tokens';
import './step-profile';
import './train-settings';

@customElement('tg-step-train')
export class TrainStep extends LabElement {
  protected override readonly topics: readonly Topic[] = ['lab', 'run'];
  private shown = '';

  /** The frame changes with the verdict, not with every step; the parts inside listen for themselves. */
  protected override labChanged(topic: Topic): void {
    const { run } = this.lab;
    const now = run ? `${run.status.state} ${trainSentence(run)} ${trainLede(run)}` : '';
    if (topic === 'lab' || now !== this.shown) this.requestUpdate();
    this.shown = now;
  }

  override render() {
    const { run, slots, runError } = this.lab;
    if (run) {
      return html`<div class="page">
        ${verdict(
          trainSentence(run),
          trainLede(run),
          run.status.state === 'finished' || run.status.state === 'stopped'
            ? html`<a class="btn" href="#compare">${msg('Compare arms')}</a>`
            : nothing,
        )}
        ${runError ? failureAlert(runError) : nothing}
        <tg-deck></tg-deck>
        ${run.isOver ? html`<tg-train-settings></tg-train-settings>` : nothing}
        <tg-run-charts></tg-run-charts>
        <div class="cols main-side stretch">
          <tg-run-tokens></tg-run-tokens>
          <div class="stack"><tg-run-samples></tg-run-samples><tg-run-log></tg-run-log></div>
        </div>
        <tg-step-profile></tg-step-profile>
      </div>`;
    }
    const { engine } = slots;
    const blocked = engine.status === 'ready' && !engine.value.available;
    if (slots.vocabulary.status === 'ready') {
      return html`<div class="page">
        ${this.ready()}
        ${
          blocked
            ? alertBox(
                'bad',
                msg('Training is off.'),
                msg('What computes here returns wrong numbers; step 1 says what to try.'),
              )
            : nothing
        }
        <tg-deck></tg-deck>
        <tg-train-settings></tg-train-settings>
        <tg-step-profile></tg-step-profile>
      </div>`;
    }
    return html`<div class="page">${this.preparing()}</div>`;
  }

  private ready() {
    const { settings } = this.lab;
    if (!settings) return verdict(msg('Ready to start.'), msg('Settings are being read.'));
    const tokens = count(settings.batchRows * settings.rowLength);
    return verdict(
      msg(str`Ready: ${count(settings.steps)} steps of ${tokens} tokens.`),
      msg(
        str`${modeName(settings.mode)}, learning rate ${String(settings.learningRate)}. The base and the untrained graft are measured first; every setting can be changed below.`,
      ),
    );
  }

  private preparing() {
    const { model, corpus, diagnosis, vocabulary } = this.lab.slots;
    const steps = ['model', 'corpus', 'diagnosis', 'vocabulary'] as const;
    const slots: [string, Slot<unknown>, string | null][] = [
      [msg('Model'), model, stepVerdict('model', this.lab)],
      [msg('Corpus'), corpus, stepVerdict('corpus', this.lab)],
      [msg('Diagnose'), diagnosis, stepVerdict('diagnose', this.lab)],
      [msg('Vocabulary'), vocabulary, stepVerdict('vocabulary', this.lab)],
    ];
    const failed = slots.map(([, slot]) => errorOf(slot)).find(Boolean);
    const busy = this.lab.guided || slots.some(([, slot]) => slot.status === 'pending');
    if (!busy && !failed) {
      return html`${verdict(msg('Nothing to train yet.'), msg('Training needs a model, texts and new tokens.'))}
      ${panel({
        heading: msg('New tokens'),
        body: emptyState(
          msg('No vocabulary yet.'),
          msg('The charts and the table of new tokens appear here once training starts.'),
          html`<a class="btn" href="#corpus">${msg('Go to Corpus')}</a>`,
        ),
      })}`;
    }
    return html`${verdict(
      failed ? msg('The preparation stopped.') : msg('Preparing: texts, diagnosis, new tokens.'),
      msg('With the defaults of each step; all of them can be looked at and changed afterwards.'),
    )}
    ${failed ? failureAlert(failed) : nothing}
    ${panel({
      heading: msg('Preparation'),
      name: 'preparation',
      busy,
      end: busy
        ? html`<button type="button" class="btn small" @click=${() => this.lab.cancel(...steps)}>
            ${msg('Cancel')}
          </button>`
        : nothing,
      body: html`<ul class="prepare">
        ${slots.map(([name, slot, said]) => {
          const progress = slot.status === 'pending' ? slot.progress : undefined;
          return html`<li>
            <span>${name}</span>
            ${slot.status === 'pending' ? progressBar(progress, name) : html`<span></span>`}
            ${
              slot.status === 'ready'
                ? status('good', said ?? msg('ready'))
                : slot.status === 'failed'
                  ? status('bad', msg('failed'))
                  : slot.status === 'pending'
                    ? html`<span class="note">${progressText(progress)}</span>`
                    : status('info', msg('next'))
            }
          </li>`;
        })}
      </ul>`,
    })}`;
  }
}

export const bits = (value: number | null): string => (value === null ? '–' : fixed(value, 3));
