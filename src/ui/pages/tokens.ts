/**
 * Tokens: evidence for every new token of the trained arm that is held, as a table, as one dot each against exposures, and one by one.
 * It is measured when it is asked for; starved tokens are pruned into one more arm of the specification.
 */
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { asLabError, type TokenEvidence, type TokensEvidence } from '../../worker/index';
import '../charts/advantage';
import type { AdvantageChoice } from '../charts/advantage';
import '../charts/course';
import '../charts/save-chart';
import { LabElement } from '../element';
import { count, fixed, percent } from '../format';
import { ghostTable } from '../parts/ghost-table';
import { icon } from '../parts/icons';
import { emptyState, facts, failureAlert, loadingPanel, panel, segmented, status, verdict } from '../parts/panel';
import { piece } from '../parts/pieces';
import { RowTable, sortHead } from '../parts/row-table';
import { goTo } from '../state/route';
import { errorOf, valueOf, type Failure } from '../state/slot';
import '../steps/kept-offer';
import '../steps/take-arm';
import { medianText, tokensHeadline, tokensLede } from '../wording/tokens';
import './harm';
import './token-one';
import { advantage } from './token-one';
import { countsOf, isDearer, isStarvedRow, tokenRows, type Show, type TokenSort } from './token-rows';
import '../styles/token-page.css';

@customElement('tg-page-tokens')
export class TokensPage extends LabElement {
  @state() private show: Show = 'all';
  @state() private search = '';
  @state() private sort: TokenSort = 'exposures';
  @state() private descending = true;
  @state() private chosen: number | null = null;
  @state() private failed: Failure | null = null;
  private readonly rowTable = new RowTable(this);

  override render() {
    const slot = this.lab.slots.evidence;
    const evidence = valueOf(slot);
    const failed = this.failed ?? errorOf(slot);
    return html`<section class="page">
      ${
        evidence
          ? verdict(tokensHeadline(evidence.summary), tokensLede(evidence), this.pruneKey(evidence))
          : verdict(
              msg('Which tokens are worth their rows?'),
              msg('Every new token, where it is right in held-out text: its price, its rank, what its row has become.'),
              this.lab.hasTrained && slot.status !== 'pending' ? this.measureKey() : nothing,
            )
      }
      <tg-kept-offer></tg-kept-offer><tg-take-arm></tg-take-arm>${failed ? failureAlert(failed) : nothing}
      ${
        slot.status === 'pending'
          ? loadingPanel(msg('New tokens'), slot.progress, 6, () => this.lab.cancel('evidence'))
          : evidence
            ? this.measured(evidence)
            : this.nothingYet()
      }
      ${this.lab.hasTrained ? html`<tg-harm></tg-harm>` : nothing}
    </section>`;
  }

  private measureKey() {
    return html`<button
      type="button"
      class="btn main"
      data-action="measure-tokens"
      @click=${() => void this.lab.evidence.readTokens()}
    >
      ${msg('Measure')}
    </button>`;
  }

  private nothingYet() {
    const { hasTrained, isTraining } = this.lab;
    return panel({
      heading: msg('New tokens'),
      body: html`${
        hasTrained
          ? emptyState(msg('Not measured yet.'), msg('It takes seconds on a graphics card, minutes without one.'))
          : emptyState(
              isTraining ? msg('Training is still on.') : msg('No trained arm is open.'),
              msg('Each new token gets a row here once an arm with new tokens is trained.'),
              html`<a class="btn" href="#train">${msg('Go to Train')}</a>`,
            )
      }
      ${ghostTable([
        ...[msg('Token'), msg('Exposures'), msg('Loss'), msg('Rank')],
        ...[msg('P(right)'), msg('Leakage'), msg('Advantage'), msg('Norm')],
      ])}`,
    });
  }

