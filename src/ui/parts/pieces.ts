/**
 * Token pieces. A piece has one colour everywhere in a session; two neighbours never share one at first sight. Space shows
 * as ·, line end as ↵; a new token has the accent's tint and an underline, so that colour is not the only sign.
 */
import { html, type TemplateResult } from 'lit';
import type { Piece } from '../../worker/index';

const hues = new Map<string, number>();
let previous = 0;

function hueOf(text: string): number {
  let hue = hues.get(text);
  if (hue === undefined) {
    let hash = 0;
    for (let at = 0; at < text.length; at++) hash = (hash * 31 + text.charCodeAt(at)) >>> 0;
    hue = (hash % 6) + 1;
    if (hue === previous) hue = (hue % 6) + 1;
    hues.set(text, hue);
  }
  previous = hue;
  return hue;
}

const MARKS: Readonly<Record<string, string>> = { ' ': '·', '\n': '↵', '\t': '⇥', '\r': '␍' };

export function visible(text: string): (TemplateResult | string)[] {
  return text.split(/([ \n\t\r])/).map((part) => (MARKS[part] ? html`<i class="ws">${MARKS[part]}</i>` : part));
}

export function piece(text: string, isNew = false): TemplateResult {
  return html`<span class="pc ${isNew ? 'pn' : `p${hueOf(text)}`}">${visible(text)}</span>`;
}

/** Pieces in a row, cut where lines may break. */
export function pieces(list: readonly { readonly text: string; readonly isNew?: boolean }[]): TemplateResult {
  previous = 0;
  return html`${list.map(({ text, isNew }) => html`${piece(text, isNew)}<wbr />`)}`;
}

/** Generated text as prose: only the new tokens are marked. */
export function prosePieces(list: readonly Piece[]): TemplateResult {
  const shown = list.map(({ text, isNew }) => {
    if (!isNew) return text;
    const lead = /^\s*/.exec(text)![0];
    return html`${lead}<span class="pc pn">${text.slice(lead.length)}</span>`;
  });
  return html`<span class="as-is">${shown}</span>`;
}
