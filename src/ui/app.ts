/**
 * The frame: top bar, rail, one step at a time. A step's element is loaded when it is first shown, and the others right
 * after the first paint, so that the first load stays small; the specification's drawer comes with the steps that open it.
 */
import { ContextProvider } from '@lit/context';
import { localized, msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { WrittenSpec } from '../worker/index';
import { PageElement } from './element';
import { count } from './format';
import { alertBox } from './parts/panel';
import './parts/number';
import './rail';
import './steps/model';
import './top-bar';
import { labContext, type LabState } from './state/lab-state';
import { PLACES, placeOf, type PlaceName } from './state/route';
import { announcements } from './state/announcements';
import { longSilence } from './state/silence';
import { places } from './places';
import { failureWords } from './wording/said';

@localized()
@customElement('tg-app')
export class App extends PageElement {
  @state() private step: PlaceName = placeOf(location.hash);
  @state() private loaded: PlaceName | null = null;
  @state() private said = '';
  @state() private isSilent = false;
  private lab: LabState | null = null;

  start(lab: LabState): void {
    new ContextProvider(this, { context: labContext, initialValue: lab });
    this.lab = lab;
    const announce = announcements(lab);
    lab.subscribe(['lab', 'run'], this, () => {
      const next = announce();
      if (next !== null) this.said = next;
      this.isSilent = lab.isSilent;
      if (lab.crash) this.requestUpdate();
    });
    addEventListener('hashchange', () => void this.show(placeOf(location.hash), true));
    void this.show(this.step, false);
    const idle = window.requestIdleCallback ?? ((job: () => void) => setTimeout(job, 1500));
    idle(() => PLACES.forEach((step) => void places[step].load()));
    this.requestUpdate();
  }

  private async show(step: PlaceName, moved: boolean): Promise<void> {
    this.step = step;
    await places[step].load();
    if (this.step !== step) return;
    this.loaded = step;
    document.title = `${places[step].name()} · Tokengraft`;
    await this.updateComplete;
    if (!moved) return;
    scrollTo(0, 0);
    this.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
  }

  override render() {
    if (!this.lab) return nothing;
    const { crash } = this.lab;
    const reload = html`<button type="button" class="btn small" @click=${() => location.reload()}>
      ${msg('Reload')}
    </button>`;
    return html`<a class="skip" href="#main" @click=${this.skip}>${msg('Skip to content')}</a>
      <tg-top-bar .step=${this.step}></tg-top-bar>
      <div class="frame">
        <tg-rail .step=${this.step}></tg-rail>
        <main id="main" tabindex="-1" data-step=${this.loaded ?? ''}>
          ${
            crash
              ? alertBox('bad', msg('The lab stopped.'), failureWords(crash), reload)
              : this.isSilent
                ? alertBox(
                    'warn',
                    msg(str`Nothing has come from the lab for more than ${count(longSilence / 60_000)} minutes.`),
                    msg(
                      'It may still compute: one step of a large model can take that long on a slow machine, and to wait costs nothing. Reloading starts the lab anew; what is saved is kept.',
                    ),
                    reload,
                  )
                : nothing
          }
          ${this.loaded ? places[this.loaded].element() : html`<p class="sr">${msg(str`Opening ${places[this.step].name()}`)}</p>`}
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
