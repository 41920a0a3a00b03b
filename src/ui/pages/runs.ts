/**
 * Runs: every experiment this browser has kept, its outcome beside its prediction, curves of any of them over each other.
 * A deleted one leaves a line with Undo in its place; it goes for good when the visitor goes elsewhere.
 */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { KeptExperiment } from '../../worker/index';
import '../charts/curves';
import '../charts/save-chart';
import { LabElement } from '../element';
import { count, fileSize, joinSentences, plain } from '../format';
import { alertBox, failureAlert, loadingPanel, panel, verdict } from '../parts/panel';
import { SpecDrawer } from '../parts/spec-drawer';
import { errorOf } from '../state/slot';
import { failureWords } from '../wording/said';
import { scoreSentence } from '../wording/outcomes';
import { deletedRow, experimentRow, headings, listAxis, openRows, type RowActions } from './runs-rows';
import { overlaidArms } from './overlay';
import './runs-take';

/** As the schema has it, for whoever starts from nothing. */
const BLANK = `{
  "version": 2,
  "name": "Do molecules deserve tokens of their own?",
  "model": "bundled",
  "corpus": {"sample": "molecules"},
  "budget": {"bytes": 30000},
  "seeds": [1, 2, 3],
  "arms": {
    "base": {},
    "old vocabulary": {"stages": [{"moves": {"everything": 0.003}}]},
    "continued": {
      "vocabulary": {"method": "continued", "newTokens": 128},
      "stages": [{"moves": {"everything": 0.003}}]
    }
  }
}
`;

