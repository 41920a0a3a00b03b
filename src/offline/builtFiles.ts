/** What the build writes in front of the service worker's script: every file that the page may ask for. */
export interface BuiltFiles {
  /** Header lines of every answer that the document and its workers need. */
  readonly headers: Readonly<Record<string, string>>;
  readonly files: readonly BuiltFile[];
}

export interface BuiltFile {
  /** Below the page's own address; empty for the page itself. */
  readonly path: string;
  /** `sha256-…`, as in a subresource's integrity. */
  readonly integrity: string;
}