  private pruneKey({ tokens, summary }: TokensEvidence): TemplateResult | typeof nothing {
    const { taken, view } = this.lab.desk;
    const { starved, floor } = summary;
    if (!taken || !view || this.lab.isTraining || !starved || starved === tokens.length) return nothing;
    return html`<button
      type="button"
      class="btn main"
      data-action="prune-starved"
      @click=${() => void this.prune(floor)}
    >
      ${msg(str`Prune ${count(starved)} as a new arm`)}
    </button>`;
  }

  /** Start on Train then runs the new arm: what is finished is not run again. */
  private async prune(floor: number): Promise<void> {
    const { taken, view } = this.lab.desk;
    const evidence = valueOf(this.lab.slots.evidence);
    if (!taken || !view || !evidence) return;
    const tokens = evidence.tokens.map(({ text, piece: spelled, exposures, isLink }) => ({
      ...{ text, piece: spelled, exposures },
      ...(isLink ? { isLink } : {}),
    }));
    try {
      const { spec } = await this.lab.lab.pruneStarved(view.spec, taken.arm, tokens, floor);
      this.failed = null;
      this.lab.desk.useSpec(spec);
      goTo('train');
    } catch (thrown) {
      this.failed = asLabError(thrown);
    }
  }

  private measured(evidence: TokensEvidence) {
    const { show, search, sort, descending } = this;
    const rows = tokenRows(evidence, { show, search, sort, descending });
    const chosen = evidence.tokens.find(({ id }) => id === this.chosen) ?? null;
    return html`${this.table(evidence, rows)}<tg-token .token=${chosen}></tg-token>
      <div class="cols main-side">
        ${panel({
          heading: msg('How often must a token be seen?'),
          note: msg('each dot is one new token; span advantage in nats'),
          name: 'advantage',
          end: html`<tg-save-chart></tg-save-chart>`,
          body: html`<tg-advantage
            .evidence=${evidence}
            .chosen=${this.chosen}
            @choose=${({ detail }: AdvantageChoice) => (this.chosen = detail)}
          ></tg-advantage>`,
        })}
        ${this.together(evidence)}
      </div>
      ${
        evidence.course
          ? panel({
              heading: msg('From when on is a token cheaper?'),
              note: msg('span advantage over the training, at the same bytes of text as the control'),
              name: 'course',
              end: html`<tg-save-chart></tg-save-chart>`,
              body: html`<tg-course .evidence=${evidence} .chosen=${this.chosen}></tg-course>`,
            })
          : nothing
      }`;
  }

  private together({ summary, text, placesEach, window }: TokensEvidence) {
    const { cheaper, priced, starved, counted, effectiveRank, underTrained, tokens, floor } = summary;
    return panel({
      heading: msg('All of them'),
      name: 'tokens-summary',
      body: html`${facts([
          [msg('Cheaper than their pieces'), msg(str`${count(cheaper)} of ${count(priced)}`)],
          [msg('Median advantage, nats'), html`<b>${medianText(summary)}</b>`],
          [
            msg(str`Starved, under ${count(floor)}`),
            starved === null ? '–' : msg(str`${count(starved)} of ${count(counted)}`),
          ],
          [
            msg('Effective rank of new rows'),
            effectiveRank ? msg(str`${fixed(effectiveRank.rank, 0)} of ${count(effectiveRank.most)}`) : '–',
          ],
          [msg('Under-trained by their rows'), msg(str`${count(underTrained)} of ${count(tokens)}`)],
        ])}
        <p class="note">
          ${msg(str`Looked for in ${count(text.bytes)} bytes of held-out text, at most ${count(placesEach)} places of each, ${count(window)} tokens of context.`)}
        </p>`,
    });
  }

