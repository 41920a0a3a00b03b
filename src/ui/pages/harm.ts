/**
 * Harm: what training did to what the model knew. General text beside the untouched base, what comes just after new tokens, the
 * probability that new tokens take, and the texts that got worst, piece by piece.
 */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { AfterNew, HarmReport, NewTokenMass, PlacesPrice, PricedPiece, WorseText } from '../../worker/index';
import { LabElement } from '../element';
import { count, fixed, percent, signed } from '../format';
import { emptyState, facts, failureAlert, loadingPanel, panel } from '../parts/panel';
import { piece, visible } from '../parts/pieces';
import { errorOf, valueOf } from '../state/slot';
import { harmSentence, referenceName } from '../wording/harm';
import { bitsText } from '../wording/lostText';
import '../styles/token-page.css';
import '../styles/harm.css';

/** Bits per byte that a piece is shaded fully from. */
const darkest = 8;

@customElement('tg-harm')
export class HarmView extends LabElement {
  override render() {
    const slot = this.lab.slots.harm;
    const failed = errorOf(slot);
    if (slot.status === 'pending') {
      return loadingPanel(msg('Harm'), slot.progress, 4, () => this.lab.cancel('harm'));
    }
    const harm = valueOf(slot);
    return html`${failed ? failureAlert(failed) : nothing}${
      harm
        ? html`${this.summary(harm)}
            <div class="cols two">
              ${harm.afterNew.length > 0 ? this.afterNew(harm.afterNew) : nothing}${harm.mass ? this.mass(harm.mass) : nothing}
            </div>
            ${this.worst(harm)}`
        : panel({
            heading: msg('Harm'),
            name: 'harm',
            body: emptyState(
              msg('Not measured yet.'),
              msg(
                'What training did to what the model knew: general text, the places just after new tokens, the probability they take.',
              ),
              html`<button
                type="button"
                class="btn"
                data-action="measure-harm"
                @click=${() => void this.lab.evidence.readHarm()}
              >
                ${msg('Measure harm')}
              </button>`,
            ),
          })
    }`;
  }

  private summary(harm: HarmReport) {
    const { general, references, text, worseDocuments } = harm;
    return panel({
      heading: msg('Harm'),
      name: 'harm',
      note: msg('general text that nothing was trained on, bits per byte, paired by document'),
      body: html`<p class="harm-said">${harmSentence(harm)}</p>
        ${facts([
          [msg('This arm'), html`<b>${bitsText(general.bitsPerByte)}</b>`],
          ...references.map(
            ({ kind, name, general: other, difference }) =>
              [
                referenceName(kind, name),
                html`${bitsText(other.bitsPerByte)}, ${msg('the arm')} ${differenceText(difference)}`,
              ] as const,
          ),
          [
            msg('Texts that need more bits than before'),
            msg(str`${count(worseDocuments)} of ${count(text.general.documents)}`),
          ],
        ])}`,
    });
  }

  private afterNew(all: readonly AfterNew[]) {
    return panel({
      heading: msg('Just after a new token'),
      name: 'harm-after',
      note: msg('the same characters by both models, bits per byte'),
      fill: 'flush',
      body: html`<table class="harm-after">
        <thead>
          <tr>
            <th>${msg('Text, beside')}</th>
            <th class="r">${msg('After new tokens')}</th>
            <th class="r">${msg('Elsewhere')}</th>
          </tr>
        </thead>
        <tbody>
          ${all.map(
            ({ text, reference, after, elsewhere }) =>
              html`<tr data-after="${text} ${reference}">
                <td>
                  ${text === 'general' ? msg('General') : msg('Held out')},
                  ${reference === 'base' ? msg('untouched base') : msg('control')}
                </td>
                <td class="num">${placesPrice(after)}</td>
                <td class="num">${placesPrice(elsewhere)}</td>
              </tr>`,
          )}
        </tbody>
      </table>`,
    });
  }

  private mass({ places, ofPlaces, mean, interval, newTargets, meanElsewhere, highest }: NewTokenMass) {
    const spread = interval ? ` [${percent(interval[0], 2)}, ${percent(interval[1], 2)}]` : '';
    return panel({
      heading: msg('Probability that new tokens take'),
      name: 'harm-mass',
      note: msg('all of them together, on general text'),
      body: html`${facts([
          [msg('On average'), html`<b>${percent(mean, 2)}</b>${spread}`],
          [msg('New tokens among those that follow'), percent(newTargets, 2)],
          [msg('Where an old token follows'), meanElsewhere === null ? '–' : percent(meanElsewhere, 2)],
        ])}
        <ul class="harm-places">
          ${highest.map(
            ({ before, token, after, mass, likeliest }) =>
              html`<li>
                <b>${percent(mass, 0)}</b>
                <span translate="no" class="as-is">${before}<mark>${token}</mark>${after}</span>
                <span translate="no">${piece(likeliest.text, true)}</span>
              </li>`,
          )}
        </ul>
        <p class="note">
          ${msg(str`Read at ${count(places)} of ${count(ofPlaces)} places; the highest are shown with the token that follows and the likeliest new one.`)}
        </p>`,
    });
  }

  private worst({ worst }: HarmReport) {
    if (worst.length === 0) return nothing;
    return panel({
      heading: msg('General texts that got worst'),
      name: 'harm-worst',
      note: msg('each piece is shaded by its bits per byte; new tokens are underlined'),
      body: html`${worst.map((text) => this.text(text))}`,
    });
  }

  private text({ arm, base, armPieces, basePieces, bytes, hidden }: WorseText) {
    return html`<article class="harm-text">
      <h3>
        ${msg(str`${signed(arm - base, 2)} bits per byte`)}
        <span class="note">${msg(str`${fixed(base, 2)} before, ${fixed(arm, 2)} now, ${count(bytes)} bytes`)}</span>
      </h3>
      <div class="cols two">
        <div>
          <p class="note">${msg('Untouched base')}</p>
          ${heat(basePieces)}
        </div>
        <div>
          <p class="note">${msg('This arm')}</p>
          ${heat(armPieces)}
        </div>
      </div>
      ${hidden > 0 ? html`<p class="note">${msg(str`${count(hidden)} characters are not shown.`)}</p>` : nothing}
    </article>`;
  }
}

const placesPrice = ({ arm, reference, difference, places }: PlacesPrice) =>
  arm === null || reference === null
    ? html`–<span class="sub">${places === 0 ? msg('no such place') : msg('text is lost')}</span>`
    : html`${fixed(arm, 2)} · ${fixed(reference, 2)}<span class="sub">${differenceText(difference)}</span
        ><span class="sub">${msg(str`${count(places)} places`)}</span>`;

function differenceText(difference: PlacesPrice['difference']): string {
  if (!difference) return msg('not comparable: text is lost');
  const { bitsPerByte, interval } = difference;
  return `${signed(bitsPerByte, 3)}${interval ? ` [${signed(interval[0], 3)}, ${signed(interval[1], 3)}]` : ''}`;
}

function heat(pieces: readonly PricedPiece[]) {
  return html`<p class="heat-text" translate="no">
    ${pieces.map(({ text, nats, bytes, isNew }) => {
      const bits = nats / Math.LN2;
      const share = Math.min(1, bits / Math.max(1, bytes) / darkest);
      return html`<span
          class=${isNew ? 'fresh' : ''}
          style=${styleMap({ '--share': `${Math.round(100 * share)}%` })}
          title=${msg(str`${fixed(bits, 1)} bits, ${count(bytes)} bytes`)}
          >${visible(text)}</span
        ><wbr />`;
    })}
  </p>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'tg-harm': HarmView;
  }
}
