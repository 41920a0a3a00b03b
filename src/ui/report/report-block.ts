/** What a sheet of a report is made of. */

export type FigureName = 'curves' | 'differences';

export type ReportBlock =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'figure'; readonly name: FigureName; readonly title: string; readonly caption: string }
  | { readonly kind: 'table'; readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }
  /** Label and value; of `terms` name and meaning. */
  | { readonly kind: 'facts' | 'terms'; readonly rows: readonly (readonly [string, string])[] }
  | { readonly kind: 'code'; readonly language: 'json' | 'sh'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] };