@customElement('tg-page-runs')
export class RunsPage extends LabElement {
  /** Of which the seeds are shown. */
  @state() private opened: string | null = null;
  /** What takes the focus after the next drawing, where a key has vanished under it. */
  private focusNext = '';
  private readonly leave = () => void this.lab.kept.leave();

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('pagehide', this.leave);
    void this.lab.kept.read();
  }

  override disconnectedCallback(): void {
    removeEventListener('pagehide', this.leave);
    this.leave();
    super.disconnectedCallback();
  }

  protected override updated(): void {
    if (this.focusNext === '') return;
    const next = this.querySelector<HTMLElement>(this.focusNext);
    this.focusNext = '';
    next?.focus();
  }

  private readonly act: RowActions = {
    tick: (id, isOn) => this.lab.kept.tick(id, isOn),
    toggle: (id) => (this.opened = this.opened === id ? null : id),
    open: (kept) => void this.lab.openKept(kept),
    specification: ({ spec }) => SpecDrawer.instance?.open(spec),
    remove: (id) => {
      this.focusNext = `[data-deleted="${CSS.escape(id)}"] button`;
      this.lab.kept.delete(id);
    },
    undo: (id) => {
      this.focusNext = `[data-experiment="${CSS.escape(id)}"] .row-name`;
      this.lab.kept.undo(id);
    },
  };

  override render() {
    const { list, all } = this.lab.kept;
    if (list.status === 'failed') return html`<section class="page">${failureAlert(list.error)}</section>`;
    if (list.status !== 'ready')
      return html`<section class="page">
        ${verdict(msg('Runs'), msg('Reading what this browser has kept.'))} ${loadingPanel(msg('Runs'), undefined, 3)}
      </section>`;
    return html`<section class="page">
      ${all.length === 0 ? html`${this.empty()}${this.unreadable()}` : this.filled(all)}
    </section>`;
  }

  /** One key in either state, so that the focus stays on it. */
  private unreadable() {
    const { kept } = this.lab;
    return kept.unreadable.map(({ id, name, error }) => {
      const shown = name === null ? msg('A kept experiment') : msg(str`“${name}”`);
      const isDeleted = kept.deleted.has(id);
      const key = html`<button
        type="button"
        class="btn"
        data-action=${isDeleted ? 'undo' : 'delete'}
        @click=${() => (isDeleted ? kept.undo(id) : kept.delete(id))}
      >
        ${isDeleted ? msg('Undo') : msg('Delete')}
      </button>`;
      return isDeleted
        ? alertBox('warn', msg(str`${shown} is deleted.`), msg('It can come back until you leave this page.'), key)
        : alertBox('warn', msg(str`${shown} cannot be read.`), failureWords(error), key);
    });
  }

  private specKey() {
    const first = this.lab.kept.tickedOnes[0]?.spec ?? BLANK;
    return html`<button
      type="button"
      class="btn"
      data-action="specification"
      @click=${() => SpecDrawer.instance?.open(first)}
    >
      ${msg('Specification')}
    </button>`;
  }

  private filled(all: readonly KeptExperiment[]) {
    const { kept } = this.lab;
    const bytes = kept.present.reduce((sum, each) => sum + each.bytes, 0);
    const ticked = kept.tickedOnes.length;
    const failed = errorOf(this.lab.slots.opening);
    const laid =
      ticked > 1
        ? msg(str`${count(ticked)} are laid over each other below.`)
        : msg('Tick several to lay their curves over each other.');
    return html`${verdict(
        html`<span data-score>${scoreSentence(kept.score)}</span>`,
        joinSentences(laid, msg(str`Everything stands in this browser: ${plain(fileSize(bytes))}.`)),
        html`${this.specKey()}<a class="btn main" href="#train">${msg('New experiment')}</a>`,
      )}
      ${failed ? failureAlert(failed) : nothing} ${this.refusal()} ${this.unreadable()}
      ${ticked > 0 ? this.overlay() : nothing} ${this.table(all)} <tg-runs-take></tg-runs-take>`;
  }

  private refusal() {
    const { refused } = this.lab.kept;
    if (!refused) return nothing;
    return alertBox('warn', msg(str`“${refused.name}” was not deleted.`), failureWords(refused.error));
  }

  private overlay() {
    const { kept } = this.lab;
    const views = kept.tickedOnes.flatMap((one) => kept.viewOf(one) ?? []);
    const budget = Math.max(0, ...kept.tickedOnes.map(({ spec }) => spec.budget.bytes ?? 0));
    const corpora = new Set(kept.tickedOnes.map(({ spec }) => JSON.stringify(spec.corpus)));
    return panel({
      name: 'overlay',
      heading: msg('Overlay'),
      note:
        corpora.size > 1
          ? msg(
              'held-out bits per byte; lower is better, log scale; of different texts: not comparable with each other',
            )
          : msg('held-out bits per byte; lower is better, log scale'),
      end: html`<tg-save-chart></tg-save-chart>`,
      busy: views.length < kept.tickedOnes.length,
      body: html`<tg-curves .arms=${overlaidArms(views)} .budget=${budget}></tg-curves>`,
    });
  }

  private table(all: readonly KeptExperiment[]) {
    const { ticked, deleted, present } = this.lab.kept;
    const axis = listAxis(present);
    return panel({
      name: 'runs',
      heading: msg('Runs'),
      note: msg('tick to overlay; a name opens its seeds'),
      fill: 'flush',
      body: html`<table class="run-list">
        <thead>
          ${headings()}
        </thead>
        <tbody>
          ${repeat(
            all,
            ({ id }) => id,
            (kept) => {
              if (deleted.has(kept.id)) return deletedRow(kept, this.act);
              const isOpen = this.opened === kept.id;
              const row = { isTicked: ticked.has(kept.id), isOpen, axis };
              return html`${experimentRow(kept, row, this.act)}${isOpen ? openRows(kept, this.act) : nothing}`;
            },
          )}
        </tbody>
      </table>`,
    });
  }

  private empty() {
    return html`${verdict(
      msg('No runs yet.'),
      msg(
        'Every experiment you start stands here: its outcome beside its prediction, its curves to lay over others, and a way to take it with you. Nothing leaves this browser unless you export it.',
      ),
      html`<button
        type="button"
        class="btn main"
        data-action="start-sample"
        @click=${() => void this.lab.startWithSample()}
      >
        ${msg('Start with the sample')}
      </button>`,
    )}
    ${panel({
      name: 'runs',
      heading: msg('Runs'),
      fill: 'flush',
      body: html`<div class="ghosts" aria-hidden="true">
        ${[180, 220, 150].map(
          (width) =>
            html`<div>
              <span class="skel" style="width:${width}px"></span><span class="skel" style="width:110px"></span
              ><span class="skel" style="width:180px"></span>
            </div>`,
        )}
      </div>`,
      footer: html`<span class="row-keys"
        ><span class="note">${msg('Or bring one: an experiment.json, or a link that somebody shared.')}</span
        >${this.specKey()}</span
      >`,
    })}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tg-page-runs': RunsPage;
  }
}