  private table(evidence: TokensEvidence, rows: TokenEvidence[]) {
    const counts = countsOf(evidence);
    return panel({
      heading: msg('New tokens'),
      name: 'tokens',
      fill: 'bare',
      body: html`<div class="tools">
          ${segmented<Show>(
            msg('Show'),
            [
              { value: 'all', label: msg(str`All ${count(counts.all)}`) },
              { value: 'fed', label: msg(str`Fed ${count(counts.fed)}`) },
              { value: 'starved', label: msg(str`Starved ${count(counts.starved)}`) },
              { value: 'dearer', label: msg(str`Cheaper as pieces ${count(counts.dearer)}`) },
            ],
            this.show,
            (show) => (this.show = show),
          )}
          <label class="field find"
            >${icon('search')}<span class="sr">${msg('Find a token')}</span
            ><input
              type="search"
              placeholder=${msg('Find a token')}
              .value=${this.search}
              @input=${(event: Event) => (this.search = (event.target as HTMLInputElement).value)}
          /></label>
          <span class="note push" role="status">${msg(str`${count(rows.length)} of ${count(counts.all)}`)}</span>
        </div>
        ${this.rowTable.table({
          label: msg('New tokens'),
          className: 'token-table',
          heads: html`${this.head('text', msg('Token'), '')} ${this.head('exposures', msg('Exposures'), 'r')}
            ${this.head('loss', msg('Loss'), 'r c-wide')} ${this.head('rank', msg('Rank'), 'r c-wide')}
            ${this.head('probability', msg('P(right)'), 'r c-wide')} ${this.head('leakage', msg('Leakage'), 'r c-wide')}
            ${this.head('advantage', msg('Advantage'), 'r')} ${this.head('norm', msg('Norm'), 'r c-wide')}
            <span role="columnheader" class="c-wide">${msg('Remarks')}</span>`,
          rows,
          keyOf: ({ id }) => id,
          draw: (row, at) => this.row(row, at, evidence.summary.floor),
          onKey: (event) => this.onKey(event, rows),
        })}`,
      footer: html`<span class="note"
        >${msg('Loss, rank and price are where the token is right. Leakage: how often an old piece that begins it ranks first. Norm: of the median old row.')}</span
      >`,
    });
  }

  private head(key: TokenSort, label: string, className: string) {
    const direction = this.descending ? 'descending' : 'ascending';
    const sorted = this.sort === key ? direction : null;
    return sortHead(key, { label, className, sorted, sort: () => this.sortBy(key) });
  }

  private sortBy(key: TokenSort): void {
    this.descending = this.sort === key ? !this.descending : key !== 'text' && key !== 'rank';
    this.sort = key;
  }

  private row(token: TokenEvidence, at: number, floor: number) {
    const { id, text, exposures, measured, norm } = token;
    return html`<div
      class="vrow ${this.chosen === id ? 'sel' : ''}"
      role="row"
      aria-rowindex=${at + 2}
      data-token=${id}
      @click=${() => (this.chosen = id)}
    >
      <span class="chip c-text" role="cell" translate="no">${piece(text, true)}</span>
      <span class="r" role="cell">${exposures === null ? '–' : count(exposures)}</span>
      <span class="r c-wide" role="cell">${measured ? fixed(measured.loss, 2) : '–'}</span>
      <span class="r c-wide" role="cell">${measured ? fixed(measured.rank, 0) : '–'}</span>
      <span class="r c-wide" role="cell">${measured ? fixed(measured.probability, 2) : '–'}</span>
      <span class="r c-wide" role="cell">${measured ? percent(measured.leakage, 0) : '–'}</span>
      <span class="r" role="cell">${advantage(measured?.advantage)}</span>
      <span class="r c-wide" role="cell">${fixed(norm.input, 2)}</span>
      <span class="c-text c-wide" role="cell">${this.remarks(token, floor)}</span>
    </div>`;
  }

  private remarks(token: TokenEvidence, floor: number) {
    if (isStarvedRow(token, floor)) return status('warn', msg('starved'));
    if (token.isLink) return html`<span class="note">${msg('inside longer ones')}</span>`;
    if (!token.measured) return html`<span class="note">${msg('not in held-out text')}</span>`;
    return isDearer(token) ? status('info', msg('cheaper as pieces')) : nothing;
  }

  private onKey(event: KeyboardEvent, rows: readonly TokenEvidence[]): void {
    const next = this.rowTable.next(event, rows, ({ id }) => id === this.chosen);
    if (next) this.chosen = next.id;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tg-page-tokens': TokensPage;
  }
}
