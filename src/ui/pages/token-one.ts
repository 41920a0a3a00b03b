/** One new token: its figures, where it helped most and least, and the rows that lie nearest to its own. */
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { asLabError, type PlaceEvidence, type TokenEvidence, type TokenNeighbours } from '../../worker/index';
import { LabElement } from '../element';
import { count, fixed, percent, signed } from '../format';
import { sparkline } from '../parts/marks';
import { facts, failureAlert, panel } from '../parts/panel';
import { piece, pieces } from '../parts/pieces';
import type { Slot } from '../state/slot';
import { EMPTY } from '../state/slot';
import { indicatorName } from '../wording/tokens';
import '../styles/token-page.css';

const SHOWN = 3;

@customElement('tg-token')
export class TokenPanel extends LabElement {
  @property({ attribute: false }) token: TokenEvidence | null = null;
  @state() private neighbours: Slot<readonly TokenNeighbours[]> = EMPTY;
  private askedFor: TokenEvidence | null = null;

  protected override willUpdate(): void {
    if (this.token === this.askedFor) return;
    this.askedFor = this.token;
    this.neighbours = EMPTY;
    if (this.token) void this.ask(this.token);
  }

  private async ask(token: TokenEvidence): Promise<void> {
    this.neighbours = { status: 'pending' };
    const answer: Slot<readonly TokenNeighbours[]> = await this.lab.lab.tokenNeighbours(token.id).then(
      (value) => ({ status: 'ready', value }) as const,
      (thrown: unknown) => ({ status: 'failed', error: asLabError(thrown) }) as const,
    );
    if (this.askedFor === token) this.neighbours = answer;
  }

  override render() {
    const { token } = this;
    if (!token) return nothing;
    const most = token.places.slice(0, SHOWN);
    const least = token.places.slice(SHOWN).slice(-SHOWN);
    return panel({
      heading: html`<span translate="no">${piece(token.text, true)}</span>`,
      note: html`${msg('instead of')} <span translate="no">${pieces(token.pieces)}</span>`,
      name: 'token',
      body: html`<div class="token-one">
        ${this.figures(token)}
        <div>
          ${most.length > 0 ? places(msg('Where it helped most'), most, token) : html`<p class="note">${msg('It does not occur in the held-out text.')}</p>`}
          ${least.length > 0 ? places(msg('Where it helped least'), least, token) : nothing}
        </div>
        <div>${this.nearest()}</div>
      </div>`,
    });
  }

  private figures({
    exposures,
    firstLoss,
    loss,
    curve,
    measured,
    norm,
    occurrences,
    indicators,
    places: at,
    course,
  }: TokenEvidence) {
    return facts([
      [msg('Exposures'), exposures === null ? '–' : html`<b>${count(exposures)}</b>`],
      [
        msg('Training loss, first to now'),
        firstLoss === null || loss === null
          ? '–'
          : html`${sparkline(curve)} ${fixed(firstLoss, 2)} → <b>${fixed(loss, 2)}</b>`,
      ],
      [msg('Span advantage, nats'), advantage(measured?.advantage)],
      ...(course
        ? [
            [
              msg('Over the training'),
              html`${sparkline(course)} ${signed(course[0]!, 2)} → ${advantage(course.at(-1))}`,
            ] as const,
          ]
        : []),
      [
        msg('Rank, P(right)'),
        measured ? html`<b>${fixed(measured.rank, 0)}</b> · ${fixed(measured.probability, 3)}` : '–',
      ],
      [msg('Leakage'), measured ? percent(measured.leakage, 0) : '–'],
      [
        msg('Norm, of the median old row'),
        norm.output === undefined ? fixed(norm.input, 2) : `${fixed(norm.input, 2)} · ${fixed(norm.output, 2)}`,
      ],
      [msg('Held-out occurrences, measured'), `${count(occurrences)} · ${count(at.length)}`],
      ...indicators.map((indicator) => [msg('Under-trained'), indicatorName(indicator)] as const),
    ]);
  }

  private nearest(): TemplateResult {
    const { neighbours } = this;
    if (neighbours.status === 'failed') return failureAlert(neighbours.error);
    if (neighbours.status !== 'ready') return html`<p class="note">${msg('Looking for the nearest rows.')}</p>`;
    const isTied = neighbours.value.length === 1;
    const column = (heading: string, list: TokenNeighbours['now'] | null) =>
      list &&
      html`<h3>${heading}</h3>
        <ul class="nearest">
          ${list.map(
            ({ text, cosine, isNew }) =>
              html`<li><span translate="no">${piece(text, isNew)}</span> <b>${fixed(cosine, 2)}</b></li>`,
          )}
        </ul>`;
    return html`${neighbours.value.map(({ side, start, now }) => {
      const of = isTied ? '' : side === 'input' ? msg('input side') : msg('output side');
      const named = (text: string) => (of ? `${text}, ${of}` : text);
      return html`${column(named(msg('Nearest at the start')), start)}${column(named(msg('Nearest now')), now)}`;
    })}`;
  }
}

export const advantage = (value: number | null | undefined): TemplateResult | string =>
  value === null || value === undefined ? '–' : html`<b class=${value > 0 ? '' : 'dearer'}>${signed(value, 2)}</b>`;

function places(heading: string, shown: readonly PlaceEvidence[], { text }: TokenEvidence): TemplateResult {
  return html`<h3>${heading}</h3>
    <ul class="places">
      ${shown.map(
        (place) =>
          html`<li>
            ${advantage(place.advantage)}
            <span translate="no" class="as-is"
              ><span class="before">${place.before}</span>${piece(text, true)}${place.after}</span
            >
            <span class="note"
              >${
                place.leak === null
                  ? msg(str`rank ${count(place.rank)}`)
                  : msg(str`rank ${count(place.rank)}; ${place.leak} ranks first`)
              }</span
            >
          </li>`,
      )}
    </ul>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'tg-token': TokenPanel;
  }
}
