/**
 * Step 5. Before the start: what will be trained and whether it fits. From then on: the deck, readings, charts, the new
 * tokens one by one, samples and the log. While the sample is being prepared, its three parts with their counts.
 */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { LabElement } from '../element';
import { fileSize, plain } from '../format';
import { alertBox, emptyState, failureAlert, panel, progressBar, progressText, status, verdict } from '../parts/panel';
import { SpecDrawer } from '../parts/spec-drawer';
import { words } from '../parts/words';
import type { ExperimentView } from '../state/experiment-view';
import type { LabState, Topic } from '../state/lab-state';
import type { StepName } from '../state/route';
import type { Failure, Slot } from '../state/slot';
import { causeWords } from '../wording/said';
import { runName } from '../wording/arms';
import { armsText } from '../wording/counts';
import { failureTitle } from '../wording/failures';
import { experimentLede, experimentSentence, verdictSentence } from '../wording/experiment';
import './deck';
import { references } from './experiment-arms';
import './experiment-charts';
import './kept-offer';
import './presets';
import './run-charts';
import './run-length';
import './step-profile';
import './train-settings';
import { worsenedAlerts } from './worsened';

@customElement('tg-step-train')
export class TrainStep extends LabElement {
  /** What the steps before it say, from the table of steps, which loads this one. */
  @property({ attribute: false }) answerOf: (step: StepName, lab: LabState) => string | null = () => null;
  protected override readonly topics: readonly Topic[] = ['lab', 'run'];
  private shown = '';

  /** The frame changes with the sentence, not with every step; the parts inside listen for themselves. */
  protected override labChanged(topic: Topic): void {
    const view = this.lab.experiment;
    const worsened = view?.worsened.map(({ arm, seed, to }) => `${arm} ${seed} ${to}`).join();
    const now = view ? `${view.state} ${experimentSentence(view)} ${worsened}` : '';
    if (topic === 'lab' || now !== this.shown) this.requestUpdate();
    this.shown = now;
    if (topic === 'lab') void this.lab.readPresets();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.lab.readPresets();
  }

  override render() {
    const { experiment: view, slots } = this.lab;
    if (view) {
      const hasVerdict = view.report && verdictSentence(view.report);
      return html`<div class="page">
        ${verdict(
          experimentSentence(view),
          experimentLede(view),
          html`${this.specification()}${
            hasVerdict && !this.lab.desk.isDone
              ? html`<a class="btn" href="#compare"
                  >${view.state === 'finished' ? msg('See the verdict') : msg('Verdict so far')}</a
                >`
              : nothing
          }`,
          { changes: true },
        )}
        ${this.another(view)}${view.error ? stopped(view.error) : nothing}
        ${this.lost(view)}${worsenedAlerts(view.worsened)}
        <tg-deck></tg-deck>
        <tg-experiment-charts></tg-experiment-charts>
        <tg-run-length></tg-run-length>
        ${view.isActive ? nothing : html`<tg-presets></tg-presets>`}
        ${this.lab.run ? html`<tg-run-charts></tg-run-charts>` : nothing}
        ${view.isActive ? nothing : html`<tg-train-settings></tg-train-settings>`}
        <tg-step-profile></tg-step-profile>
        ${words()}
      </div>`;
    }
    const { engine } = slots;
    const blocked = engine.status === 'ready' && !engine.value.available;
    if (slots.vocabulary.status === 'ready') {
      return html`<div class="page">
        ${this.ready()}<tg-kept-offer></tg-kept-offer>
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
        <tg-presets></tg-presets>
        <tg-run-length></tg-run-length>
        <tg-train-settings></tg-train-settings>
        <tg-step-profile></tg-step-profile>
        ${words()}
      </div>`;
    }
    return html`<div class="page">${this.preparing()}</div>`;
  }

  /** What is chosen below is not what was run. */
  private another(view: ExperimentView) {
    const { desk } = this.lab;
    if (view.isActive || !desk.spec || desk.isOfView) return nothing;
    return html`<div data-another>
      ${alertBox(
        'warn',
        msg('Start would run another experiment than the one shown here.'),
        msg('The curves and figures are of the settings they were made with; those below have been changed since.'),
        html`<button
          type="button"
          class="btn small"
          data-action="settings-shown"
          @click=${() => desk.useSpec(view.spec)}
        >
          ${msg('Back to what was run')}
        </button>`,
      )}
    </div>`;
  }

