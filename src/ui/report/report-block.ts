/** What a sheet of a report is made of. */

import type { Drawing } from '../../worker/index';

export type FigureName = 'curves' | 'differences';

export type ReportBlock =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'figure'; readonly name: FigureName; readonly title: string; readonly caption: string }
  | { readonly kind: 'table'; readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'pictures'; readonly pictures: readonly Picture[] }
  /** Label and value; of `terms` name and meaning. */
  | { readonly kind: 'facts' | 'terms'; readonly rows: readonly (readonly [string, string])[] }
  | { readonly kind: 'code'; readonly language: 'json' | 'sh'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] };

/** What a parser drew of a sample. */
export interface Picture {
  /** Of its file, without an ending. */
  readonly name: string;
  readonly caption: string;
  /** The sample itself. */
  readonly text: string;
  readonly drawing: Drawing;
}
