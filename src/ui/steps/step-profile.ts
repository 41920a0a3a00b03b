/** Where the time of a training step goes, measured on click: a bar for each kind of work, relative to the largest. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { PartTime, StepProfile } from '../../worker/index';
import { LabElement } from '../element';
import { count, fixed, joinSentences, percent, withUnit } from '../format';
import { number } from '../parts/number';
import { emptyState, failureAlert, loadingPanel, panel, stackedBar } from '../parts/panel';
import { modeName } from '../wording/modes';
import { methodText, partMeaning, partName } from '../wording/parts';

/** Parts below this share of the step are left out. */
const LEAST_SHARE = 0.0005;

@customElement('tg-step-profile')
export class StepProfileElement extends LabElement {
  override render() {
    const slot = this.lab.slots.profile;
    const heading = msg('Where the time goes');
    if (slot.status === 'pending') {
      return loadingPanel(heading, slot.progress, 6, () => this.lab.cancel('profile'));
    }
    if (slot.status === 'ready') return this.measured(slot.value);
    return panel({
      heading,
      name: 'step-profile',
      body: html`${slot.status === 'failed' ? failureAlert(slot.error) : nothing}
      ${emptyState(msg('Not measured yet.'), this.hint(), this.button(msg('Measure a step')))}`,
    });
  }

  private hint(): string {
    return this.isLocked
      ? msg('Not while a run goes on: each would slow the other.')
      : msg('Takes some seconds, and memory for a second copy of the model. Nothing is trained by it.');
  }

  private button(label: string) {
    return html`<button
      type="button"
      class="btn small"
      data-action="measure-step"
      ?disabled=${this.isLocked || !this.lab.settings}
      @click=${() => void this.lab.measureStep()}
    >
      ${label}
    </button>`;
  }

  private get isLocked(): boolean {
    return this.lab.isTraining;
  }

  private measured(profile: StepProfile) {
    const { parts, stepMilliseconds, tokensPerSecond, outsideProducts } = profile;
    const { mode, batchRows, rowLength } = profile.step;
    const largest = Math.max(...parts.map(({ share }) => share));
    return panel({
      heading: msg('Where the time goes'),
      note: msg(str`${modeName(mode)}, ${count(batchRows)} rows of ${count(rowLength)} tokens`),
      name: 'step-profile',
      end: this.button(msg('Measure again')),
      body: html`<p class="note">
          ${msg(
            str`A step takes ${time(stepMilliseconds)}, ${count(tokensPerSecond)} tokens a second; ${percent(outsideProducts, 0)} of it outside matrix products.`,
          )}
        </p>
        <div role="list" aria-label=${msg('Where the time goes')}>
          ${parts
            .filter(({ part, share }) => part === 'rest' || share >= LEAST_SHARE)
            .map((each) => partRow(each, largest, profile))}
        </div>`,
      footer: html`<p class="note">
        ${joinSentences(
          methodText(profile.method),
          msg(str`A plain matrix product reaches ${fixed(profile.plainGigaflopsPerSecond, 1)} GFLOP/s here.`),
        )}
      </p>`,
    });
  }
}

function partRow(
  { part, milliseconds, share, gigaflopsPerSecond: speed }: PartTime,
  largest: number,
  all: StepProfile,
) {
  const name = partName(part);
  const isProduct = speed !== undefined;
  const label = `${name}: ${time(milliseconds)}, ${percent(share)}`;
  const plain = all.plainGigaflopsPerSecond;
  return html`<div class="fitrow partrow" role="listitem" data-part=${part}>
    <span>${name}</span>
    ${stackedBar(label, [{ share: share / largest, color: isProduct ? '--accent' : '--control-line' }])}
    <span class="num"
      >${number(withUnit(shortTime(milliseconds), 'ms'), () => ({ name, formula: label, meaning: partMeaning(part) }))}</span
    >
    <span class="num">${percent(share)}</span>
    <span class="num"
      >${
        isProduct
          ? number(withUnit(fixed(speed, speed < 10 ? 1 : 0), 'GFLOP/s'), () => ({
              name: msg(str`${name}: speed of its matrix products`),
              formula: msg(str`${fixed(speed, 1)} GFLOP/s, ${percent(speed / plain, 0)} of a plain product`),
              meaning: msg('The arithmetic that is needed, over all the time of this part.'),
            }))
          : nothing
      }</span
    >
  </div>`;
}

const shortTime = (milliseconds: number): string => fixed(milliseconds, milliseconds < 100 ? 1 : 0);
const time = (milliseconds: number): string => `${shortTime(milliseconds)} ms`;
