/** Brand, experiment, device and privacy badges, language and theme. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { LabElement } from './element';
import { ago, count } from './format';
import { icon } from './parts/icons';
import { number } from './parts/number';
import { segmented } from './parts/panel';
import { languages, locales, type Locale } from './languages';
import { locale } from './localization';
import { setLocale, setTheme, theme, THEMES, type Theme } from './preferences';
import { privacyExplanation } from './steps/privacy';
import { errorOf, valueOf } from './state/slot';
import { placeOf, type PlaceName } from './state/route';
import { sampleTitle } from './wording/corpus';
import { engineName, engineReason } from './wording/engines';
import { places } from './places';

@customElement('tg-top-bar')
export class TopBar extends LabElement {
  /** On Model the panel beside it says what was sent, once. */
  @property({ attribute: false }) step: PlaceName = 'model';

  override render() {
    return html`<header class="bar">
      <a class="brand" href="#model">
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <g fill="var(--ink-2)">
            <rect x="2" y="2.5" width="11" height="2.6" rx=".6" />
            <rect x="2" y="6.7" width="11" height="2.6" rx=".6" />
            <rect x="2" y="10.9" width="11" height="2.6" rx=".6" />
          </g>
          <rect x="7" y="15.1" width="11" height="2.6" rx=".6" fill="var(--accent)" />
        </svg>
        <span>Tokengraft</span>
      </a>
      ${this.experiment()}
      <span class="spring"></span>
      ${this.runs()} ${this.device()} ${this.step === 'model' ? nothing : this.privacy()}
      ${segmented(
        msg('Language'),
        locales.map((value) => ({ value, label: html`<span lang=${value}>${languages[value].name}</span>` })),
        locale(),
        (next) => void this.changeLocale(next),
      )}
      ${this.themeButton()}
    </header>`;
  }

  private async changeLocale(next: Locale) {
    await setLocale(next);
    document.title = `${places[placeOf(location.hash)].name()} · Tokengraft`;
  }

  private experiment() {
    const corpus = valueOf(this.lab.slots.corpus);
    const model = valueOf(this.lab.slots.model);
    const kept = valueOf(this.lab.slots.opening);
    const { sample } = this.lab.origin;
    const title = corpus && (sample === null ? corpus.name : sampleTitle({ id: sample, title: corpus.name }));
    const name = title && model ? `${title} × ${model.name}` : msg('New experiment');
    return html`<div class="exp">
      <b>${name}</b>${kept ? html`<span class="note">${msg(str`saved ${ago(kept.savedAt)}`)}</span>` : ''}
    </div>`;
  }

  private runs() {
    const kept = this.lab.kept.present.length;
    return html`<a class="badge runs" href="#runs" aria-label=${msg(str`Runs: ${count(kept)} kept`)}
      >${icon('list')}<span>${msg('Runs')}</span>${kept > 0 ? html`<b>${count(kept)}</b>` : ''}</a
    >`;
  }

  private device() {
    const slot = this.lab.slots.engine;
    const engine = valueOf(slot);
    const word = engine
      ? engine.available
        ? engineName(engine)
        : msg('Wrong numbers')
      : errorOf(slot)
        ? msg('Nothing computes')
        : msg('Checking this machine');
    const kind = engine ? (engine.available ? (engine.kind === 'software-gpu' ? 'warn' : 'good') : 'bad') : 'wait';
    const speed = this.lab.desk.tokensPerSecond;
    const explain = () => ({
      name: word,
      formula: engine ? `${engine.vendor} ${engine.architecture}`.trim() || engine.description : '',
      meaning: [
        (engine && engineReason(engine)) ?? msg('What this page may use is listed under “This device”.'),
        speed === null ? '' : msg(str`About ${count(Math.round(speed))} tokens a second with this model.`),
      ].join(' '),
    });
    return number(html`<span class="dot ${kind}"></span><span>${word}</span>`, explain, 'badge dev');
  }

  private privacy() {
    return number(
      html`${icon('lock')}<span>${msg(html`<b>0 bytes</b> sent`)}</span>`,
      () => privacyExplanation(this.lab.hub.requests),
      'badge',
    );
  }

  private themeButton() {
    const now = theme();
    const names: Record<Theme, string> = { system: msg('system'), light: msg('light'), dark: msg('dark') };
    const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length]!;
    return html`<button
      type="button"
      class="icon-btn"
      aria-label=${msg(str`Theme: ${names[now]}`)}
      title=${msg(str`Theme: ${names[now]}`)}
      @click=${() => {
        setTheme(next);
        this.requestUpdate();
      }}
    >
      ${icon(now === 'system' ? 'theme' : now === 'light' ? 'sun' : 'moon')}
    </button>`;
  }
}
