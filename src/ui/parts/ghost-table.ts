/** What a table will be, before there is anything in it: its columns, and its rows as far as their names are known. */
import { html, type TemplateResult } from 'lit';

const unnamed = ['', '', '', ''];

/** Seen, not read: what is missing and where to get it is said beside it. @param names of the rows, in the first column. */
export const ghostTable = (columns: readonly string[], names: readonly string[] = unnamed): TemplateResult =>
  html`<div class="ghost-table" aria-hidden="true">
    <table>
      <thead>
        <tr>
          ${columns.map((column) => html`<th>${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${names.map(
          (name, row) =>
            html`<tr>
              ${columns.map((_, at) =>
                at === 0 && name !== ''
                  ? html`<td>${name}</td>`
                  : html`<td><span class="skel" style="width: ${width(row, at)}%"></span></td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;

/** Uneven, so that it does not look like a form. */
function width(row: number, column: number): number {
  return 40 + ((row * 37 + column * 23) % 45);
}
