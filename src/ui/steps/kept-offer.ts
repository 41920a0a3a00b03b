/**
 * The offer of an experiment kept from an earlier visit, where the visitor is: one that is not finished goes on from where it
 * stopped; on the first step a finished one opens too.
 */
import { msg } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { KeptExperiment } from '../../worker/index';
import { LabElement } from '../element';
import { ago } from '../format';
import { icon } from '../parts/icons';
import { failureAlert, progressText } from '../parts/panel';
import type { Topic } from '../state/lab-state';
import { runsLeft } from '../state/experiment-view';
import { errorOf, isPending } from '../state/slot';
import { experimentName } from '../wording/corpus';
import { runsToComeText } from '../wording/counts';
import { verdictShort } from '../wording/experiment';

@customElement('tg-kept-offer')
export class KeptOffer extends LabElement {
  /** Whether one that is finished is offered as well. */
  @property({ type: Boolean }) finished = false;
  protected override readonly topics: readonly Topic[] = ['lab'];

  /** The newest that can go on; else the newest. */
  private get offered(): KeptExperiment | undefined {
    const { kept } = this.lab.desk;
    const unfinished = kept.find(({ canGoOn, report }) => canGoOn && runsLeft(report) > 0);
    return unfinished ?? (this.finished ? kept[0] : undefined);
  }

  override render() {
    const { offered } = this;
    const { opening } = this.lab.slots;
    const failed = errorOf(opening);
    if (this.lab.experiment || this.lab.guided) return nothing;
    return html`${offered ? this.offer(offered) : nothing}${failed ? failureAlert(failed) : nothing}`;
  }

  private offer(kept: KeptExperiment) {
    const { opening } = this.lab.slots;
    const left = runsLeft(kept.report);
    const key = (action: string, label: string, goesOn: boolean) =>
      html`<button
        type="button"
        class="btn small"
        data-action=${action}
        ?disabled=${isPending(opening)}
        @click=${() => void this.lab.openKept(kept, goesOn)}
      >
        ${label}
      </button>`;
    return html`<section class="alert offer" data-offer aria-label=${msg('Last experiment')}>
      ${icon('check')}
      <div>
        <b
          >${kept.isRunning ? msg('This experiment runs in another tab.') : left > 0 ? msg('An experiment is not finished.') : msg('Your last experiment is still here.')}</b
        >
        <span>${experimentName(kept.spec)}</span>,
        ${left > 0 ? runsToComeText(left) : (verdictShort(kept.report) ?? msg('finished'))}${
          kept.isRunning || kept.savedAt === '' ? nothing : html`, ${ago(kept.savedAt)}`
        }.
        ${opening.status === 'pending' ? html`<span class="note">${progressText(opening.progress)}</span>` : nothing}
      </div>
      <span class="pair">
        ${left > 0 && kept.canGoOn && !kept.isRunning ? key('go-on-last-run', msg('Go on'), true) : nothing}
        ${key('open-last-run', msg('Open it'), false)}
      </span>
    </section>`;
  }
}
