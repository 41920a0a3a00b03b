/** The new tokens while they learn: exposures, the curve of their loss, where it is now and how far it came. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { TokenProgress } from '../../worker/index';
import { exposureFloor } from '../../exposureFloor';
import { LabElement } from '../element';
import { count, fixed, signed } from '../format';
import { sparkline } from '../parts/marks';
import { number } from '../parts/number';
import { emptyState, panel, segmented } from '../parts/panel';
import { piece } from '../parts/pieces';
import type { Topic } from '../state/lab-state';
import { valueOf } from '../state/slot';

type Order = 'seen' | 'slowest' | 'never-seen';
const ROWS = 12;

@customElement('tg-run-tokens')
export class RunTokens extends LabElement {
  protected override readonly topics: readonly Topic[] = ['lab', 'run'];
  @state() private order: Order = 'seen';
  private shown: unknown = null;
  private texts = new Map<number, string>();
  private textsOf: unknown = null;

  /** Only a new record of tokens changes anything here. */
  protected override labChanged(topic: Topic): void {
    if (topic === 'lab' || this.shown !== this.lab.run?.tokens) this.requestUpdate();
  }

  override render() {
    const record = this.lab.run?.tokens ?? null;
    this.shown = record;
    const open = valueOf(this.lab.slots.vocabulary);
    const vocabulary = open && this.lab.desk.hasTokensOf(open) ? open : null;
    if (this.textsOf !== vocabulary) {
      this.textsOf = vocabulary;
      this.texts = new Map(vocabulary?.newTokens.map((token) => [token.id, token.text]));
    }
    const rows = record ? this.pick(record.tokens) : [];
    // Counted here: runs that an earlier build kept name the figure otherwise.
    const neverSeen = record?.tokens.filter(isNeverSeen).length ?? 0;
    return panel({
      heading: msg('New tokens'),
      name: 'run-tokens',
      fill: 'flush',
      end: segmented<Order>(
        msg('Order'),
        [
          { value: 'seen', label: msg('Most seen') },
          { value: 'slowest', label: msg('Slowest') },
          { value: 'never-seen', label: msg(str`Never seen ${count(neverSeen)}`) },
        ],
        this.order,
        (order) => (this.order = order),
      ),
      body: html`<table class="tt">
          <thead>
            <tr>
              <th>${msg('Token')}</th>
              <th class="r">
                ${number(msg('Exposures'), () => ({
                  name: msg('Exposures'),
                  formula: msg('occurrences so far as a target'),
                  meaning: msg(
                    str`Each is one gradient for this row. Under ${exposureFloor} a token counts as starved at the end.`,
                  ),
                }))}
              </th>
              <th>${msg('Loss, first to now')}</th>
              <th class="r">${msg('Now')}</th>
              <th class="r">
                ${number(msg('Change'), () => ({
                  name: msg('Change since the start'),
                  formula: msg('smoothed loss now − at its first exposures, nats'),
                  meaning: msg('Below 0 the model has learned to expect this token.'),
                }))}
              </th>
            </tr>
          </thead>
          <tbody>
            ${rows.map((row) => this.row(row))}
          </tbody>
        </table>
        ${
          rows.length === 0
            ? emptyState(
                record ? msg('None.') : msg('No measurements yet.'),
                record
                  ? msg('No token belongs in this list.')
                  : msg('Each new token gets a row after the first steps.'),
              )
            : nothing
        }`,
      footer: record
        ? html`<span class="note">${this.summary(record.tokens, record.step)}</span
            ><a class="btn small" href="#tokens">${msg('Evidence for each')}</a>`
        : html`<span class="note">&nbsp;</span>`,
    });
  }

  private pick(tokens: readonly TokenProgress[]): TokenProgress[] {
    const seen = tokens.filter((token) => token.exposures > 0);
    const picked =
      this.order === 'seen'
        ? seen.sort((a, b) => b.exposures - a.exposures)
        : this.order === 'slowest'
          ? seen
              .filter((token) => token.loss !== null && token.firstLoss !== null)
              .sort((a, b) => change(b) - change(a))
          : tokens.filter(isNeverSeen);
    return picked.slice(0, ROWS);
  }

  private row(token: TokenProgress) {
    return html`<tr>
      <td class="c-token">
        <span class="chip" translate="no">${piece(this.texts.get(token.id) ?? `#${token.id}`, true)}</span>
      </td>
      <td class="num">${count(token.exposures)}</td>
      <td class="c-spark">${sparkline(token.curve)}</td>
      <td class="num">${token.loss === null ? '–' : fixed(token.loss, 2)}</td>
      <td class="num">${token.loss === null || token.firstLoss === null ? '–' : signed(change(token), 2)}</td>
    </tr>`;
  }

  private summary(tokens: readonly TokenProgress[], step: number): string {
    const changes = tokens.filter((token) => token.loss !== null && token.firstLoss !== null).map(change);
    if (changes.length === 0) return msg(str`Step ${count(step)}.`);
    const falling = changes.filter((each) => each < 0).length;
    changes.sort((a, b) => a - b);
    const median = changes[Math.floor(changes.length / 2)]!;
    return msg(
      str`Step ${count(step)}: median change ${signed(median, 2)} nats over ${count(changes.length)} tokens seen; ${count(falling)} of them fall.`,
    );
  }
}

const isNeverSeen = ({ exposures }: TokenProgress): boolean => exposures === 0;
const change = (token: TokenProgress): number => (token.loss ?? 0) - (token.firstLoss ?? 0);
