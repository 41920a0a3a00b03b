/** What a verb answers with. */
export interface Answer {
  /** Printed with --json. */
  readonly value: unknown;
  /** Printed without. */
  readonly text: string;
}
