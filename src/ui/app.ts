/**
 * The frame: top bar, rail, one step at a time. A step's element is loaded when it is first shown, and the others right
 * after the first paint, so that the first load stays small.
 */
import { ContextProvider } from '@lit/context';
import { localized, msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { WrittenSpec } from '../worker/index';
import { PageElement } from './element';
import { alertBox } from './parts/panel';
import './parts/number';
import './parts/spec-drawer';
import './rail';
import './steps/model';
import './top-bar';
import { labContext, type LabState } from './state/lab-state';
import { PLACES, placeOf, type PlaceName } from './state/route';
import { announcements } from './state/announcements';
import { placeName } from './wording/places';

const load: Record<PlaceName, () => Promise<unknown>> = {
  model: () => Promise.resolve(),
  corpus: () => import('./steps/corpus'),
  diagnose: () => import('./steps/diagnose'),
  vocabulary: () => import('./steps/vocabulary'),
  train: () => import('./steps/train'),
  compare: () => import('./steps/compare'),
  try: () => import('./steps/try'),
  download: () => import('./steps/download'),
  runs: () => import('./pages/runs'),
  report: () => import('./pages/report'),
};

const element: Record<PlaceName, () => TemplateResult> = {
  model: () => html`<tg-step-model></tg-step-model>`,
  corpus: () => html`<tg-step-corpus></tg-step-corpus>`,
  diagnose: () => html`<tg-step-diagnose></tg-step-diagnose>`,
  vocabulary: () => html`<tg-step-vocabulary></tg-step-vocabulary>`,
  train: () => html`<tg-step-train></tg-step-train>`,
  compare: () => html`<tg-step-compare></tg-step-compare>`,
  try: () => html`<tg-step-try></tg-step-try>`,
  download: () => html`<tg-step-download></tg-step-download>`,
  runs: () => html`<tg-page-runs></tg-page-runs>`,
  report: () => html`<tg-page-report></tg-page-report>`,
};

@localized()
@customElement('tg-app')
export class App extends PageElement {
  @state() private step: PlaceName = placeOf(location.hash);
  @state() private loaded: PlaceName | null = null;
  @state() private said = '';
  private lab: LabState | null = null;

  start(lab: LabState): void {
    new ContextProvider(this, { context: labContext, initialValue: lab });
    this.lab = lab;
    const announce = announcements(lab);
    lab.subscribe(['lab', 'run'], this, () => {
      const next = announce();
      if (next !== null) this.said = next;
      if (this.lab?.crash) this.requestUpdate();
    });
    addEventListener('hashchange', () => void this.show(placeOf(location.hash), true));
    void this.show(this.step, false);
    const idle = window.requestIdleCallback ?? ((job: () => void) => setTimeout(job, 1500));
    idle(() => PLACES.forEach((step) => void load[step]()));
    this.requestUpdate();
  }

  private async show(step: PlaceName, moved: boolean): Promise<void> {
    this.step = step;
    await load[step]();
    if (this.step !== step) return;
    this.loaded = step;
    document.title = `${placeName(step)} · Tokengraft`;
    await this.updateComplete;
    if (!moved) return;
    scrollTo(0, 0);
    this.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
  }

  override render() {
    if (!this.lab) return nothing;
    const crash = this.lab.crash;
    return html`<a class="skip" href="#main" @click=${this.skip}>${msg('Skip to content')}</a>
      <tg-top-bar .step=${this.step}></tg-top-bar>
      <div class="frame">
        <tg-rail .step=${this.step}></tg-rail>
        <main id="main" tabindex="-1" data-step=${this.loaded ?? ''}>
          ${
            crash
              ? alertBox(
                  'bad',
                  msg('The lab stopped.'),
                  html`<span lang="en">${crash.message} ${crash.hint}</span>`,
                  html`<button type="button" class="btn small" @click=${() => location.reload()}>
                    ${msg('Reload')}
                  </button>`,
                )
              : nothing
          }
          ${this.loaded ? element[this.loaded]() : html`<p class="sr">${msg(str`Opening ${placeName(this.step)}`)}</p>`}
        </main>
      </div>
      <div class="sr" role="status" aria-live="polite">${this.said}</div>
      <tg-spec-drawer
        links
        @use=${(event: CustomEvent<WrittenSpec>) => void this.lab?.useSpec(event.detail)}
      ></tg-spec-drawer>
      <tg-popover></tg-popover>`;
  }

  /** The hash is the step's address, so the skip link moves the focus itself. */
  private skip(event: Event) {
    event.preventDefault();
    this.querySelector<HTMLElement>('main')!.focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tg-app': App;
  }
}