  /** Runs without a result count in no mean; each says why. */
  private lost(view: ExperimentView) {
    return view.cells
      .filter(({ state }) => state === 'diverged' || state === 'failed')
      .map((cell) => {
        const { error } = view.report?.unfinished.find(({ arm, seed }) => arm === cell.arm && seed === cell.seed) ?? {};
        return alertBox(
          'bad',
          cell.state === 'diverged'
            ? msg(str`${runName(cell)}: the training diverged.`)
            : msg(str`${runName(cell)}: the training failed.`),
          html`${msg('It counts in no mean. A lower rate would be an arm of its own.')}
          ${error ? causeWords(error) : nothing}`,
        );
      });
  }

  private ready() {
    const spec = this.lab.desk.spec;
    if (!spec) return verdict(msg('Ready to start.'), msg('The experiment is being sized to this machine.'));
    return verdict(
      msg(
        str`Ready: ${armsText(Object.keys(spec.arms).length)}, ${plain(fileSize(spec.budget.bytes ?? 0))} of text each.`,
      ),
      msg(
        'The new tokens are compared with the old vocabulary trained on the same text; without that, a gain could be the text’s. Everything can be changed below.',
      ),
      this.specification(),
    );
  }

  /** Everything that changes a number, to be looked at and changed. */
  private specification() {
    const spec = this.lab.isTraining ? this.lab.experiment?.spec : this.lab.desk.spec;
    return spec
      ? html`<button type="button" class="btn" data-action="open-spec" @click=${() => SpecDrawer.instance?.open(spec)}>
          ${msg('Specification')}
        </button>`
      : nothing;
  }

  /** To the first step that has nothing yet. */
  private toNext() {
    const { corpus, diagnosis } = this.lab.slots;
    if (corpus.status !== 'ready') return html`<a class="btn" href="#corpus">${msg('Go to Corpus')}</a>`;
    return diagnosis.status === 'ready'
      ? html`<a class="btn" href="#vocabulary">${msg('Go to Vocabulary')}</a>`
      : html`<a class="btn" href="#diagnose">${msg('Go to Diagnose')}</a>`;
  }

  private preparing() {
    const { model, corpus, diagnosis, vocabulary } = this.lab.slots;
    const steps = ['model', 'corpus', 'diagnosis', 'vocabulary'] as const;
    const slots: [string, Slot<unknown>, string | null][] = [
      [msg('Model'), model, this.answerOf('model', this.lab)],
      [msg('Corpus'), corpus, this.answerOf('corpus', this.lab)],
      [msg('Diagnose'), diagnosis, this.answerOf('diagnose', this.lab)],
      [msg('Vocabulary'), vocabulary, this.answerOf('vocabulary', this.lab)],
    ];
    // What was refused while another stays open is told where it was asked for; only what is missing stops a preparation.
    const failed = slots.map(([, slot]) => (slot.status === 'failed' ? slot.error : undefined)).find(Boolean);
    const busy = this.lab.guided || slots.some(([, slot]) => slot.status === 'pending');
    if (!busy && !failed) {
      return html`${verdict(msg('Nothing to train yet.'), msg('Training needs a model, texts and new tokens.'))}
        <tg-kept-offer></tg-kept-offer>
        ${panel({
          heading: msg('Bits per byte, held out'),
          name: 'curves-to-come',
          body: html`${emptyState(
              msg('No vocabulary yet.'),
              msg('The charts and the table of new tokens appear here once training starts.'),
              this.toNext(),
            )}<tg-curves .references=${references(null)}></tg-curves>`,
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

/** Another tab is no failure: what it does is kept, and can be gone on with here. */
const stopped = (error: Failure) =>
  error.code === 'lab/in-use'
    ? alertBox(
        'warn',
        failureTitle(error),
        msg('It goes on there. Wait for it or stop it there, then go on here: what is finished is not run again.'),
      )
    : failureAlert(error);
