/** Where new tokens get their rows: behind the old ones, or in place of old tokens that no text uses; and what text pays for that. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { RemovalPrice, RemovalSummary } from '../../worker/index';
import { LabElement } from '../element';
import { count, percent } from '../format';
import { panel } from '../parts/panel';
import { valueOf } from '../state/slot';
import type { Topic } from '../state/lab-state';

/** Old tokens that are seen fewer times may go. */
const thresholds = [1, 2, 5, 20];
const named = 12;

@customElement('tg-room-choice')
export class RoomChoiceElement extends LabElement {
  protected override labChanged(_topic: Topic): void {
    this.requestUpdate();
  }

  override render() {
    const { replaces } = this.lab.editor.choice;
    const removal = valueOf(this.lab.slots.vocabulary)?.removal;
    return panel({
      heading: msg('Rows for new tokens'),
      name: 'room',
      fill: 'bare',
      body: html` <label class="size-choice" for="room"
          ><span>${msg('New tokens get')}</span
          ><span class="field"
            ><select
              id="room"
              ?disabled=${this.lab.isTraining}
              @change=${(event: Event) => this.choose(Number((event.target as HTMLSelectElement).value))}
            >
              <option value="0" ?selected=${!replaces}>${msg('rows of their own')}</option>
              ${thresholds.map(
                (least) =>
                  html`<option value=${least} ?selected=${replaces?.leastCount === least}>
                    ${
                      least === 1
                        ? msg('rows of old tokens that no text uses')
                        : msg(str`rows of old tokens used fewer than ${count(least)} times`)
                    }
                  </option>`,
              )}
            </select></span
          ></label
        >
        <div class="body note">
          ${
            removal
              ? this.taken(removal)
              : replaces
                ? msg('Old tokens are counted in training and general text when the tokens are built.')
                : msg('In place of old tokens the embedding keeps its size, and all other tokens their ids.')
          }
        </div>
        ${removal ? this.price(removal) : nothing}`,
    });
  }

  private choose(leastCount: number): void {
    this.lab.editor.setRoom(leastCount === 0 ? undefined : { leastCount, pieces: [] });
  }

  private taken({ removed, free }: RemovalSummary): string {
    return msg(str`${count(removed)} of ${count(free)} old tokens that may go give their rows to new ones.`);
  }

  private price({ heldOut, general, tokens }: RemovalSummary) {
    const rows = [
      [msg('Held-out text'), heldOut],
      [msg('General text'), general],
    ] as const;
    const used = tokens.filter(({ times }) => times > 0).slice(0, named);
    const shown = used.length > 0 ? used : tokens.slice(0, named);
    return html`<table class="lengths">
        <thead>
          <tr>
            <th>${msg('Text without them')}</th>
            <th class="r">${msg('Cut finer')}</th>
            <th class="r">${msg('More tokens')}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ([name, price]) =>
              html`<tr>
                <td>${name}</td>
                <td class="num">${percent(share(price), 2)}</td>
                <td class="num">${percent(price.tokensAfter / Math.max(1, price.tokensBefore) - 1, 2)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      <div class="body note">
        ${used.length > 0 ? msg('Used, and now cut finer:') : msg('Among those that go:')}
        <span translate="no" data-removed
          >${shown.map(({ text, times }) => html`<code>${text}</code>${times > 0 ? ` × ${count(times)} ` : ' '}`)}</span
        >
      </div>`;
  }
}

const share = ({ bytes, finerBytes }: RemovalPrice): number => (bytes === 0 ? 0 : finerBytes / bytes);
