/** The candidates' order as a field, for narrow screens that hide most of the heads that sort. */
import { msg } from '@lit/localize';
import { html } from 'lit';
import type { SortKey } from './candidate-rows';

export function sortField(sort: SortKey, choose: (sort: SortKey) => void) {
  const names: Record<SortKey, string> = {
    occurrences: msg('Occurrences'),
    documents: msg('Documents'),
    tokensSaved: msg('Tokens saved'),
    exposure: msg('Exposure'),
    text: msg('Token'),
  };
  return html`<label class="field sort-by"
    ><span class="note">${msg('Sort by')}</span
    ><select @change=${(event: Event) => choose((event.target as HTMLSelectElement).value as SortKey)}>
      ${Object.entries(names).map(
        ([key, name]) => html`<option value=${key} ?selected=${key === sort}>${name}</option>`,
      )}
    </select></label
  >`;
}
