/** Experiments to choose from, each with its arms and how long it takes here. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Preset } from '../../worker/index';
import { LabElement } from '../element';
import { fileSize, plain } from '../format';
import { failureAlert, panel } from '../parts/panel';
import { armsText, seedsText } from '../wording/counts';
import { presetAbout, presetTitle, secondsText } from '../wording/experiment';

@customElement('tg-presets')
export class Presets extends LabElement {
  override render() {
    const { desk } = this.lab;
    const { presets } = desk;
    if (presets.status === 'failed') return failureAlert(presets.error);
    if (presets.status !== 'ready') return nothing;
    return panel({
      heading: msg('What is run'),
      note: msg('each with its control'),
      name: 'presets',
      body: html`<div class="presets" role="radiogroup" aria-label=${msg('What is run')}>
        ${presets.value.map((preset) => this.card(preset))}
      </div>`,
      ...(desk.ownSpec
        ? { footer: html`<span class="note">${msg(str`Chosen: ${desk.ownSpec.name}, as it was changed.`)}</span>` }
        : {}),
    });
  }

  private card({ name, spec, seconds }: Preset) {
    const { desk } = this.lab;
    const isChosen = desk.ownSpec === null && desk.preset === name;
    return html`<button
      type="button"
      class="preset"
      role="radio"
      data-preset=${name}
      aria-checked=${isChosen ? 'true' : 'false'}
      ?disabled=${this.lab.isTraining}
      @click=${() => desk.choose(name)}
    >
      <b>${presetTitle(name)}</b>
      <span>${presetAbout(name)}</span>
      <span class="note"
        >${msg(
          str`${armsText(Object.keys(spec.arms).length)}, ${seedsText(spec.seeds.length)}, ${plain(fileSize(spec.budget.bytes ?? 0))} of text each; ${secondsText(seconds)}`,
        )}</span
      >
    </button>`;
  }
}
