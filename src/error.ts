/**
 * The one error type of the lab. `message` names the thing and the number ("`lm_head.weight` needs a 544 MB binding;
 * this adapter allows 128 MB"), `hint` says what to do about it. `code` is stable and meant for programs:
 * `area/what-happened`, for example `checkpoint/missing-tensor`.
 */
export class LabError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    hint = '',
    details: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LabError';
    this.code = code;
    this.hint = hint;
    this.details = details;
  }

  toJSON(): { code: string; message: string; hint: string; details: Readonly<Record<string, unknown>> } {
    return { code: this.code, message: this.message, hint: this.hint, details: this.details };
  }
}

/** Any thrown value as a LabError; unknown ones keep their message under the code `internal`. */
export function asLabError(thrown: unknown): LabError {
  if (thrown instanceof LabError) return thrown;
  if (thrown instanceof DOMException && thrown.name === 'AbortError') {
    return new LabError('cancelled', 'The operation was cancelled.', '', {}, thrown);
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new LabError(
    'internal',
    message,
    'This is a defect of Tokengraft; please report it with the steps that led here.',
    {},
    thrown,
  );
}

/**
 * What to do where a file of the page itself did not come.
 * @param status of the server's answer, if there was one.
 */
export function missingFileHint(status?: number): string {
  if (globalThis.navigator?.onLine === false) {
    return 'This browser is offline. Connect once and leave the page open for a moment: then it keeps all of its files.';
  }
  return status === undefined
    ? "Check the connection and reload the page; the page's own server did not answer."
    : 'Reload the page; if it stays, the site was not uploaded completely.';
}
