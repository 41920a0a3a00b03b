/** A share as a bar with its interval on it, and in figures. */
import { html, nothing } from 'lit';
import { styleMap } from 'lit/directives/style-map.js';
import type { Share } from '../../worker/index';
import { shareInterval, shareText } from '../wording/field';

export function shareBar(name: string, share: Share) {
  const at = (value: number) => `${(100 * value).toFixed(1)}%`;
  return html`<div class="field-share">
    <span>${name}</span>
    <span class="track" aria-hidden="true"
      >${
        share.share === null
          ? nothing
          : html`<i style=${styleMap({ inlineSize: at(share.share) })}></i
              ><u
                style=${styleMap({
                  insetInlineStart: at(share.interval![0]),
                  inlineSize: at(share.interval![1] - share.interval![0]),
                })}
              ></u>`
      }</span
    >
    <span class="num"><b>${shareText(share)}</b> <span class="note">${shareInterval(share)}</span></span>
  </div>`;
}
